use napi_derive::napi;

/// Asks a running step to stop. The step ends after the mutation it is at, with the status `cancelled`, and the same
/// step planned again goes on from there.
#[napi]
#[derive(Default)]
pub struct CancelToken {
    pub(super) token: crate::plan::CancelToken,
}

#[napi]
impl CancelToken {
    /// A token that nobody has used.
    #[napi(constructor, catch_unwind)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks to stop. Asking again changes nothing.
    #[napi(catch_unwind)]
    pub fn cancel(&self) {
        self.token.cancel();
    }

    /// Whether somebody asked to stop.
    #[napi(getter, catch_unwind)]
    pub fn cancelled(&self) -> bool {
        self.token.is_cancelled()
    }
}
