//! Parameters and tags of the stacks as they were when the plan was made: a plan is made for these, and no other.

use indexmap::IndexMap;

use crate::{
    cloud::StackDescription,
    cloudformation::SHELL,
    deployment::{Parameter, Stack},
};

/// Stacks by plain name.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    stacks: IndexMap<String, Inputs>,
}

/// What a stack is given from outside, besides its template.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Inputs {
    parameters: Vec<Parameter>,
    tags: IndexMap<String, String>,
}

impl Baseline {
    /// The inputs of the stacks that planning has read.
    pub(super) fn of<'s>(stacks: impl IntoIterator<Item = &'s Stack>) -> Self {
        Self {
            stacks: stacks
                .into_iter()
                .filter(|stack| stack.status != SHELL)
                .map(|stack| {
                    let inputs = Inputs {
                        parameters: stack.parameters.clone(),
                        tags: stack.tags.clone(),
                    };
                    (stack.name.clone(), inputs)
                })
                .collect(),
        }
    }

    /// What is not as in the plan: the first parameter or tag. Values are not told, they may be secret.
    pub(super) fn difference(&self, live: &StackDescription) -> Option<String> {
        let planned = self.stacks.get(&live.name)?;
        let value = |parameters: &[Parameter], key: &str| {
            parameters
                .iter()
                .find(|parameter| parameter.parameter_key == key)
                .map(|parameter| (parameter.parameter_value.clone(), parameter.resolved_value.clone()))
        };
        let keys = planned
            .parameters
            .iter()
            .chain(&live.parameters)
            .map(|parameter| parameter.parameter_key.as_str());
        let parameter = keys
            .into_iter()
            .find(|key| value(&planned.parameters, key) != value(&live.parameters, key))
            .map(|key| format!("the value of its parameter {key} is another one"));
        let tag = planned
            .tags
            .keys()
            .chain(live.tags.keys())
            .find(|key| planned.tags.get(*key) != live.tags.get(*key))
            .map(|key| format!("its tag {key} is another one"));
        parameter.or(tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(key: &str, value: &str) -> Parameter {
        Parameter {
            parameter_key: key.into(),
            parameter_value: Some(value.into()),
            resolved_value: None,
        }
    }

    fn live(parameters: Vec<Parameter>, tags: &[(&str, &str)]) -> StackDescription {
        StackDescription {
            name: "auth".into(),
            parameters,
            tags: tags
                .iter()
                .map(|(key, value)| ((*key).into(), (*value).into()))
                .collect(),
            ..StackDescription::default()
        }
    }

    #[test]
    fn another_parameter_or_tag_is_named_and_its_value_is_not_told() {
        let planned = live(
            vec![parameter("env", "main"), parameter("secret", "****")],
            &[("team", "a")],
        );
        let baseline = Baseline {
            stacks: IndexMap::from([(
                "auth".to_owned(),
                Inputs {
                    parameters: planned.parameters.clone(),
                    tags: planned.tags.clone(),
                },
            )]),
        };
        let difference = |stack: &StackDescription| baseline.difference(stack);
        assert_eq!(difference(&planned), None);
        let reordered = live(
            vec![parameter("secret", "****"), parameter("env", "main")],
            &[("team", "a")],
        );
        assert_eq!(difference(&reordered), None);
        for (changed, named) in [
            (
                live(
                    vec![parameter("env", "prod"), parameter("secret", "****")],
                    &[("team", "a")],
                ),
                "env",
            ),
            (live(vec![parameter("env", "main")], &[("team", "a")]), "secret"),
            (live(planned.parameters.clone(), &[]), "team"),
            (
                live(planned.parameters.clone(), &[("team", "a"), ("cost", "b")]),
                "cost",
            ),
        ] {
            let message = difference(&changed).unwrap();
            assert!(message.contains(named), "{message}");
            assert!(!message.contains("prod"), "{message}");
        }
    }
}
