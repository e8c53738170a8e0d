use std::sync::Arc;

use napi::{Either, bindgen_prelude::Undefined};
use napi_derive::napi;
use serde_json::Value;

use super::{
    event::{EventCallback, EventForwarder},
    options::{OpenOptions, PlanOptions, Strict},
    outcome::Outcome,
    plan::Plan,
    report::{Assessment, Step},
};
use crate::migration;

/// The IAM policy document that covers every AWS call of every step.
#[napi(
    catch_unwind,
    ts_return_type = "{ Version: string, Statement: Array<Record<string, unknown>> }"
)]
pub fn required_iam_policy() -> Value {
    migration::required_iam_policy()
}

/// One Gen 1 environment of one project: opened once, assessed and planned as often as needed.
///
/// Every method that returns a promise rejects it with a `MigrationError`.
#[napi]
pub struct Migration {
    migration: Arc<migration::Migration>,
}

#[napi]
impl Migration {
    /// Finds the project and its environment. Reads files and, unless `offline`, AWS; changes nothing.
    #[napi(
        writable = true,
        configurable = true,
        enumerable = true,
        ts_args_type = "options: OpenOptions, onEvent?: (event: MigrationEvent) => void",
        ts_return_type = "Promise<Migration>"
    )]
    pub async fn open(options: Strict<OpenOptions>, on_event: Option<EventCallback>) -> Outcome<Migration> {
        let events = EventForwarder::new(on_event);
        Outcome::of(async {
            let opened = migration::Migration::open(options.0.into(), &events).await;
            events.flush().await;
            Ok(Self {
                migration: Arc::new(opened?),
            })
        })
        .await
    }

    /// Folder that holds `amplify/`.
    #[napi(getter, catch_unwind)]
    pub fn project_dir(&self) -> String {
        self.migration.context().project_dir.display().to_string()
    }

    /// Name of the Gen 1 environment.
    #[napi(getter, catch_unwind)]
    pub fn env_name(&self) -> String {
        self.migration.context().environment.clone()
    }

    /// Name of the Amplify app, when it is known.
    #[napi(getter, catch_unwind)]
    pub fn app_name(&self) -> Either<String, Undefined> {
        known(self.migration.context().app_name.as_deref())
    }

    /// Id of the Amplify app, when it is known.
    #[napi(getter, catch_unwind)]
    pub fn app_id(&self) -> Either<String, Undefined> {
        known(self.migration.context().app_id.as_deref())
    }

    /// Region of the environment, when it is known.
    #[napi(getter, catch_unwind)]
    pub fn region(&self) -> Either<String, Undefined> {
        known(self.migration.context().region.as_deref())
    }

    /// Name of the environment's root stack, when it is known.
    #[napi(getter, catch_unwind)]
    pub fn root_stack(&self) -> Either<String, Undefined> {
        known(self.migration.context().root_stack.as_deref())
    }

    /// Tells what can be migrated. Changes nothing.
    #[napi(
        ts_args_type = "onEvent?: (event: MigrationEvent) => void",
        ts_return_type = "Promise<Assessment>"
    )]
    pub async fn assess(&self, on_event: Option<EventCallback>) -> Outcome<Assessment> {
        let events = EventForwarder::new(on_event);
        Outcome::of(async {
            let assessment = self.migration.assess(&events).await;
            events.flush().await;
            Ok(assessment?.into())
        })
        .await
    }

    /// Plans a step. Reads everything the step needs; changes nothing.
    #[napi(
        ts_args_type = "step: Step, options?: PlanOptions, onEvent?: (event: MigrationEvent) => void",
        ts_return_type = "Promise<Plan>"
    )]
    pub async fn plan(
        &self,
        step: Step,
        options: Option<Strict<PlanOptions>>,
        on_event: Option<EventCallback>,
    ) -> Outcome<Plan> {
        let events = EventForwarder::new(on_event);
        Outcome::of(async {
            let request = options.map(|options| options.0).unwrap_or_default().into_request(step);
            let plan = self.migration.plan(request, &events).await;
            events.flush().await;
            Ok(Plan::new(plan?))
        })
        .await
    }
}

fn known(value: Option<&str>) -> Either<String, Undefined> {
    value.map_or(Either::B(()), |text| Either::A(text.to_owned()))
}
