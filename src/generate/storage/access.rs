//! Who may do what with the objects of a bucket: rules of `defineStorage` where they mean exactly what Gen 1 granted, policy
//! statements for everything else. Nothing is widened, nothing dropped.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::{
    backend::model::{Attribute, Bucket, Effect, Expression, Grant, Principal, Statement as IamStatement, Target},
    generate::{
        context::Context,
        findings::Findings,
        reference::Referrer,
        roles,
        typescript::{Code, Entry, Statement},
    },
};

/// What IAM puts in for the identity of the caller.
const CALLER: &str = "${cognito-identity.amazonaws.com:sub}";
/// What `defineStorage` calls it.
const ENTITY: &str = "{entity_id}";

/// An action of `defineStorage`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Action {
    Get,
    List,
    Write,
    Delete,
}

/// Who a rule is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Subject {
    Guest,
    Authenticated,
    /// The caller, in the folder of the caller's own identity.
    Owner,
    Group(String),
}

/// One thing that one subject may do below one path.
type Atom = (String, Subject, Action);

/// Access to a bucket.
pub(super) struct Access<'b> {
    /// Rules by path, in the order of the grants.
    rules: IndexMap<String, IndexMap<Subject, BTreeSet<Action>>>,
    /// Grants that the rules say.
    expressed: Vec<&'b Grant>,
    /// Grants that no rule can say exactly.
    remaining: Vec<&'b Grant>,
}

/// Splits the grants on a bucket.
pub(super) fn access<'b>(context: &Context<'b>, bucket: &Bucket) -> Access<'b> {
    let grants: Vec<&Grant> = roles::of_users(context)
        .filter(|grant| roles::targets(grant).any(|target| *target == Target::Bucket(bucket.name.clone())))
        .collect();
    let mut expressible: Vec<(&Grant, Vec<Atom>)> = Vec::new();
    let mut remaining = Vec::new();
    for grant in grants {
        match atoms(grant, bucket).filter(|_| roles::has_role(context, &grant.principal)) {
            Some(atoms) => expressible.push((grant, atoms)),
            None => remaining.push(grant),
        }
    }
    // A rule on a path takes rights on it away from whoever has a rule on a path above: where paths lie within each other,
    // statements say what is meant.
    loop {
        let prefixes: BTreeSet<String> = expressible
            .iter()
            .flat_map(|(_, atoms)| atoms.iter().map(|(prefix, _, _)| prefix.clone()))
            .collect();
        let nested = |prefix: &String| {
            prefixes
                .iter()
                .any(|other| other != prefix && prefix.starts_with(other.as_str()))
        };
        let position = expressible
            .iter()
            .position(|(_, atoms)| atoms.iter().any(|(prefix, _, _)| nested(prefix)));
        match position {
            Some(position) => remaining.push(expressible.remove(position).0),
            None => break,
        }
    }
    let owned: BTreeSet<String> = expressible
        .iter()
        .flat_map(|(_, atoms)| atoms)
        .filter(|(_, subject, _)| *subject == Subject::Owner)
        .map(|(prefix, _, _)| prefix.clone())
        .collect();
    let expressed = expressible.iter().map(|(grant, _)| *grant).collect();
    let mut rules: IndexMap<String, IndexMap<Subject, BTreeSet<Action>>> = IndexMap::new();
    for (prefix, subject, action) in expressible.into_iter().flat_map(|(_, atoms)| atoms) {
        // For everybody but the owner the placeholder means any identity: the whole folder.
        let path = if owned.contains(&prefix) {
            format!("{prefix}{ENTITY}/*")
        } else {
            format!("{prefix}*")
        };
        rules
            .entry(path)
            .or_default()
            .entry(subject)
            .or_default()
            .insert(action);
    }
    for subjects in rules.values_mut() {
        subjects.sort_keys();
    }
    Access {
        rules,
        expressed,
        remaining,
    }
}

impl Access<'_> {
    /// The `access` callback; none when there is no rule.
    pub fn callback(&self) -> Option<Code> {
        if self.rules.is_empty() {
            return None;
        }
        let entries = self
            .rules
            .iter()
            .map(|(path, subjects)| {
                let rules = subjects
                    .iter()
                    .map(|(subject, actions)| subject_code(subject).method("to", vec![action_names(actions)]))
                    .collect();
                Entry::Property(path.clone(), Code::Array(rules))
            })
            .collect();
        Some(Code::Arrow(vec!["allow".to_owned()], Box::new(Code::Object(entries))))
    }
}

/// What the rules leave, as policies in the bucket's stack.
pub(super) fn policies(
    context: &Context<'_>,
    referrer: &mut Referrer<'_>,
    bucket: &Bucket,
    identifier: &str,
    access: &Access<'_>,
    findings: &mut Findings,
) -> Vec<Statement> {
    for grant in &access.expressed {
        findings.granted((*grant).into());
    }
    let scope = Code::name("backend").member(identifier).member("stack");
    roles::policies(
        context,
        referrer,
        &scope,
        &bucket.name,
        |grant| access.remaining.iter().any(|remaining| std::ptr::eq(*remaining, grant)),
        findings,
    )
}

fn subject_code(subject: &Subject) -> Code {
    let allow = Code::name("allow");
    match subject {
        Subject::Guest => allow.member("guest"),
        Subject::Authenticated => allow.member("authenticated"),
        Subject::Owner => allow.method("entity", vec![Code::text("identity")]),
        Subject::Group(name) => allow.method("groups", vec![Code::texts([name])]),
    }
}

