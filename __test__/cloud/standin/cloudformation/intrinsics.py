"""Evaluate intrinsic functions and dynamic references in the context of a stack."""

import copy
import json
from dataclasses import dataclass

from ministack.services.cloudformation import engine as ministack_engine
from ministack.services.cloudformation import stacks as ministack_stacks

from standin.cloudformation.values import NO_VALUE, RETAINING_POLICIES


@dataclass
class Context:
    """What references of a template resolve against."""

    template: dict
    parameters: dict
    conditions: dict
    records: dict
    stack_name: str
    stack_id: str

    @property
    def mappings(self):
        return self.template.get("Mappings") or {}

    def resolve(self, value, strict=True):
        """A value without intrinsic functions. Not strict: dynamic references that fail stay as they are."""
        resolved = ministack_engine._resolve_refs(
            copy.deepcopy(value),
            self.records,
            self.parameters,
            self.conditions,
            self.mappings,
            self.stack_name,
            self.stack_id,
        )
        resolved = {} if resolved is NO_VALUE else resolved
        if "{{resolve:" not in json.dumps(resolved, default=str):
            return resolved
        try:
            return ministack_engine._resolve_dynamic_references(resolved, None)[0]
        except ValueError:
            if strict:
                raise
            return resolved

    def properties(self, definition, strict=True):
        """The properties of a resource definition."""
        return self.resolve(definition.get("Properties") or {}, strict)

    def retains(self, definition, policy_name):
        """Whether DeletionPolicy or UpdateReplacePolicy keeps the resource."""
        return self.policy(definition, policy_name) in RETAINING_POLICIES

    def policy(self, definition, policy_name):
        return ministack_stacks._resource_policy(
            definition,
            policy_name,
            self.records,
            self.parameters,
            self.conditions,
            self.mappings,
            self.stack_name,
            self.stack_id,
        )

    def outputs_and_exports(self):
        """The template's outputs, and its exports by name."""
        return ministack_stacks._resolve_stack_outputs(
            self.template.get("Outputs") or {},
            self.conditions,
            self.records,
            self.parameters,
            self.mappings,
            self.stack_name,
            self.stack_id,
        )


def context_of(stack):
    """The context of a stack as it is deployed."""
    return Context(
        template=stack.get("_template") or {},
        parameters=stack.get("_resolved_params") or {},
        conditions=stack.get("_conditions") or {},
        records=stack.get("_resources") or {},
        stack_name=stack["StackName"],
        stack_id=stack["StackId"],
    )


def references(value):
    """(logical id or parameter, attribute or None) of every reference in a value."""
    return ministack_engine._intrinsic_references(value)
