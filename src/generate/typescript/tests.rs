//! Values round-trip through generated text: a lexer of JavaScript reads back exactly what was put in, whatever it is.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// A string or template literal as JavaScript reads it. Returns the value and what follows the literal.
fn read_literal(text: &str) -> Option<(String, &str)> {
    let mut characters = text.char_indices();
    let (_, quote) = characters.next()?;
    assert!(matches!(quote, '\'' | '`'), "no literal: {text}");
    let mut value = String::new();
    while let Some((index, character)) = characters.next() {
        match character {
            end if end == quote => return Some((value, &text[index + 1..])),
            // A line end or line separator ends a string; a template would keep it, but we never write one.
            '\n' | '\r' | '\u{2028}' | '\u{2029}' => return None,
            '$' if quote == '`' && text[index + 1..].starts_with('{') => return None,
            '\\' => match characters.next()?.1 {
                'n' => value.push('\n'),
                'r' => value.push('\r'),
                't' => value.push('\t'),
                'u' => {
                    assert_eq!(characters.next()?.1, '{');
                    let mut code = String::new();
                    loop {
                        match characters.next()?.1 {
                            '}' => break,
                            digit => code.push(digit),
                        }
                    }
                    value.push(char::from_u32(u32::from_str_radix(&code, 16).ok()?)?);
                }
                other => value.push(other),
            },
            other => value.push(other),
        }
    }
    None
}

fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        prop::collection::vec(
            prop_oneof![
                Just("'".to_owned()),
                Just("`".to_owned()),
                Just("\\".to_owned()),
                Just("${".to_owned()),
                Just("$".to_owned()),
                Just("}".to_owned()),
                Just("\n".to_owned()),
                Just("\u{2028}".to_owned()),
                Just("*/".to_owned()),
                Just("</script>".to_owned()),
                Just("\u{202e}".to_owned()),
                Just("__proto__".to_owned()),
                "[a-z]{1,3}",
            ],
            0..8
        )
        .prop_map(|parts| parts.concat()),
    ]
}

/// Reads what [`print`] writes for JSON values.
struct Reader<'t>(&'t str);

impl Reader<'_> {
    fn value(&mut self) -> Value {
        self.space();
        match self.0.chars().next().unwrap() {
            '\'' => Value::String(self.literal()),
            '[' => {
                self.skip("[");
                let mut items = Vec::new();
                while !self.is("]") {
                    items.push(self.value());
                    self.skip(",");
                }
                Value::Array(items)
            }
            '{' => {
                self.skip("{");
                let mut map = serde_json::Map::new();
                while !self.is("}") {
                    let key = self.key();
                    self.skip(":");
                    let value = self.value();
                    self.skip(",");
                    assert!(map.insert(key, value).is_none());
                }
                Value::Object(map)
            }
            _ => {
                let end = self.0.find([',', '\n', ']', '}']).unwrap_or(self.0.len());
                let (token, rest) = self.0.split_at(end);
                self.0 = rest;
                serde_json::from_str(token).unwrap()
            }
        }
    }

    fn key(&mut self) -> String {
        self.space();
        if self.0.starts_with('[') {
            self.skip("[");
            let key = self.literal();
            self.skip("]");
            return key;
        }
        if self.0.starts_with('\'') {
            return self.literal();
        }
        let end = self.0.find(':').unwrap();
        let (key, rest) = self.0.split_at(end);
        self.0 = rest;
        assert!(is_identifier(key), "{key:?}");
        key.to_owned()
    }

    fn literal(&mut self) -> String {
        let (value, rest) = read_literal(self.0).expect("a whole literal");
        // The lifetime of the rest is that of the text.
        self.0 = &self.0[self.0.len() - rest.len()..];
        value
    }

    fn space(&mut self) {
        self.0 = self.0.trim_start();
    }

    /// The text is next; then it is skipped.
    fn is(&mut self, text: &str) -> bool {
        self.space();
        let is = self.0.starts_with(text);
        if is {
            self.0 = &self.0[text.len()..];
        }
        is
    }

    fn skip(&mut self, text: &str) {
        assert!(self.is(text), "expected {text} at {:?}", self.0);
    }
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        hostile().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((hostile(), inner), 0..5)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn strings_round_trip(text in hostile()) {
        let literal = quote(&text);
        prop_assert_eq!(read_literal(&literal), Some((text, "")));
    }

    #[test]
    fn template_texts_round_trip(text in hostile()) {
        let literal = format!("`{}`", template_text(&text));
        prop_assert_eq!(read_literal(&literal), Some((text, "")));
    }

    /// Around an expression nothing of the text can become code, even where it ends with a dollar sign.
    #[test]
    fn template_parts_stay_apart(before in hostile(), after in hostile()) {
        let code = Code::Template(vec![
            Part::Text(before.clone()),
            Part::Code(Code::name("x")),
            Part::Text(after.clone()),
        ]);
        let printed = print(&code, 0);
        let inner = printed.strip_prefix('`').unwrap().strip_suffix('`').unwrap();
        // The one substitution is the only place where `${` stands without a backslash before it.
        let mut places = Vec::new();
        let bytes = inner.as_bytes();
        let mut index = 0;
        while index < bytes.len() {
            match bytes[index] {
                b'\\' => index += 2,
                b'$' if bytes.get(index + 1) == Some(&b'{') => {
                    places.push(index);
                    index += 2;
                }
                _ => index += 1,
            }
        }
        prop_assert_eq!(places.len(), 1);
        let (head, tail) = inner.split_at(places[0]);
        let tail = tail.strip_prefix("${x}").unwrap();
        let head = format!("`{head}`");
        let tail = format!("`{tail}`");
        prop_assert_eq!(read_literal(&head), Some((before, "")));
        prop_assert_eq!(read_literal(&tail), Some((after, "")));
    }

    #[test]
    fn values_round_trip(value in json_value()) {
        let printed = print(&Code::json(&value), 0);
        let mut reader = Reader(&printed);
        prop_assert_eq!(reader.value(), value);
        prop_assert_eq!(reader.0, "");
    }

    #[test]
    fn identifiers_are_legal_and_unique(names in prop::collection::vec(hostile(), 1..12)) {
        let mut scope = Scope::with_taken(["auth", "backend"]);
        let mut seen = std::collections::BTreeSet::new();
        for name in names {
            let identifier = scope.declare(&name, "Function");
            prop_assert!(is_identifier(&identifier), "{identifier}");
            prop_assert!(seen.insert(identifier));
        }
        prop_assert!(!seen.contains("auth") && !seen.contains("backend"));
    }

    #[test]
    fn member_access_is_one_property(name in hostile()) {
        let printed = print(&Code::name("object").member(name.clone()), 0);
        let rest = printed.strip_prefix("object").unwrap();
        match rest.strip_prefix('.') {
            Some(property) => {
                prop_assert!(is_identifier(property));
                prop_assert_eq!(property, name);
            }
            None => {
                let literal = rest.strip_prefix('[').unwrap().strip_suffix(']').unwrap();
                prop_assert_eq!(read_literal(literal), Some((name, "")));
            }
        }
    }
}