fn action_names(actions: &BTreeSet<Action>) -> Code {
    let mut names = Vec::new();
    let reads = actions.contains(&Action::Get) && actions.contains(&Action::List);
    if reads {
        names.push("read");
    }
    for action in actions {
        match action {
            Action::Get | Action::List if reads => {}
            Action::Get => names.push("get"),
            Action::List => names.push("list"),
            Action::Write => names.push("write"),
            Action::Delete => names.push("delete"),
        }
    }
    Code::texts(names)
}

/// The statement, taken apart; `None` when some part of it has no rule that means just that.
fn atoms(grant: &Grant, bucket: &Bucket) -> Option<Vec<Atom>> {
    let statement = &grant.statement;
    if statement.effect == Effect::Deny || !statement.not_actions.is_empty() || !statement.not_resources.is_empty() {
        return None;
    }
    let everybody = match &grant.principal {
        Principal::Authenticated => Subject::Authenticated,
        Principal::Unauthenticated => Subject::Guest,
        Principal::Group(name) => Subject::Group(name.clone()),
        Principal::Function(_) => return None,
    };
    let mut atoms = Vec::new();
    for action in &statement.actions {
        match action.as_str() {
            "s3:ListBucket" => atoms.extend(list_atoms(statement, bucket, &everybody)?),
            "s3:GetObject" => atoms.extend(object_atoms(statement, bucket, &everybody, Action::Get)?),
            "s3:PutObject" => atoms.extend(object_atoms(statement, bucket, &everybody, Action::Write)?),
            "s3:DeleteObject" => atoms.extend(object_atoms(statement, bucket, &everybody, Action::Delete)?),
            _ => return None,
        }
    }
    (!atoms.is_empty()).then_some(atoms)
}

fn object_atoms(statement: &IamStatement, bucket: &Bucket, everybody: &Subject, action: Action) -> Option<Vec<Atom>> {
    if !statement.conditions.is_empty() {
        return None;
    }
    statement
        .resources
        .iter()
        .map(|resource| {
            let (prefix, subject) = folder(&key_pattern(resource, bucket)?, everybody)?;
            Some((prefix, subject, action))
        })
        .collect()
}

/// `s3:prefix` in pairs: the folder itself and everything below it.
fn list_atoms(statement: &IamStatement, bucket: &Bucket, everybody: &Subject) -> Option<Vec<Atom>> {
    let whole_bucket = statement
        .resources
        .iter()
        .all(|resource| key_pattern(resource, bucket).is_some_and(|key| key.is_empty()));
    let (operator, keys) = statement
        .conditions
        .first()
        .filter(|_| statement.conditions.len() == 1)?;
    let (key, values) = keys.first().filter(|_| keys.len() == 1)?;
    if !whole_bucket || operator != "StringLike" || key != "s3:prefix" {
        return None;
    }
    let prefixes: BTreeSet<&str> = values.iter().map(Expression::as_literal).collect::<Option<_>>()?;
    let mut atoms = Vec::new();
    for prefix in &prefixes {
        match prefix.strip_suffix('*') {
            Some(folder_itself) if prefixes.contains(folder_itself) => {
                let (folder, subject) = folder(&format!("/{prefix}"), everybody)?;
                atoms.push((folder, subject, Action::List));
            }
            None if prefixes.contains(format!("{prefix}*").as_str()) => {}
            _ => return None,
        }
    }
    Some(atoms)
}

/// What follows the bucket's name in the ARN of objects; empty for the bucket itself.
fn key_pattern(resource: &Expression, bucket: &Bucket) -> Option<String> {
    let is_bucket = |part: &Expression, attribute: &Attribute| {
        matches!(part, Expression::Reference(reference)
            if reference.target == Target::Bucket(bucket.name.clone()) && reference.attribute == *attribute)
    };
    let rest = match resource {
        part if is_bucket(part, &Attribute::Arn) => &[],
        Expression::Concat(parts) => match parts.as_slice() {
            [arn, rest @ ..] if is_bucket(arn, &Attribute::Arn) => rest,
            [Expression::Literal(prefix), name, rest @ ..]
                if prefix == "arn:aws:s3:::" && is_bucket(name, &Attribute::Name) =>
            {
                rest
            }
            [
                Expression::Literal(arn),
                Expression::Partition,
                Expression::Literal(service),
                name,
                rest @ ..,
            ] if arn == "arn:" && service == ":s3:::" && is_bucket(name, &Attribute::Name) => rest,
            _ => return None,
        },
        _ => return None,
    };
    match rest {
        [] => Some(String::new()),
        [Expression::Literal(key)] => Some(key.clone()),
        _ => None,
    }
}

/// The folder of a pattern `/folder/*` (ending with a slash) and who it is for: the owner where the last part is the caller.
fn folder(pattern: &str, everybody: &Subject) -> Option<(String, Subject)> {
    let path = pattern.strip_prefix('/')?.strip_suffix("/*")?;
    let (path, subject) = match path.strip_suffix(CALLER) {
        // Only signed-in users have rules for what is their own.
        Some(path) if *everybody == Subject::Authenticated => (path.strip_suffix('/')?, Subject::Owner),
        Some(_) => return None,
        None => (path, everybody.clone()),
    };
    let plain =
        !path.is_empty() && !path.contains(['*', '?', '$', '{', '}']) && !path.contains("//") && !path.starts_with('/');
    plain.then(|| (format!("{path}/"), subject))
}
