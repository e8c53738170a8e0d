//! Evaluation of a whole stack tree from its templates alone: what a parent passes to a nested stack, and what a
//! nested stack gives back through its outputs, becomes a reference to the resource it comes from.

use std::{cell::RefCell, rc::Rc};

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::{AttributeSource, Evaluator, ParameterValue, ParameterValues, PseudoParameters, Unresolved};
use crate::cloudformation::template::Template;

/// A template and those of its nested stacks.
#[derive(Clone, Debug, PartialEq)]
pub struct TemplateTree {
    /// The template.
    pub template: Template,
    /// Nested stacks by their logical id. A stack that is missing here is opaque: its outputs stay `Outputs.X` of it.
    pub nested: IndexMap<String, TemplateTree>,
}

/// A stack of the tree after evaluation.
///
/// Whatever stays symbolic names a resource by its logical path from the root: `{"Ref": "storagefoo/S3Bucket"}`,
/// `{"Fn::GetAtt": ["storagefoo/S3Bucket", "Arn"]}`. Logical ids hold no slashes, so paths are unambiguous; a resource
/// of the root has its plain logical id. Parameters without value and `AWS::StackName` of a nested stack have paths
/// too (`{"Ref": "storagefoo/AWS::StackName"}`); region, account, partition and URL suffix are the same everywhere.
#[derive(Clone, Debug, PartialEq)]
pub struct EvaluatedTree {
    /// Logical path from the root; empty for the root.
    pub path: String,
    /// Typed parameters with a known or symbolic value; secrets and parameters without value are missing.
    pub parameters: IndexMap<String, Value>,
    /// Conditions; `None` where the truth is not known.
    pub conditions: IndexMap<String, Option<bool>>,
    /// Resources and outputs that exist, evaluated.
    pub template: Template,
    /// Values of the outputs.
    pub outputs: IndexMap<String, Value>,
    /// What stayed symbolic, apart from references to resources.
    pub unresolved: Vec<Unresolved>,
    /// Nested stacks by their logical id.
    pub nested: IndexMap<String, EvaluatedTree>,
}

impl EvaluatedTree {
    /// The stack at a logical path; the root for an empty path.
    pub fn at(&self, path: &str) -> Option<&EvaluatedTree> {
        path.split('/')
            .filter(|segment| !segment.is_empty())
            .try_fold(self, |tree, logical_id| tree.nested.get(logical_id))
    }

    /// The evaluated definition of the resource at a logical path such as `storagefoo/S3Bucket`.
    pub fn resource(&self, path: &str) -> Option<crate::cloudformation::Resource<'_>> {
        let (stack, logical_id) = path.rsplit_once('/').unwrap_or(("", path));
        self.at(stack)?.template.resource(logical_id)
    }
}

/// What is known from elsewhere, and could not be found out from symbols.
#[derive(Clone, Copy)]
pub struct Decided<'d> {
    /// The same tree, evaluated with more values: its conditions hold.
    pub conditions: &'d EvaluatedTree,
    /// What parameters that stay symbolic are as keys of mappings, by name.
    pub keys: &'d [(&'d str, &'d str)],
}

/// Evaluates a root template and everything below it.
pub fn evaluate_tree(root: &TemplateTree, parameters: &ParameterValues, pseudo: &PseudoParameters) -> EvaluatedTree {
    evaluate(root, parameters, pseudo, None)
}

/// Evaluates a root template and everything below it; what is decided is not evaluated again.
pub fn evaluate_decided_tree(
    root: &TemplateTree,
    parameters: &ParameterValues,
    pseudo: &PseudoParameters,
    decided: Decided<'_>,
) -> EvaluatedTree {
    evaluate(root, parameters, pseudo, Some(decided))
}

fn evaluate(
    root: &TemplateTree,
    parameters: &ParameterValues,
    pseudo: &PseudoParameters,
    decided: Option<Decided<'_>>,
) -> EvaluatedTree {
    let scope = Scope {
        tree: root,
        path: String::new(),
        parameters: parameters.clone(),
        pseudo: pseudo.clone(),
        decided,
        nested: RefCell::default(),
    };
    scope.evaluate()
}

struct Scope<'t> {
    tree: &'t TemplateTree,
    path: String,
    parameters: ParameterValues,
    pseudo: PseudoParameters,
    decided: Option<Decided<'t>>,
    /// `None` while it is being evaluated: stacks that need each other's outputs stay symbolic.
    nested: RefCell<IndexMap<String, Option<Rc<EvaluatedTree>>>>,
}

