//! An account in memory: an app, stacks, tables. It can die at any mutating call, before or after the effect.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;
use indexmap::IndexMap;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::{
    cloud::{
        AmplifyApi, AmplifyApp, Change, ChangeDetail, ChangeSet, ChangeSetRequest, Cloud, CloudError,
        CloudFormationApi, ConditionalWrite, HostedUiApi, IdentityApi, LiveConfiguration, LiveConfigurationApi,
        ObjectStoreApi, ObjectVersion, RecordedConfiguration, RefactorAction, StackDescription, StackRefactorRequest,
        StackRefactorState, StoredObject, TemplateSource, UserPoolContentsApi, WriteCondition, short_hash,
    },
    deployment::{HostedUi, StackResource, UserPoolContents},
};

pub(super) const APP: &str = "d1app";
pub(super) const ROOT: &str = "amplify-app-main-12345";
pub(super) const BUCKET: &str = "amplify-app-main-12345-deployment";

/// When the process dies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Death {
    pub(super) at_mutation: usize,
    pub(super) after_effect: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct FakeStack {
    pub(super) status: String,
    pub(super) template: String,
    pub(super) resources: IndexMap<String, StackResource>,
    pub(super) policy: Option<String>,
    pub(super) updates: u32,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Contents {
    pub(super) variables: IndexMap<String, String>,
    pub(super) stacks: IndexMap<String, FakeStack>,
    pub(super) tables: IndexMap<String, bool>,
    pub(super) objects: IndexMap<String, Vec<u8>>,
    pub(super) change_sets: IndexMap<(String, String), (String, ChangeSet)>,
    pub(super) mutations: usize,
    pub(super) death: Option<Death>,
    pub(super) is_dead: bool,
    /// Added to every change set.
    pub(super) stray_change: Option<Change>,
    /// The role of the caller lacks these actions.
    pub(super) denied: Vec<&'static str>,
    /// Calls at which the connection is cut, before or after their effect.
    pub(super) cuts: Vec<(&'static str, bool)>,
    /// An empty map of variables is taken for "no change".
    pub(super) ignores_empty_variables: bool,
}

#[derive(Clone, Default)]
pub(super) struct Account {
    contents: Arc<Mutex<Contents>>,
    death: Arc<Notify>,
}

impl Account {
    pub(super) fn of(contents: Contents) -> Self {
        Self {
            contents: Arc::new(Mutex::new(contents)),
            death: Arc::default(),
        }
    }

    pub(super) fn contents(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap()
    }

    /// A copy with a life of its own.
    pub(super) fn copy(&self) -> Self {
        Self::of(self.contents().clone())
    }

    /// Ends when the process dies: from then on it makes no call and gets no answer.
    pub(super) async fn died(&self) {
        self.death.notified().await;
    }

    async fn rest_in_peace<T>(&self) -> T {
        self.death.notify_one();
        std::future::pending().await
    }

    pub(super) fn revive(&self) {
        let mut contents = self.contents();
        contents.is_dead = false;
        contents.death = None;
        contents.mutations = 0;
    }

    pub(super) fn cloud(&self) -> Cloud {
        let account = Arc::new(self.clone());
        Cloud {
            cloudformation: account.clone(),
            amplify: account.clone(),
            objects: account.clone(),
            live: account.clone(),
            hosted_ui: account.clone(),
            user_pools: account.clone(),
            region: "us-east-1".into(),
            identity: account,
        }
    }

    async fn read(&self, action: &'static str) -> Result<MutexGuard<'_, Contents>, CloudError> {
        if self.contents().is_dead {
            return self.rest_in_peace().await;
        }
        let mut contents = self.contents();
        if contents.denied.contains(&action) {
            return Err(CloudError::AccessDenied {
                service: "service",
                action,
                resource: None,
                message: "not authorized".into(),
            });
        }
        if contents.loses(action, false) {
            return Err(no_answer(action));
        }
        Ok(contents)
    }

    async fn write<T>(
        &self,
        action: &'static str,
        effect: impl FnOnce(&mut Contents) -> Result<T, CloudError>,
    ) -> Result<T, CloudError> {
        let answer = {
            let mut contents = self.read(action).await?;
            let index = contents.mutations;
            contents.mutations += 1;
            let death = contents.death.filter(|death| death.at_mutation == index);
            contents.is_dead = death.is_some();
            match death {
                Some(death) if !death.after_effect => None,
                _ => {
                    let answer = effect(&mut contents)?;
                    if contents.loses(action, true) {
                        return Err(no_answer(action));
                    }
                    death.is_none().then_some(answer)
                }
            }
        };
        match answer {
            Some(answer) => Ok(answer),
            None => self.rest_in_peace().await,
        }
    }
}

impl Contents {
    /// The connection is cut at this call; each cut is made once.
    fn loses(&mut self, action: &str, after_effect: bool) -> bool {
        let cut = self.cuts.iter().position(|cut| *cut == (action, after_effect));
        cut.map(|position| self.cuts.remove(position)).is_some()
    }
}

fn no_answer(action: &'static str) -> CloudError {
    CloudError::NoAnswer {
        service: "service",
        action,
        resource: None,
        message: "the connection was cut".into(),
    }
}

fn refused(action: &'static str, code: &str) -> CloudError {
    CloudError::Refused {
        service: "service",
        action,
        resource: None,
        code: code.into(),
        message: code.into(),
    }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Differences of resources, as a change set shows them.
fn changes(before: &Value, after: &Value) -> Vec<Change> {
    let mut found = Vec::new();
    for (logical_id, new) in after["Resources"].as_object().unwrap() {
        let old = &before["Resources"][logical_id];
        let mut details = Vec::new();
        let mut compare = |attribute: &str, name: Option<&str>, old: &Value, new: &Value| {
            if old != new {
                details.push(ChangeDetail {
                    attribute: attribute.into(),
                    name: name.map(Into::into),
                    requires_recreation: Some("Never".into()),
                    before: (!old.is_null()).then(|| old.to_string()),
                    after: (!new.is_null()).then(|| new.to_string()),
                    evaluation: Some("Static".into()),
                    change_source: Some("DirectModification".into()),
                });
            }
        };
        for attribute in ["DeletionPolicy", "UpdateReplacePolicy"] {
            compare(attribute, None, &old[attribute], &new[attribute]);
        }
        for (name, value) in new["Properties"].as_object().into_iter().flatten() {
            compare("Properties", Some(name), &old["Properties"][name], value);
        }
        for (name, value) in old["Properties"].as_object().into_iter().flatten() {
            if new["Properties"][name].is_null() {
                compare("Properties", Some(name), value, &Value::Null);
            }
        }
        if !details.is_empty() {
            found.push(Change {
                action: "Modify".into(),
                logical_id: logical_id.clone(),
                resource_type: new["Type"].as_str().unwrap().into(),
                policy_action: None,
                replacement: Some("False".into()),
                scope: Vec::new(),
                details,
            });
        }
    }
    found
}

#[async_trait]
impl CloudFormationApi for Account {
    async fn describe_stack(&self, stack: &str) -> Result<Option<StackDescription>, CloudError> {
        Ok(self
            .read("DescribeStacks")
            .await?
            .stacks
            .get(stack)
            .map(|found| StackDescription {
                name: stack.into(),
                id: stack.into(),
                status: found.status.clone(),
                last_updated: Some(found.updates.to_string()),
                ..StackDescription::default()
            }))
    }

    async fn stack_resources(&self, stack: &str) -> Result<IndexMap<String, StackResource>, CloudError> {
        Ok(self.read("ListStackResources").await?.stacks[stack].resources.clone())
    }

    async fn owner(&self, _resource_type: &str, _physical_id: &str) -> Result<Option<String>, CloudError> {
        Err(refused("DescribeStackResources", "NotImplemented"))
    }

    async fn template(&self, stack: &str) -> Result<String, CloudError> {
        Ok(self.read("GetTemplate").await?.stacks[stack].template.clone())
    }

    async fn stack_policy(&self, stack: &str) -> Result<Option<String>, CloudError> {
        Ok(self.read("GetStackPolicy").await?.stacks[stack].policy.clone())
    }

    async fn set_stack_policy(&self, stack: &str, policy: &str) -> Result<(), CloudError> {
        self.write("SetStackPolicy", |contents| {
            contents.stacks[stack].policy = Some(policy.into());
            Ok(())
        })
        .await
    }

    async fn create_change_set(&self, request: &ChangeSetRequest) -> Result<(), CloudError> {
        self.write("CreateChangeSet", |contents| {
            let body = match &request.template {
                TemplateSource::Body(body) => {
                    assert!(body.len() <= 51_200, "a request holds at most 51,200 bytes");
                    body.clone()
                }
                TemplateSource::Url(url) => String::from_utf8(contents.objects[url].clone()).unwrap(),
            };
            let key = (request.stack.clone(), request.name.clone());
            if contents.change_sets.contains_key(&key) {
                return Ok(());
            }
            let mut changes = changes(&parsed(&contents.stacks[&request.stack].template), &parsed(&body));
            let is_empty = changes.is_empty();
            changes.extend(contents.stray_change.clone());
            let change_set = ChangeSet {
                id: request.name.clone(),
                status: if is_empty { "FAILED" } else { "CREATE_COMPLETE" }.into(),
                status_reason: is_empty.then(|| "The submitted information didn't contain changes.".into()),
                execution_status: Some(if is_empty { "UNAVAILABLE" } else { "AVAILABLE" }.into()),
                changes,
            };
            contents.change_sets.insert(key, (body, change_set));
            Ok(())
        })
        .await
    }

    async fn change_set(&self, stack: &str, name: &str) -> Result<Option<ChangeSet>, CloudError> {
        let contents = self.read("DescribeChangeSet").await?;
        Ok(contents
            .change_sets
            .get(&(stack.into(), name.into()))
            .map(|(_, change_set)| change_set.clone()))
    }

    async fn execute_change_set(&self, stack: &str, name: &str, _token: &str) -> Result<(), CloudError> {
        self.write("ExecuteChangeSet", |contents| {
            let (body, change_set) = &mut contents.change_sets[&(stack.to_owned(), name.to_owned())];
            if change_set.execution_status.as_deref() != Some("AVAILABLE") {
                return Err(refused("ExecuteChangeSet", "InvalidChangeSetStatus"));
            }
            change_set.execution_status = Some("EXECUTE_COMPLETE".into());
            let body = body.clone();
            for (logical_id, resource) in parsed(&body)["Resources"].as_object().unwrap() {
                let protection = &resource["Properties"]["DeletionProtectionEnabled"];
                let live = contents.stacks[stack]
                    .resources
                    .get(logical_id)
                    .and_then(|live| live.physical_id.clone());
                if let Some(live) = live.and_then(|table| contents.tables.get_mut(&table)) {
                    *live = *protection == json!(true) || *protection == json!("true");
                }
            }
            let stack = &mut contents.stacks[stack];
            stack.template = body;
            stack.status = "UPDATE_COMPLETE".into();
            stack.updates += 1;
            Ok(())
        })
        .await
    }

    async fn delete_change_set(&self, stack: &str, name: &str) -> Result<(), CloudError> {
        self.write("DeleteChangeSet", |contents| {
            contents.change_sets.shift_remove(&(stack.to_owned(), name.to_owned()));
            Ok(())
        })
        .await
    }

    async fn create_stack_refactor(&self, _: &StackRefactorRequest) -> Result<String, CloudError> {
        Err(refused("CreateStackRefactor", "NotImplemented"))
    }

    async fn stack_refactor(&self, _: &str) -> Result<StackRefactorState, CloudError> {
        Err(refused("DescribeStackRefactor", "NotImplemented"))
    }

    async fn stack_refactor_actions(&self, _: &str) -> Result<Vec<RefactorAction>, CloudError> {
        Err(refused("ListStackRefactorActions", "NotImplemented"))
    }

    async fn open_stack_refactors(&self) -> Result<Vec<(String, String)>, CloudError> {
        Err(refused("ListStackRefactors", "NotImplemented"))
    }

    async fn execute_stack_refactor(&self, _: &str) -> Result<(), CloudError> {
        Err(refused("ExecuteStackRefactor", "NotImplemented"))
    }

    async fn delete_stack(&self, _: &str, _: &str) -> Result<(), CloudError> {
        Err(refused("DeleteStack", "NotImplemented"))
    }
}

#[async_trait]
impl AmplifyApi for Account {
    async fn app(&self, app_id: &str) -> Result<Option<AmplifyApp>, CloudError> {
        let contents = self.read("GetApp").await?;
        Ok((app_id == APP).then(|| AmplifyApp {
            name: "app".into(),
            environment_variables: contents.variables.clone(),
            ..AmplifyApp::default()
        }))
    }

    async fn set_environment_variables(&self, _: &str, variables: &IndexMap<String, String>) -> Result<(), CloudError> {
        self.write("UpdateApp", |contents| {
            if !(contents.ignores_empty_variables && variables.is_empty()) {
                contents.variables = variables.clone();
                contents.variables.shift_remove("");
            }
            Ok(())
        })
        .await
    }
}

#[async_trait]
impl ObjectStoreApi for Account {
    async fn get(&self, bucket: &str, key: &str) -> Result<Option<Vec<u8>>, CloudError> {
        Ok(self.read("GetObject").await?.objects.get(&url(bucket, key)).cloned())
    }

    async fn put(&self, bucket: &str, key: &str, content: Vec<u8>) -> Result<String, CloudError> {
        self.write("PutObject", |contents| {
            contents.objects.insert(url(bucket, key), content);
            Ok(url(bucket, key))
        })
        .await
    }

    async fn delete(&self, bucket: &str, key: &str) -> Result<(), CloudError> {
        self.write("DeleteObject", |contents| {
            contents.objects.shift_remove(&url(bucket, key));
            Ok(())
        })
        .await
    }

    async fn stored(&self, bucket: &str, key: &str) -> Result<Option<StoredObject>, CloudError> {
        let content = self.get(bucket, key).await?;
        Ok(content.map(|content| StoredObject {
            version: version(&content),
            content,
            age: Duration::ZERO,
        }))
    }

    async fn put_if(
        &self,
        bucket: &str,
        key: &str,
        content: Vec<u8>,
        condition: &WriteCondition,
    ) -> Result<ConditionalWrite, CloudError> {
        self.write("PutObject", |contents| {
            let found = contents.objects.get(&url(bucket, key)).map(|content| version(content));
            let expected = match condition {
                WriteCondition::Absent => None,
                WriteCondition::Unchanged(version) => Some(version.clone()),
            };
            if found != expected {
                return Ok(ConditionalWrite::ConditionFailed);
            }
            let written = version(&content);
            contents.objects.insert(url(bucket, key), content);
            Ok(ConditionalWrite::Written(written))
        })
        .await
    }
}

fn version(content: &[u8]) -> ObjectVersion {
    ObjectVersion(short_hash(&String::from_utf8_lossy(content)))
}

pub(super) fn url(bucket: &str, key: &str) -> String {
    format!("https://{bucket}.s3.us-east-1.amazonaws.com/{key}")
}

#[async_trait]
impl LiveConfigurationApi for Account {
    async fn configuration(&self, _: &str, _: &str, _: Option<&str>) -> Result<Option<LiveConfiguration>, CloudError> {
        self.read("DescribeUserPool").await.map(|_| None)
    }

    async fn put_back(&self, _: &LiveConfiguration) -> Result<bool, CloudError> {
        Ok(false)
    }

    async fn recorded(&self, _: &RecordedConfiguration) -> Result<Option<LiveConfiguration>, CloudError> {
        Ok(None)
    }

    async fn table_stream_arn(&self, _: &str) -> Result<Option<String>, CloudError> {
        Ok(None)
    }

    async fn table_deletion_protection(&self, table: &str) -> Result<bool, CloudError> {
        let contents = self.read("DescribeTable").await?;
        let found = contents.tables.get(table).copied();
        found.ok_or_else(|| refused("DescribeTable", "ResourceNotFoundException"))
    }

    async fn set_table_deletion_protection(&self, table: &str, protected: bool) -> Result<(), CloudError> {
        self.write("UpdateTable", |contents| {
            contents.tables.insert(table.into(), protected);
            Ok(())
        })
        .await
    }
}

#[async_trait]
impl HostedUiApi for Account {
    async fn hosted_ui(&self, _: &str) -> Result<HostedUi, CloudError> {
        Ok(HostedUi::default())
    }
}

#[async_trait]
impl UserPoolContentsApi for Account {
    async fn user_pool_contents(&self, _: &str) -> Result<UserPoolContents, CloudError> {
        Ok(UserPoolContents::default())
    }
}

#[async_trait]
impl IdentityApi for Account {
    async fn account_id(&self) -> Result<String, CloudError> {
        Ok("123456789012".into())
    }
}
