use crate::error::CodedError;

/// A plan was used out of order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Executing without having validated, or after a validation failed.
    #[error("The plan cannot be executed: its validations have not passed.")]
    NotValidated,
    /// A plan is good for one execution.
    #[error("The plan was executed before; what it was made from may have changed since.")]
    AlreadyExecuted,
}

impl CodedError for PlanError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotValidated => "PLAN_NOT_VALIDATED",
            Self::AlreadyExecuted => "PLAN_ALREADY_EXECUTED",
        }
    }

    fn resolution(&self) -> String {
        match self {
            Self::NotValidated => {
                "Validate the plan, mend what the report says failed, and plan again. Skipping the validations has to be asked for."
            }
            Self::AlreadyExecuted => "Plan the step again.",
        }
        .to_owned()
    }
}