impl Scope<'_> {
    fn evaluator(&self) -> Evaluator<'_> {
        let evaluator = Evaluator::new(&self.tree.template, &self.parameters, self.pseudo.clone(), self);
        let evaluator = match self.decided {
            Some(Decided { conditions, keys }) => evaluator.with_decided(&conditions.conditions, keys),
            None => evaluator,
        };
        evaluator.at_path(&self.path)
    }

    fn path_of(&self, logical_id: &str) -> String {
        if self.path.is_empty() {
            logical_id.into()
        } else {
            format!("{}/{logical_id}", self.path)
        }
    }

    fn evaluate(&self) -> EvaluatedTree {
        let evaluator = self.evaluator();
        let evaluated = evaluator.template();
        let outputs = evaluated
            .template
            .outputs()
            .filter_map(|output| Some((output.name.to_owned(), output.value()?.clone())))
            .collect();
        let parameters = self
            .tree
            .template
            .parameters()
            .filter_map(|parameter| Some((parameter.name.to_owned(), evaluator.parameter(parameter.name)?.clone())))
            .collect();
        let conditions = evaluator
            .conditions()
            .map(|(name, truth)| (name.to_owned(), truth))
            .collect();
        let existing: Vec<&String> = self
            .tree
            .nested
            .keys()
            .filter(|logical_id| evaluator.exists(logical_id) != Some(false))
            .collect();
        for logical_id in &existing {
            self.nested(logical_id);
        }
        // They are large: nobody else needs them any more, so that none is copied.
        let mut known = self.nested.take();
        let nested = existing
            .into_iter()
            .filter_map(|logical_id| {
                let tree = known.swap_remove(logical_id)??;
                Some((logical_id.clone(), Rc::unwrap_or_clone(tree)))
            })
            .collect();
        EvaluatedTree {
            path: self.path.clone(),
            parameters,
            conditions,
            template: evaluated.template,
            outputs,
            unresolved: evaluated.unresolved,
            nested,
        }
    }

    fn nested(&self, logical_id: &str) -> Option<Rc<EvaluatedTree>> {
        if let Some(known) = self.nested.borrow().get(logical_id) {
            return known.clone();
        }
        let tree = self.tree.nested.get(logical_id)?;
        self.nested.borrow_mut().insert(logical_id.into(), None);
        let mut pseudo = self.pseudo.clone();
        pseudo.stack_name = None;
        pseudo.stack_id = None;
        let scope = Scope {
            tree,
            path: self.path_of(logical_id),
            parameters: self.parameters_of(logical_id),
            pseudo,
            decided: self.decided.and_then(|Decided { conditions, keys }| {
                let conditions = conditions.nested.get(logical_id)?;
                Some(Decided { conditions, keys })
            }),
            nested: RefCell::default(),
        };
        let evaluated = Rc::new(scope.evaluate());
        self.nested
            .borrow_mut()
            .insert(logical_id.into(), Some(evaluated.clone()));
        Some(evaluated)
    }

    /// What this stack passes to a nested one.
    fn parameters_of(&self, logical_id: &str) -> ParameterValues {
        let passed = self
            .tree
            .template
            .resource(logical_id)
            .and_then(|resource| resource.property("Parameters")?.as_object());
        let evaluator = self.evaluator();
        passed
            .into_iter()
            .flatten()
            .filter_map(|(name, value)| {
                let path = format!("/Resources/{logical_id}/Properties/Parameters/{name}");
                let value = evaluator.value_at(&path, value).value?;
                Some((name.clone(), ParameterValue::Value(value)))
            })
            .collect()
    }
}

