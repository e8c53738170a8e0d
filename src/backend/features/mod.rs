//! The advanced features of Gen 1 that a backend uses: from what is really in the files, never from what is usual.

mod api;
mod auth;
mod functions;
mod rest;
mod storage;
mod whole_project;

pub(crate) use functions::line_of_computed_require;

#[cfg(test)]
mod tests;

use super::model::{Backend, Category, Feature, FeatureKind, ResourceId, SourceLocation};
use crate::project::{MetaResource, Project, overrides};

/// CloudFormation types that hold data of users or secrets: losing one of them is losing what cannot be made again.
pub(crate) const STATEFUL_TYPES: [&str; 26] = [
    "AWS::ApiGateway::DomainName",
    "AWS::Backup::BackupVault",
    "AWS::Cognito::IdentityPool",
    "AWS::Cognito::UserPool",
    "AWS::DocDB::DBCluster",
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::EC2::Volume",
    "AWS::EFS::FileSystem",
    "AWS::Elasticsearch::Domain",
    "AWS::Glue::Database",
    "AWS::KMS::Key",
    "AWS::Kinesis::Stream",
    "AWS::Location::GeofenceCollection",
    "AWS::Logs::LogGroup",
    "AWS::Neptune::DBCluster",
    "AWS::OpenSearchService::Domain",
    "AWS::Pinpoint::App",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
    "AWS::SSM::Parameter",
    "AWS::Timestream::Table",
];

/// Collects features.
struct Detection<'d> {
    project: &'d Project,
    backend: &'d Backend,
    found: Vec<Feature>,
}

/// Every feature that is used, in the order of resources.
pub(super) fn detect(project: &Project, backend: &Backend) -> Vec<Feature> {
    let mut detection = Detection {
        project,
        backend,
        found: Vec::new(),
    };
    for resource in &project.resources {
        detection.overrides(resource);
        match (resource.category.as_str(), resource.service.as_deref()) {
            ("auth", Some("Cognito")) => auth::detect(&mut detection, resource),
            ("auth", Some("Cognito-UserPool-Groups")) => auth::detect_groups(&mut detection, resource),
            ("api", Some("AppSync")) => api::detect(&mut detection, resource),
            ("api", Some("API Gateway")) => rest::detect(&mut detection, resource),
            ("function", Some("Lambda")) => functions::detect(&mut detection, resource),
            ("storage", Some("S3")) => storage::detect_bucket(&mut detection, resource),
            ("storage", Some("DynamoDB")) => storage::detect_table(&mut detection, resource),
            _ => {}
        }
    }
    whole_project::detect(&mut detection);
    detection.found
}

impl Detection<'_> {
    fn add(&mut self, kind: FeatureKind, resource: Option<&MetaResource>, detail: impl Into<String>, path: &str) {
        self.add_at(kind, resource, detail, path, None);
    }

    fn add_at(
        &mut self,
        kind: FeatureKind,
        resource: Option<&MetaResource>,
        detail: impl Into<String>,
        path: &str,
        line: Option<u32>,
    ) {
        self.found.push(Feature {
            kind,
            resource: resource.map(|resource| ResourceId::new(Category(resource.category.clone()), &resource.name)),
            detail: detail.into(),
            location: SourceLocation {
                path: path.to_owned(),
                line,
            },
        });
    }

    fn overrides(&mut self, resource: &MetaResource) {
        let Some(files) = self.project.files_of(resource) else {
            return;
        };
        if let Some((path, text)) = &files.override_script
            && overrides::does_something(text)
        {
            let line = overrides::line(text);
            self.add_at(
                FeatureKind::Overrides,
                Some(resource),
                "override.ts changes resources",
                path,
                line,
            );
        }
    }

    /// Path of the template of a resource, else of its entry.
    fn template_path(&self, resource: &MetaResource) -> String {
        self.project
            .files_of(resource)
            .and_then(|files| Some(files.template.as_ref()?.path.clone()))
            .unwrap_or_else(|| self.project.tree.meta_path.clone())
    }

    /// Path of cli-inputs.json of a resource, else of its template.
    fn inputs_path(&self, resource: &MetaResource) -> String {
        self.project
            .files_of(resource)
            .and_then(|files| files.cli_inputs_path.clone())
            .unwrap_or_else(|| self.template_path(resource))
    }
}