#[test]
fn reserved_words_and_clashes_get_the_kind_added() {
    let mut scope = Scope::with_taken(["auth"]);
    assert_eq!(scope.declare("auth", "Function"), "authFunction");
    assert_eq!(scope.declare("auth", "Function"), "authFunction2");
    assert_eq!(scope.declare("delete", "Function"), "deleteFunction");
    assert_eq!(scope.declare("my-items", "Function"), "myItems");
    assert_eq!(scope.declare("1st", "Function"), "_1st");
    assert_eq!(scope.declare("ünï", "Function"), "n");
    assert_eq!(scope.declare("", "Function"), "unnamed");
    assert_eq!(scope.declare("constructor", "Table"), "constructorTable");
}

/// Names as the CDK's generator makes them, read out of aws-cdk-lib 2.276.0.
#[test]
fn property_names_are_those_of_the_cdk() {
    let irregular = [
        "OpenIdConnectProviderARNs=openIdConnectProviderArns",
        "RoleARN=roleArn",
        "SMSMessage=smsMessage",
        "CustomSMSSender=customSmsSender",
        "KMSKeyID=kmsKeyId",
        "WebAuthnRelyingPartyID=webAuthnRelyingPartyId",
        "CallbackURLs=callbackUrLs",
        "DefaultRedirectURI=defaultRedirectUri",
        "LogoutURLs=logoutUrLs",
        "BlockedIPRangeList=blockedIpRangeList",
        "CSS=css",
        "KMSMasterKeyID=kmsMasterKeyId",
        "SSEAlgorithm=sseAlgorithm",
        "ReplicaKmsKeyID=replicaKmsKeyId",
        "SSEKMS=ssekms",
        "SSES3=sses3",
        "SSEEnabled=sseEnabled",
        "SSESpecification=sseSpecification",
        "StreamARN=streamArn",
        "GSRSchemaARN=gsrSchemaArn",
        "ServiceExecutionRoleARN=serviceExecutionRoleArn",
        "DocumentDBEventSourceConfig=documentDbEventSourceConfig",
        "EnableECSManagedTags=enableEcsManagedTags",
        "GraphQLOperation=graphQlOperation",
        "BaseTableTTL=baseTableTtl",
        "DynamoDBConfig=dynamoDbConfig",
        "IatTTL=iatTtl",
        "OpenIDConnectConfig=openIdConnectConfig",
        "AllowedOAuthFlowsUserPoolClient=allowedOAuthFlowsUserPoolClient",
        "CorsRules=corsRules",
        "Id=id",
        "SNSCallerArn=snsCallerArn",
        "EnabledMfas=enabledMfas",
        "MinimumLength=minimumLength",
    ];
    for pair in irregular {
        let (cloudformation, cdk) = pair.split_once('=').unwrap();
        assert_eq!(camel_case(cloudformation), cdk);
    }
}

#[test]
fn keys_that_users_chose_stay() {
    let value = json!({ "My-Label": { "AmbiguousRoleResolution": "Deny", "RulesConfiguration": { "Rules": [{ "RoleARN": "x" }] } } });
    let code = properties_to_code("RoleMappings", &value, &mut |_| None);
    assert_eq!(
        print(&code, 0),
        "{\n  'My-Label': {\n    ambiguousRoleResolution: 'Deny',\n    rulesConfiguration: {\n      rules: [\n        {\n          roleArn: 'x',\n        },\n      ],\n    },\n  },\n}"
    );
    let code = properties_to_code("Environment", &json!({ "Variables": { "MY_Var": "1" } }), &mut |_| None);
    assert_eq!(print(&code, 0), "{\n  variables: {\n    MY_Var: '1',\n  },\n}");
}

#[test]
fn operands_are_parenthesised() {
    let table = Code::name("table")
        .path(&["node", "defaultChild"])
        .cast(Code::import("m", "CfnTable"));
    let statement = Statement::Assign(table.member("tableName"), Code::text("it's"));
    assert_eq!(
        print_statement(&statement, 0),
        "(table.node.defaultChild as CfnTable).tableName = 'it\\'s';"
    );
    let arrow = Code::Arrow(
        vec!["allow".into()],
        Box::new(Code::object([("a", Code::Boolean(true))])),
    );
    assert_eq!(print(&arrow, 0), "(allow) => ({\n  a: true,\n})");
}
