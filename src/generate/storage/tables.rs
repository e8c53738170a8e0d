use serde::Serialize;

use crate::{
    backend::{
        finding::Severity,
        model::{Category, Index, KeyAttribute, ResourceId, Table, Target},
    },
    generate::{
        context::Context,
        error::GenerateError,
        findings::Findings,
        reference::Referrer,
        roles,
        setup::{SetupCall, SetupFile},
        tags::{self, TAGS},
        template::render as render_template,
        tree::FileTree,
        typescript::{Code, Entry, Statement, camel_case},
    },
};

const DYNAMODB: &str = "aws-cdk-lib/aws-dynamodb";
const PROVISIONED: &str = "PROVISIONED";

/// `storage/tables.ts` with what `backend.ts` has to know of it.
pub(super) struct Tables {
    pub call: SetupCall,
    pub post_refactor: Vec<Statement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    #[serde(flatten)]
    file: SetupFile,
    tables: Code,
}

pub(super) fn generate(
    context: &Context<'_>,
    tree: &mut FileTree,
    findings: &mut Findings,
) -> Result<Option<Tables>, GenerateError> {
    if context.backend.tables.is_empty() {
        return Ok(None);
    }
    let mut referrer = Referrer::new(context, "..");
    let mut statements = vec![Statement::Const("stack".to_owned(), super::stack(context))];
    let mut post_refactor = Vec::new();
    let mut entries = Vec::new();
    for table in &context.backend.tables {
        let (Some(identifier), Some(id)) = (
            context.names.tables.get(&table.name),
            context.names.constructs.tables.get(&table.name),
        ) else {
            continue;
        };
        if table.imported {
            match imported(table, id) {
                Some(code) => statements.push(Statement::Const(identifier.clone(), code)),
                None => {
                    findings.add(
                        "storage-imported",
                        Severity::Manual,
                        format!("table {} is imported, and its name is not known", table.name),
                        &table.location,
                        "Add it with Table.fromTableAttributes in amplify/storage/tables.ts.",
                    );
                    continue;
                }
            }
        } else {
            statements.push(Statement::Const(identifier.clone(), definition(table, id)));
            indexes(table, identifier, &mut statements);
            remaining(table, identifier, &mut referrer, &mut statements, findings);
            if let Some(name) = &table.table_name {
                let construct = construct(Code::name("tables").member(identifier));
                post_refactor.push(Statement::Assign(construct.member("tableName"), Code::text(name)));
            }
        }
        entries.push(Entry::Property(identifier.clone(), Code::name(identifier)));
    }
    let handles = referrer.into_handles();
    let view = View {
        file: SetupFile::new(context, "..", "createTables", &handles, statements),
        tables: Code::Object(entries),
    };
    let tables = &context.backend.tables;
    tree.insert_for(
        tables
            .iter()
            .map(|table| ResourceId::new(Category::storage(), &table.name)),
        "amplify/storage/tables.ts",
        render_template("storage-tables", &view)?,
    );
    Ok(Some(Tables {
        call: SetupCall {
            module: "./storage/tables".to_owned(),
            function: "createTables".to_owned(),
            handles,
            result: Some("tables".to_owned()),
        },
        post_refactor,
    }))
}

/// Permissions of users on tables.
pub(super) fn policies(context: &Context<'_>, referrer: &mut Referrer<'_>, findings: &mut Findings) -> Vec<Statement> {
    let mut statements = Vec::new();
    for table in &context.backend.tables {
        let target = Target::Table(table.name.clone());
        let Some(code) = referrer_table(context, &table.name) else {
            continue;
        };
        let scope = code.member("stack");
        let policies = roles::policies(
            context,
            referrer,
            &scope,
            &table.name,
            |grant| {
                roles::targets(grant).find(|named| matches!(named, Target::Bucket(_) | Target::Table(_)))
                    == Some(&target)
            },
            findings,
        );
        if !policies.is_empty() {
            referrer.table(&table.name);
        }
        statements.extend(policies);
    }
    statements
}

fn referrer_table(context: &Context<'_>, table: &str) -> Option<Code> {
    Some(Code::name("tables").member(context.names.tables.get(table)?))
}

fn imported(table: &Table, construct: &str) -> Option<Code> {
    let name = table.table_name.as_deref()?;
    let mut attributes = vec![("tableName", Code::text(name))];
    if let Some(stream) = &table.imported_stream_arn {
        attributes.push(("tableStreamArn", Code::text(stream)));
    }
    Some(Code::import(DYNAMODB, "Table").method(
        "fromTableAttributes",
        vec![Code::name("stack"), Code::text(construct), Code::object(attributes)],
    ))
}

