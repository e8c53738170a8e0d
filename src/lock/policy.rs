//! The stack policy that locks a stack: a Deny statement beside whatever is there. An explicit Deny always wins.

use serde_json::{Value, json};

use super::LockError;

/// Largest stack policy, in bytes.
const LARGEST_POLICY: usize = 16_384;

/// What a stack without a policy allows, written down: a stack policy can be replaced, but never removed.
pub(super) const ALLOW_ALL: &str =
    r#"{"Statement":[{"Effect":"Allow","Action":"Update:*","Principal":"*","Resource":"*"}]}"#;

/// No update of any resource gets past this policy.
pub(super) fn denies_all_updates(stack: &str, policy: &str) -> Result<bool, LockError> {
    Ok(statements(&parse(stack, policy)?).iter().any(denies_everything))
}

/// The policy with the statement that locks the stack.
pub(super) fn with_lock(stack: &str, policy: Option<&str>) -> Result<String, LockError> {
    let mut document = match policy {
        Some(policy) => parse(stack, policy)?,
        None => json!({}),
    };
    let mut all = statements(&document);
    all.push(lock_statement());
    document["Statement"] = all.into();
    let text = document.to_string();
    if text.len() > LARGEST_POLICY {
        return Err(LockError::PolicyTooLarge {
            stack: stack.to_owned(),
            size: text.len(),
        });
    }
    Ok(text)
}

/// The policy without the statements that lock the stack; when none is left, what a stack without a policy allows.
pub(super) fn without_lock(stack: &str, policy: &str) -> Result<String, LockError> {
    let mut document = parse(stack, policy)?;
    let rest: Vec<Value> = statements(&document)
        .into_iter()
        .filter(|statement| !denies_everything(statement))
        .collect();
    if rest.is_empty() {
        return Ok(ALLOW_ALL.to_owned());
    }
    document["Statement"] = rest.into();
    Ok(document.to_string())
}

/// Two policies are the same but for the way they are written.
pub(super) fn same_policy(left: &str, right: &str) -> bool {
    match (
        serde_json::from_str::<Value>(left),
        serde_json::from_str::<Value>(right),
    ) {
        (Ok(left), Ok(right)) => left == right,
        _ => left == right,
    }
}

fn lock_statement() -> Value {
    json!({ "Effect": "Deny", "Action": "Update:*", "Principal": "*", "Resource": "*" })
}

fn parse(stack: &str, policy: &str) -> Result<Value, LockError> {
    let unreadable = |reason: String| LockError::PolicyUnreadable {
        stack: stack.to_owned(),
        reason,
    };
    let document: Value = serde_json::from_str(policy).map_err(|error| unreadable(error.to_string()))?;
    if !document.is_object() {
        return Err(unreadable("it is not an object".into()));
    }
    match &document["Statement"] {
        Value::Null | Value::Array(_) | Value::Object(_) => Ok(document),
        _ => Err(unreadable("its Statement is not a list".into())),
    }
}

fn statements(document: &Value) -> Vec<Value> {
    match &document["Statement"] {
        Value::Array(statements) => statements.clone(),
        Value::Null => Vec::new(),
        statement => vec![statement.clone()],
    }
}

/// The statement forbids every update of every resource to everybody, without a condition.
fn denies_everything(statement: &Value) -> bool {
    let members = |name: &str| match &statement[name] {
        Value::String(member) => vec![member.as_str()],
        Value::Array(members) => members.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let actions: Vec<String> = members("Action")
        .iter()
        .map(|action| action.to_ascii_lowercase())
        .collect();
    let every_action = actions.iter().any(|action| action == "update:*" || action == "*")
        || ["update:modify", "update:replace", "update:delete"]
            .iter()
            .all(|needed| actions.iter().any(|action| action == needed));
    let everybody = members("Principal").contains(&"*") || statement["Principal"]["AWS"] == "*";
    let every_resource = members("Resource")
        .iter()
        .any(|resource| matches!(*resource, "*" | "LogicalResourceId/*"));
    let condition = &statement["Condition"];
    statement["Effect"] == "Deny"
        && every_action
        && everybody
        && every_resource
        && (condition.is_null() || condition.as_object().is_some_and(serde_json::Map::is_empty))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCKED: &str = r#"{"Statement":[{"Effect":"Deny","Action":"Update:*","Principal":"*","Resource":"*"}]}"#;

    #[test]
    fn a_stack_without_policy_gets_the_documented_one_and_comes_back_as_allow_all() {
        assert_eq!(with_lock("s", None).unwrap(), LOCKED);
        assert_eq!(without_lock("s", LOCKED).unwrap(), ALLOW_ALL);
        assert!(!denies_all_updates("s", ALLOW_ALL).unwrap());
    }

    #[test]
    fn own_statements_stay_in_order_and_come_back_as_they_were() {
        let own = r#"{"Statement":[{"Effect":"Allow","Action":"Update:*","Principal":"*","Resource":"*"},{"Effect":"Deny","Action":"Update:Delete","Principal":"*","Resource":"LogicalResourceId/DB"}]}"#;
        let locked = with_lock("s", Some(own)).unwrap();
        assert!(denies_all_updates("s", &locked).unwrap());
        assert!(same_policy(&without_lock("s", &locked).unwrap(), own));
    }

    #[test]
    fn the_check_is_about_meaning() {
        let locked = [
            r#"{"Statement":[{"Resource":["*"],"Principal":["*"],"Action":["Update:*"],"Effect":"Deny"}]}"#,
            r#"{"Statement":{"Effect":"Deny","Action":"update:*","Principal":"*","Resource":"LogicalResourceId/*"}}"#,
            r#"{"Statement":[{"Effect":"Deny","Action":["Update:Modify","Update:Replace","Update:Delete"],"Principal":"*","Resource":"*"},{"Effect":"Allow","Action":"Update:*","Principal":"*","Resource":"*"}]}"#,
        ];
        for policy in locked {
            assert!(denies_all_updates("s", policy).unwrap(), "{policy}");
        }
        let open = [
            r#"{"Statement":[]}"#,
            r#"{}"#,
            r#"{"Statement":[{"Effect":"Deny","Action":["Update:Modify","Update:Replace"],"Principal":"*","Resource":"*"}]}"#,
            r#"{"Statement":[{"Effect":"Deny","Action":"Update:*","Principal":"*","Resource":"LogicalResourceId/A"}]}"#,
            r#"{"Statement":[{"Effect":"Deny","NotAction":"Update:*","Principal":"*","Resource":"*"}]}"#,
            r#"{"Statement":[{"Effect":"Deny","Action":"Update:*","Principal":"*","NotResource":"*"}]}"#,
            r#"{"Statement":[{"Effect":"Deny","Action":"Update:*","Principal":"*","Resource":"*","Condition":{"StringEquals":{"ResourceType":["AWS::S3::Bucket"]}}}]}"#,
        ];
        for policy in open {
            assert!(!denies_all_updates("s", policy).unwrap(), "{policy}");
        }
    }

    #[test]
    fn what_is_no_policy_is_an_error_and_so_is_one_without_room() {
        for policy in ["", "[]", "{\"Statement\":7}", "{\"Statement\":["] {
            assert!(
                matches!(denies_all_updates("s", policy), Err(LockError::PolicyUnreadable { .. })),
                "{policy}"
            );
        }
        let full = json!({ "Statement": [{ "Effect": "Allow", "Resource": "x".repeat(16_300) }] }).to_string();
        assert!(matches!(
            with_lock("s", Some(&full)),
            Err(LockError::PolicyTooLarge { .. })
        ));
    }
}
