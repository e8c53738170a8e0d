//! Conditions with three outcomes: true, false, not known.

use indexmap::IndexMap;
use serde_json::Value;

use super::{Evaluator, function::Run, intrinsic, is_literal, same_value};
use crate::cloudformation::template::scalar_text;

/// Decides every condition of the template.
pub(super) fn decide_all<'a>(evaluator: &Evaluator<'a>) -> IndexMap<&'a str, Option<bool>> {
    let mut decided = Decided::default();
    for (name, _) in evaluator.template.conditions() {
        let truth = decided.decide(evaluator, name);
        decided.outcomes.insert(name, truth);
    }
    let mut outcomes = decided.outcomes;
    infer_from_deployment(evaluator, &mut outcomes);
    outcomes
}

#[derive(Default)]
struct Decided<'a> {
    outcomes: IndexMap<&'a str, Option<bool>>,
    /// Conditions being decided: one that refers to itself is never decided.
    pending: Vec<String>,
}

impl<'a> Decided<'a> {
    fn decide(&mut self, evaluator: &Evaluator<'a>, name: &str) -> Option<bool> {
        if let Some(truth) = self.outcomes.get(name) {
            return *truth;
        }
        if self.pending.iter().any(|pending| pending == name) {
            return None;
        }
        self.pending.push(name.into());
        let truth = evaluator
            .template
            .condition(name)
            .and_then(|expression| self.truth(evaluator, expression));
        self.pending.pop();
        truth
    }

    fn truth(&mut self, evaluator: &Evaluator<'a>, expression: &Value) -> Option<bool> {
        let Some((name, argument)) = expression.as_object().and_then(condition_call) else {
            return plain_truth(expression);
        };
        if name == "Condition" {
            return self.decide(evaluator, argument.as_str()?);
        }
        operator(
            name,
            argument,
            &mut |operand| self.truth(evaluator, operand),
            &mut |operand| Run::literal(evaluator).value(operand),
        )
    }
}

/// A secret parameter cannot be read, but what was deployed tells the truth of a condition that depends on it.
fn infer_from_deployment<'a>(evaluator: &Evaluator<'a>, outcomes: &mut IndexMap<&'a str, Option<bool>>) {
    for resource in evaluator.template.resources() {
        let Some(condition) = resource.condition() else {
            continue;
        };
        if let Some(truth @ None) = outcomes.get_mut(condition) {
            *truth = evaluator.source.is_deployed(resource.logical_id);
        }
    }
}

/// `Fn::And`, `Fn::Or`, `Fn::Not`, `Fn::Equals`.
pub(super) fn operator(
    name: &str,
    argument: &Value,
    truth: &mut dyn FnMut(&Value) -> Option<bool>,
    value: &mut dyn FnMut(&Value) -> Option<Value>,
) -> Option<bool> {
    let operands = argument.as_array()?;
    match (name, operands.as_slice()) {
        ("Fn::And", operands) => all(operands.iter().map(truth)),
        ("Fn::Or", operands) => {
            all(operands.iter().map(|operand| truth(operand).map(|truth| !truth))).map(|none| !none)
        }
        ("Fn::Not", [operand]) => truth(operand).map(|truth| !truth),
        ("Fn::Equals", [left, right]) => equal(&value(left)?, &value(right)?),
        _ => None,
    }
}

/// Known false as soon as one is false, known true only when all are.
fn all(operands: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut known = true;
    for operand in operands {
        match operand {
            Some(false) => return Some(false),
            Some(true) => {}
            None => known = false,
        }
    }
    known.then_some(true)
}

fn equal(left: &Value, right: &Value) -> Option<bool> {
    if same_value(left, right) {
        Some(true)
    } else if is_literal(left) && is_literal(right) {
        Some(false)
    } else {
        None
    }
}

fn condition_call(entries: &serde_json::Map<String, Value>) -> Option<(&str, &Value)> {
    match entries.get("Condition") {
        Some(name) if entries.len() == 1 => Some(("Condition", name)),
        _ => intrinsic::call(entries),
    }
}

fn plain_truth(value: &Value) -> Option<bool> {
    match scalar_text(value)?.as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}
