use std::time::{Duration, Instant};

/// First pause between two looks at something that is in progress.
const FIRST: Duration = Duration::from_millis(250);

/// Longest pause.
const LONGEST: Duration = Duration::from_secs(5);

/// How often to look at something that is in progress: quickly at first, then slower. It never gives up: that an operation
/// takes long is no failure, and only the service knows how it ends.
#[derive(Debug)]
pub struct Pace {
    began: Instant,
    next: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self::new()
    }
}

impl Pace {
    /// Begins now.
    pub fn new() -> Self {
        Self {
            began: Instant::now(),
            next: FIRST,
        }
    }

    /// Milliseconds since the beginning.
    pub fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Waits until it is time to look again.
    pub async fn pause(&mut self) {
        tokio::time::sleep(self.next).await;
        self.next = (self.next * 3 / 2).min(LONGEST);
    }
}