fn definition(table: &Table, construct: &str) -> Code {
    let mut properties = vec![("partitionKey", key(&table.partition_key))];
    if let Some(sort_key) = &table.sort_key {
        properties.push(("sortKey", key(sort_key)));
    }
    properties.push((
        "billingMode",
        Code::import(DYNAMODB, "BillingMode").member(&table.billing_mode),
    ));
    if table.billing_mode == PROVISIONED {
        properties.extend(capacities(table.read_capacity, table.write_capacity));
    }
    if let Some(view) = &table.stream_view_type {
        properties.push(("stream", Code::import(DYNAMODB, "StreamViewType").member(view)));
    }
    if let Some(attribute) = &table.time_to_live_attribute {
        properties.push(("timeToLiveAttribute", Code::text(attribute)));
    }
    if table.point_in_time_recovery {
        properties.push((
            "pointInTimeRecoverySpecification",
            Code::object([("pointInTimeRecoveryEnabled", Code::Boolean(true))]),
        ));
    }
    if table.deletion_protection {
        properties.push(("deletionProtection", Code::Boolean(true)));
    }
    properties.push((
        "removalPolicy",
        Code::import("aws-cdk-lib", "RemovalPolicy").member("RETAIN"),
    ));
    Code::import(DYNAMODB, "Table").construct(vec![
        Code::name("stack"),
        Code::text(construct),
        Code::object(properties),
    ])
}

fn capacities(read: Option<u64>, write: Option<u64>) -> Vec<(&'static str, Code)> {
    let mut properties = Vec::new();
    if let Some(read) = read {
        properties.push(("readCapacity", Code::number(read)));
    }
    if let Some(write) = write {
        properties.push(("writeCapacity", Code::number(write)));
    }
    properties
}

fn key(attribute: &KeyAttribute) -> Code {
    let kind = match attribute.attribute_type.as_str() {
        "N" => "NUMBER",
        "B" => "BINARY",
        _ => "STRING",
    };
    Code::object([
        ("name", Code::text(&attribute.name)),
        ("type", Code::import(DYNAMODB, "AttributeType").member(kind)),
    ])
}

fn indexes(table: &Table, identifier: &str, statements: &mut Vec<Statement>) {
    let provisioned = table.billing_mode == PROVISIONED;
    for index in &table.global_indexes {
        let mut properties = vec![
            ("indexName", Code::text(&index.name)),
            ("partitionKey", key(&index.partition_key)),
        ];
        if let Some(sort_key) = &index.sort_key {
            properties.push(("sortKey", key(sort_key)));
        }
        properties.extend(projection(index));
        if provisioned {
            properties.extend(capacities(index.read_capacity, index.write_capacity));
        }
        let add = Code::name(identifier).method("addGlobalSecondaryIndex", vec![Code::object(properties)]);
        statements.push(Statement::Expression(add));
    }
    for index in &table.local_indexes {
        let mut properties = vec![("indexName", Code::text(&index.name))];
        if let Some(sort_key) = &index.sort_key {
            properties.push(("sortKey", key(sort_key)));
        }
        properties.extend(projection(index));
        let add = Code::name(identifier).method("addLocalSecondaryIndex", vec![Code::object(properties)]);
        statements.push(Statement::Expression(add));
    }
}

fn projection(index: &Index) -> Vec<(&'static str, Code)> {
    let mut properties = vec![(
        "projectionType",
        Code::import(DYNAMODB, "ProjectionType").member(&index.projection_type),
    )];
    if !index.non_key_attributes.is_empty() {
        properties.push(("nonKeyAttributes", Code::texts(&index.non_key_attributes)));
    }
    properties
}

/// What the L2 construct does not know, or says otherwise.
fn remaining(
    table: &Table,
    identifier: &str,
    referrer: &mut Referrer<'_>,
    statements: &mut Vec<Statement>,
    findings: &mut Findings,
) {
    let target = construct(Code::name(identifier));
    let encryption = table.encryption.iter().map(|value| ("SSESpecification", value));
    let others = table.other_properties.iter().map(|(key, value)| (key.as_str(), value));
    for (property, value) in encryption.chain(others) {
        let overriding = match property {
            TAGS => tags::statements(&Code::name(identifier), value, referrer),
            _ => referrer
                .property(property, value)
                .map(|code| vec![Statement::Assign(target.clone().member(camel_case(property)), code)]),
        };
        match overriding {
            Ok(overriding) => statements.extend(overriding),
            Err(unresolved) => findings.add(
                "table-property-unresolved",
                Severity::Manual,
                format!(
                    "{property} of table {} names {}, which has no counterpart in the generated backend",
                    table.name, unresolved.what
                ),
                &table.location,
                "Set the property in amplify/storage/tables.ts.",
            ),
        }
    }
}

fn construct(table: Code) -> Code {
    table
        .path(&["node", "defaultChild"])
        .cast(Code::import(DYNAMODB, "CfnTable"))
}
