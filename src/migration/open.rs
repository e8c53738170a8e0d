//! Finding the environment that is meant, and making sure that the credentials are those of its account.

use std::sync::Mutex;

use super::{
    MigrationError,
    environment::OpenedEnvironment,
    options::{MigrationContext, OpenOptions},
};
use crate::{
    cloud::{AmplifyApp, Cloud, CloudError, CloudOptions},
    error::Result,
    generate::write::{LocalDisk, Recovery, recover},
    lock::MARKER_VARIABLE,
    plan::{Event, EventSink},
    project::{Environment, Environments, ProjectError, check_directory, read_environments, resolve_environment},
};

/// The cloud side of an environment.
pub(super) struct Connection {
    pub(super) cloud: Cloud,
    /// Account of the credentials.
    pub(super) account_id: String,
    /// The environment that the app is marked with.
    pub(super) marker: Marker,
    /// Build specification that is kept in the Amplify console.
    pub(super) console_build_spec: Option<String>,
}

/// Which environment the app is marked with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    /// None.
    Absent,
    /// This one.
    Environment(String),
    /// The app could not be read.
    Unknown,
}

impl Marker {
    pub(super) fn environment(&self) -> Option<&str> {
        match self {
            Self::Environment(name) => Some(name),
            Self::Absent | Self::Unknown => None,
        }
    }
}

/// Opens an environment.
pub(super) async fn open(options: &OpenOptions, events: &dyn EventSink) -> Result<OpenedEnvironment> {
    check_directory(&options.project_dir)?;
    repair(options, events)?;
    let environments = read_environments(&options.project_dir)?;
    let requested = options.environment.as_deref();
    if options.offline {
        let environment = resolve_environment(&environments, requested, None)?.clone();
        return Ok(OpenedEnvironment {
            context: context(options, &environment, None),
            environment,
            connection: None,
            last_read: Mutex::default(),
        });
    }
    // A name that does not exist is told before anything is asked of AWS.
    if requested.is_some() || environments.local.is_some() {
        resolve_environment(&environments, requested, None)?;
    }
    events.emit(Event::Phase {
        name: "connect".to_owned(),
        message: "Finding the environment".to_owned(),
    });
    connect(options, &environments).await
}

/// A run that was killed while it replaced `amplify/` may have left none: it is undone or finished first.
fn repair(options: &OpenOptions, events: &dyn EventSink) -> Result<()> {
    let message = match recover(&options.project_dir, &LocalDisk)? {
        None => return Ok(()),
        Some(Recovery::Undone { kept }) => format!(
            "An interrupted replacement of amplify/ was undone: the project is as it was before.{}",
            kept.map(|kept| format!(" What had been changed since is in {}.", kept.display()))
                .unwrap_or_default()
        ),
        Some(Recovery::Finished { kept }) => format!(
            "An interrupted replacement of amplify/ was finished; the old version is in {}.",
            kept.display()
        ),
    };
    events.emit(Event::Warning {
        code: "REPLACEMENT_REPAIRED".to_owned(),
        message,
    });
    Ok(())
}

async fn connect(options: &OpenOptions, environments: &Environments) -> Result<OpenedEnvironment> {
    let requested = options.environment.as_deref();
    // Without a name the marker decides. All environments of an app are asked for it in the region of the app.
    let expected = resolve_environment(environments, requested, None).ok();
    let region = region(options, expected.or_else(|| environments.known.values().next()))?;
    let cloud = Cloud::connect(cloud_options(options, &region)).await?;
    let app_id = expected
        .and_then(|environment| environment.app_id.as_deref())
        .or_else(|| environments.app_id());
    let (account_id, app) = tokio::join!(cloud.account_id(), read_app(&cloud, app_id));
    let (account_id, (app, marker)) = (account_id?, app?);

    let environment = resolve_environment(environments, requested, marker.environment())?.clone();
    check_account(&environment, &account_id)?;
    let own_region = self::region(options, Some(&environment))?;
    let cloud = if own_region == region {
        cloud
    } else {
        Cloud::connect(cloud_options(options, &own_region)).await?
    };
    let console_build_spec = app.as_ref().and_then(|app| app.build_spec.clone());
    Ok(OpenedEnvironment {
        context: context(options, &environment, app),
        environment,
        connection: Some(Connection {
            cloud,
            account_id,
            marker,
            console_build_spec,
        }),
        last_read: Mutex::default(),
    })
}

/// The app and its marker. An app that may not be read, or is not there, is no reason to stop.
async fn read_app(
    cloud: &Cloud,
    app_id: Option<&str>,
) -> std::result::Result<(Option<AmplifyApp>, Marker), CloudError> {
    let Some(app_id) = app_id else {
        return Ok((None, Marker::Unknown));
    };
    match cloud.amplify.app(app_id).await {
        Ok(Some(app)) => {
            let marker = app
                .environment_variables
                .get(MARKER_VARIABLE)
                .filter(|name| !name.is_empty())
                .map_or(Marker::Absent, |name| Marker::Environment(name.clone()));
            Ok((Some(app), marker))
        }
        Ok(None) => Ok((None, Marker::Unknown)),
        Err(error) if error.is_unavailable() => Ok((None, Marker::Unknown)),
        Err(error) => Err(error),
    }
}

fn check_account(environment: &Environment, account_id: &str) -> Result<()> {
    match environment.account_id() {
        Some(expected) if expected != account_id => Err(MigrationError::WrongAccount {
            environment: environment.name.clone(),
            stack: environment.stack_name.clone().unwrap_or_default(),
            expected,
            found: account_id.to_owned(),
        }
        .into()),
        _ => Ok(()),
    }
}

fn region(options: &OpenOptions, environment: Option<&Environment>) -> Result<String> {
    options
        .region
        .clone()
        .or_else(|| environment?.region.clone())
        .ok_or_else(|| {
            ProjectError::EnvironmentIncomplete {
                environment: environment
                    .map(|environment| environment.name.clone())
                    .unwrap_or_default(),
                field: "Region",
            }
            .into()
        })
}

fn cloud_options(options: &OpenOptions, region: &str) -> CloudOptions {
    CloudOptions {
        region: region.to_owned(),
        profile: options.profile.clone(),
        credentials: options.credentials.clone(),
        endpoint_url: options.endpoint_url.clone(),
    }
}

fn context(options: &OpenOptions, environment: &Environment, app: Option<AmplifyApp>) -> MigrationContext {
    MigrationContext {
        project_dir: options.project_dir.clone(),
        offline: options.offline,
        app_id: environment.app_id.clone(),
        app_name: app
            .map(|app| app.name)
            .or_else(|| Some(environment.stack_name.as_deref()?.split('-').nth(1)?.to_owned())),
        environment: environment.name.clone(),
        region: options.region.clone().or_else(|| environment.region.clone()),
        root_stack: environment.stack_name.clone(),
    }
}
