use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Asks a running step to stop after the mutation it is at. Clones share the request.
#[derive(Clone, Debug, Default)]
pub struct CancelToken {
    requested: Arc<AtomicBool>,
}

impl CancelToken {
    /// Asks to stop.
    pub fn cancel(&self) {
        self.requested.store(true, Ordering::SeqCst);
    }

    /// Somebody asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.requested.load(Ordering::SeqCst)
    }
}
