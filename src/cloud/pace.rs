//! Waiting without giving up: that an operation takes long is no failure, and only the service knows how it ends.

use std::time::{Duration, Instant};

use super::{CloudFormationApi, StackDescription, error::CloudError};
use crate::{cloudformation::is_busy, plan::OperationEvents};

/// First pause between two looks at something that is in progress.
const FIRST: Duration = Duration::from_millis(100);

/// Longest pause.
const LONGEST: Duration = Duration::from_secs(5);

/// What is told while a call gets no answer.
const NO_ANSWER: &str = "no answer yet, asking again";

/// What is told while the service refuses because of its rate.
const THROTTLED: &str = "throttled by AWS, asking again: stop what else calls the service from this account";

/// How often to look at something that is in progress: quickly at first, then slower. There is no last time.
pub struct Pace<'a> {
    events: OperationEvents<'a>,
    began: Instant,
    next: Duration,
    last_status: String,
}

impl<'a> Pace<'a> {
    /// Begins now.
    pub fn new(events: OperationEvents<'a>) -> Self {
        Self {
            events,
            began: Instant::now(),
            next: FIRST,
            last_status: String::new(),
        }
    }

    /// Waits until it is time to look again. The status is told when it is news, and whenever a long pause follows.
    pub async fn pause(&mut self, target: &str, status: &str) {
        if self.last_status != status || self.next == LONGEST {
            status.clone_into(&mut self.last_status);
            let elapsed = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
            self.events.waiting(target, status, elapsed);
        }
        tokio::time::sleep(self.next).await;
        self.next = (self.next * 3 / 2).min(LONGEST);
    }

    /// The same after a read that failed, when it may succeed later.
    ///
    /// # Errors
    /// The read's error, when it is there to stay.
    pub async fn pause_after(&mut self, target: &str, error: CloudError) -> Result<(), CloudError> {
        if !error.is_passing() {
            return Err(error);
        }
        let reason = if matches!(error, CloudError::Throttled { .. }) {
            THROTTLED
        } else {
            NO_ANSWER
        };
        self.pause(target, reason).await;
        Ok(())
    }
}

/// Waits until nothing is happening to the stack. `None`: it does not exist (any more).
///
/// # Errors
/// When the stack cannot be read for good.
pub async fn settled_stack(
    cloudformation: &dyn CloudFormationApi,
    stack: &str,
    events: OperationEvents<'_>,
) -> Result<Option<StackDescription>, CloudError> {
    let mut pace = Pace::new(events);
    loop {
        match cloudformation.describe_stack(stack).await {
            Ok(Some(found)) if is_busy(&found.status) => pace.pause(&found.name, &found.status).await,
            Ok(found) => return Ok(found),
            Err(error) => pace.pause_after(stack, error).await?,
        }
    }
}
