"""Conditions: their values, and the resources they leave."""

import copy

from ministack.services.cloudformation import engine as ministack_engine

from standin.cloudformation.values import same

FUNCTIONS = {"Fn::Equals", "Fn::Not", "Fn::And", "Fn::Or"}


def evaluate_conditions(template, parameters):
    """The value of every condition of a template."""
    return _Evaluator(template, parameters).all()


def active_resources(template, conditions):
    """The resource definitions whose condition holds."""
    return {
        logical_id: definition
        for logical_id, definition in (template.get("Resources") or {}).items()
        if not definition.get("Condition") or conditions.get(definition["Condition"], True)
    }


class _Evaluator:
    def __init__(self, template, parameters):
        self._definitions = template.get("Conditions") or {}
        self._mappings = template.get("Mappings") or {}
        self._parameters = parameters
        self._values = {}
        self._in_progress = set()

    def all(self):
        for name in self._definitions:
            self._condition(name)
        return self._values

    def _condition(self, name):
        if name in self._values:
            return self._values[name]
        if name not in self._definitions:
            raise ValueError(
                f"Template format error: Unresolved condition dependency {name} in the Conditions block of the template"
            )
        if name in self._in_progress:
            raise ValueError(f"Template format error: Circular condition dependency {name}")
        self._in_progress.add(name)
        self._values[name] = self._truth(self._definitions[name])
        return self._values[name]

    def _truth(self, expression):
        if not isinstance(expression, dict):
            return bool(expression)
        if "Fn::Equals" in expression:
            left, right = expression["Fn::Equals"]
            return same(self._value(left), self._value(right))
        if "Fn::Not" in expression:
            return not self._truth(expression["Fn::Not"][0])
        if "Fn::And" in expression:
            return all(self._truths(expression["Fn::And"]))
        if "Fn::Or" in expression:
            return any(self._truths(expression["Fn::Or"]))
        if "Condition" in expression:
            return self._condition(expression["Condition"])
        return self._value(expression) in (True, "true")

    def _truths(self, parts):
        """The truth of every part, so that a wrong one is found wherever it stands."""
        return [self._truth(part) for part in parts]

    def _value(self, expression):
        if not isinstance(expression, dict):
            return expression
        if set(expression) == {"Condition"}:
            return self._condition(expression["Condition"])
        if set(expression) & FUNCTIONS:
            return self._truth(expression)
        value = copy.deepcopy(expression)
        return ministack_engine._resolve_refs(value, {}, self._parameters, self._values, self._mappings, "", "")