impl AttributeSource for Scope<'_> {
    fn reference(&self, logical_id: &str) -> Option<Value> {
        Some(json!({ "Ref": self.path_of(logical_id) }))
    }

    fn attribute(&self, logical_id: &str, attribute: &str) -> Option<Value> {
        if let Some(output) = attribute.strip_prefix("Outputs.")
            && let Some(nested) = self.nested(logical_id)
            && let Some(value) = nested.outputs.get(output)
        {
            return Some(value.clone());
        }
        Some(json!({ "Fn::GetAtt": [self.path_of(logical_id), attribute] }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(template: Value, nested: Vec<(&str, TemplateTree)>) -> TemplateTree {
        TemplateTree {
            template: Template::from_value(template, "t").unwrap(),
            nested: nested.into_iter().map(|(name, tree)| (name.to_owned(), tree)).collect(),
        }
    }

    fn stack(parameters: Value) -> Value {
        json!({"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "x", "Parameters": parameters}})
    }

    #[test]
    fn outputs_become_references_to_the_resource_behind_them() {
        let storage = tree(
            json!({
                "Parameters": {"env": {"Type": "String"}, "name": {"Type": "String"}},
                "Conditions": {"None": {"Fn::Equals": [{"Ref": "env"}, "NONE"]}},
                "Resources": {
                    "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Fn::If": ["None", {"Ref": "name"}, {"Fn::Sub": "${name}-${env}"}]}}},
                    "Gone": {"Type": "AWS::S3::Bucket", "Condition": "None"},
                    "Policy": {"Type": "P", "Properties": {"Stack": {"Ref": "AWS::StackName"}, "Arn": {"Fn::Sub": "${Bucket.Arn}/*"}}}
                },
                "Outputs": {"BucketName": {"Value": {"Ref": "Bucket"}}, "Arn": {"Value": {"Fn::GetAtt": "Bucket.Arn"}}, "Env": {"Value": {"Ref": "env"}}}
            }),
            vec![],
        );
        let function = tree(
            json!({
                "Parameters": {"bucket": {"Type": "String"}, "arns": {"Type": "CommaDelimitedList"}, "env": {"Type": "String"}, "lost": {"Type": "String"}, "secret": {"Type": "String", "NoEcho": true}},
                "Resources": {"Function": {"Type": "F", "Properties": {"B": {"Ref": "bucket"}, "A": {"Ref": "arns"}, "L": {"Ref": "lost"}, "S": {"Ref": "secret"}}}}
            }),
            vec![],
        );
        let root = tree(
            json!({
                "Parameters": {"env": {"Type": "String"}},
                "Resources": {
                    "functionf": stack(json!({
                        "env": {"Ref": "env"}, "bucket": {"Fn::GetAtt": ["storages", "Outputs.BucketName"]},
                        "arns": {"Fn::Join": [",", [{"Fn::GetAtt": ["storages", "Outputs.Arn"]}, {"Fn::GetAtt": ["opaque", "Outputs.X"]}, {"Fn::GetAtt": ["Role", "Arn"]}]]},
                        "secret": "s"
                    })),
                    "storages": stack(json!({"env": {"Ref": "env"}, "name": "b"})),
                    "opaque": stack(json!({})),
                    "Role": {"Type": "AWS::IAM::Role"}
                }
            }),
            vec![("functionf", function), ("storages", storage)],
        );
        let parameters = ParameterValues::from([("env".to_owned(), "main".into())]);
        let evaluated = evaluate_tree(&root, &parameters, &PseudoParameters::of_region("eu-west-1", None));
        assert_eq!(
            evaluated
                .resource("functionf/Function")
                .unwrap()
                .properties()
                .map(|p| json!(p))
                .unwrap(),
            json!({
                "B": {"Ref": "storages/Bucket"},
                "A": [{"Fn::GetAtt": ["storages/Bucket", "Arn"]}, {"Fn::GetAtt": ["opaque", "Outputs.X"]}, {"Fn::GetAtt": ["Role", "Arn"]}],
                "L": {"Ref": "functionf/lost"},
                "S": {"Ref": "functionf/secret"}
            })
        );
        let storage = evaluated.at("storages").unwrap();
        assert_eq!(
            storage.template.resource("Bucket").unwrap().property("BucketName"),
            Some(&json!("b-main"))
        );
        assert!(storage.template.resource("Gone").is_none());
        assert_eq!(
            storage
                .template
                .resource("Policy")
                .unwrap()
                .properties()
                .map(|p| json!(p))
                .unwrap(),
            json!({
                "Stack": {"Ref": "storages/AWS::StackName"},
                "Arn": {"Fn::Join": ["", [{"Fn::GetAtt": ["storages/Bucket", "Arn"]}, "/*"]]}
            })
        );
        assert_eq!(storage.outputs["Env"], json!("main"));
        assert_eq!(evaluated.at("functionf").unwrap().unresolved.len(), 2);
        assert!(!evaluated.at("functionf").unwrap().parameters.contains_key("secret"));
    }

    #[test]
    fn stacks_that_need_each_other_stay_symbolic() {
        let nested = |parameter: &str| {
            tree(
                json!({"Parameters": {parameter: {"Type": "String"}}, "Resources": {"R": {"Type": "T"}},
                       "Outputs": {"O": {"Value": {"Ref": parameter}}}}),
                vec![],
            )
        };
        let root = tree(
            json!({"Resources": {
                "a": stack(json!({"x": {"Fn::GetAtt": ["b", "Outputs.O"]}})),
                "b": stack(json!({"x": {"Fn::GetAtt": ["a", "Outputs.O"]}}))
            }}),
            vec![("a", nested("x")), ("b", nested("x"))],
        );
        let evaluated = evaluate_tree(&root, &ParameterValues::new(), &PseudoParameters::default());
        assert_eq!(evaluated.nested.len(), 2);
        // Whichever is evaluated first, neither loops and nothing is made up.
        assert_eq!(
            evaluated.at("b").unwrap().outputs["O"],
            json!({"Fn::GetAtt": ["b", "Outputs.O"]})
        );
    }
}
