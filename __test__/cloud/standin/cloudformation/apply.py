"""Bring a stack and its nested stacks to a template: create, update, replace and remove resources.

Every effect leaves an entry in the operation's undo log; deletes wait in its clean-up list until all else is
done, as on AWS.
"""

from ministack.core.responses import now_iso
from ministack.services.cloudformation import engine as ministack_engine

from standin.cloudformation import resources, stack_policy
from standin.cloudformation.changes import outputs_differ, resource_changes
from standin.cloudformation.conditions import evaluate_conditions
from standin.cloudformation.delete import delete_resource
from standin.cloudformation.errors import StackOperationError
from standin.cloudformation.exports import export_problem, exports_of, replace_exports
from standin.cloudformation.intrinsics import Context, context_of
from standin.cloudformation.nested_inputs import nested_attributes, nested_inputs, nested_tags
from standin.cloudformation.parameters import parameter_list
from standin.cloudformation.stacks import (
    DEPLOYED_MEMBERS,
    STACK_TYPE,
    add_event,
    deployed_state,
    find,
    is_stable,
    nested_stack_name,
    new_record,
    new_stack,
    obsolete_change_sets,
    set_status,
)
from standin.cloudformation.templates import validate_template
from standin.cloudformation.values import same
from standin.ledger import book

NEW_RESOURCE_NEEDED = "Requested update requires the creation of a new physical resource; hence creating one."


class Operation:
    """The undo log and clean-up list of one operation on a root stack."""

    def __init__(self, retain_except_on_create=False):
        self.undo = []
        self.clean_up = []
        self.retain_except_on_create = retain_except_on_create


def apply(stack, template, body, parameters, operation, is_update, old_tags=None, policy_override=None):
    """Create or update `stack`, which carries its new tags already.

    Raises `StackOperationError` or `ValueError`; what was done until then is in the undo log.
    """
    _Application(stack, template, body, parameters, operation, is_update, old_tags or []).run(policy_override)


class _Application:
    def __init__(self, stack, template, body, parameters, operation, is_update, old_tags):
        self._stack = stack
        self._template = template
        self._body = body
        self._parameters = parameters
        self._operation = operation
        self._is_update = is_update
        self._old_tags = old_tags if is_update else []
        self._before = deployed_state(stack)
        if is_update:
            self._before["Tags"] = old_tags
        self._old_context = context_of({**stack, **self._before})
        self._records = stack["_resources"]  # changed as we go: later resources see earlier ones
        self._context = None

    def run(self, policy_override):
        stack, template = self._stack, self._template
        validate_template(template)
        conditions = evaluate_conditions(template, self._parameters)
        order = ministack_engine._topological_sort(template["Resources"], conditions)
        if self._is_update:
            self._check_stack_policy(policy_override)
        self._context = Context(
            template, self._parameters, conditions, self._records, stack["StackName"], stack["StackId"]
        )
        self._operation.undo.append(self._put_back)
        for logical_id in order:
            self._records[logical_id] = self._bring_to_template(logical_id)
        outputs, exports = self._outputs_and_exports(order)
        self._remove_all_but(order)
        self._finish(conditions, outputs, exports)

    def _put_back(self):
        for name in DEPLOYED_MEMBERS:
            self._stack[name] = self._before[name]

    def _check_stack_policy(self, override):
        changes = resource_changes(self._stack, self._template, self._parameters)
        refused = stack_policy.refusal(self._stack, changes, override)
        if refused:
            logical_id, resource_type, reason = refused
            add_event(self._stack, logical_id, resource_type, "UPDATE_FAILED", reason)
            raise StackOperationError(reason)

    # ------------------------------------------------------------------ one resource
    def _bring_to_template(self, logical_id):
        """The resource's new record."""
        definition = self._template["Resources"][logical_id]
        record = (self._before["_resources"] or {}).get(logical_id)
        try:
            properties = self._context.properties(definition)
            if record is None:
                return self._create(logical_id, definition, properties)
            if record["ResourceType"] != definition["Type"]:
                raise StackOperationError(
                    "Update of resource type is not permitted. "
                    f"The new template modifies resource type of the following resources: [{logical_id}]"
                )
            if definition["Type"] == STACK_TYPE:
                return self._update_nested(logical_id, record, properties)
            return self._update(logical_id, definition, record, properties)
        except Exception as error:
            status = "UPDATE_FAILED" if record else "CREATE_FAILED"
            physical_id = (record or {}).get("PhysicalResourceId", "")
            add_event(self._stack, logical_id, definition["Type"], status, str(error), physical_id)
            verb = "update" if record else "create"
            raise StackOperationError(f"The following resource(s) failed to {verb}: [{logical_id}]. ") from error

    def _create(self, logical_id, definition, properties):
        stack, resource_type = self._stack, definition["Type"]
        add_event(stack, logical_id, resource_type, "CREATE_IN_PROGRESS")
        if resource_type == STACK_TYPE:
            physical_id, attributes = self._create_nested(logical_id, properties)
            name_seed = ""
        else:
            tags = stack.get("Tags") or []
            tagged = resources.with_stack_tags(stack, logical_id, resource_type, properties, tags)
            physical_id, attributes, name_seed = resources.create(stack, logical_id, resource_type, tagged)
            self._undo_creation(logical_id, definition, physical_id, tagged)
        book.scan(f"CFN create {stack['StackName']}/{logical_id}")
        add_event(stack, logical_id, resource_type, "CREATE_COMPLETE", physical_id=physical_id)
        return new_record(logical_id, resource_type, physical_id, properties, attributes, "CREATE_COMPLETE", name_seed)

    def _undo_creation(self, logical_id, definition, physical_id, properties):
        """A rollback deletes what was created, but for DeletionPolicy Retain."""
        is_retained = self._context.policy(definition, "DeletionPolicy") == "Retain"
        if not is_retained or self._operation.retain_except_on_create:
            self._operation.undo.append(
                lambda: resources.delete(self._stack, logical_id, definition["Type"], physical_id, properties)
            )

    def _update(self, logical_id, definition, record, properties):
        stack, resource_type = self._stack, definition["Type"]
        old = resources.with_stack_tags(
            stack, logical_id, resource_type, record.get("Properties") or {}, self._old_tags
        )
        new = resources.with_stack_tags(stack, logical_id, resource_type, properties, stack.get("Tags") or [])
        if same(old, new):
            return {**record, "Properties": properties}
        former_id = record["PhysicalResourceId"]
        add_event(stack, logical_id, resource_type, "UPDATE_IN_PROGRESS", physical_id=former_id)
        retain = self._context.retains(definition, "UpdateReplacePolicy")
        deferred = []
        physical_id, attributes, name_seed = resources.update(
            stack, logical_id, record, old, new, retain_replaced=retain, deferred_deletes=deferred
        )
        if physical_id != former_id or deferred:
            self._note_replacement(logical_id, record, physical_id, old, new, retain, deferred)
        else:
            self._undo_update(logical_id, record, old, new)
        book.scan(f"CFN update {stack['StackName']}/{logical_id}")
        add_event(stack, logical_id, resource_type, "UPDATE_COMPLETE", physical_id=physical_id)
        if physical_id == former_id:
            attributes = {**(record.get("Attributes") or {}), **(attributes or {})}
        seed = name_seed or record.get("_name_seed", "")
        return new_record(logical_id, resource_type, physical_id, properties, attributes, "UPDATE_COMPLETE", seed)

    def _undo_update(self, logical_id, record, old, new):
        former = dict(record)
        self._operation.undo.append(
            lambda: resources.update(
                self._stack, logical_id, former, new, old, retain_replaced=True, deferred_deletes=None
            )
        )

    def _note_replacement(self, logical_id, record, physical_id, old, new, retain, deferred):
        stack, operation = self._stack, self._operation
        resource_type, former_id = record["ResourceType"], record["PhysicalResourceId"]
        book.note_replacement(
            resource_type,
            former_id,
            stack=stack["StackName"],
            logicalId=logical_id,
            newPhysicalId=physical_id,
        )
        status = "UPDATE_IN_PROGRESS"
        add_event(stack, logical_id, resource_type, status, NEW_RESOURCE_NEEDED, physical_id)
        if physical_id != former_id:
            operation.undo.append(lambda: resources.delete(stack, logical_id, resource_type, physical_id, new))
        if retain:
            operation.clean_up.append(
                lambda: add_event(stack, logical_id, resource_type, "DELETE_SKIPPED", "", former_id)
            )
        elif deferred:
            operation.clean_up.append(lambda: _run_all(deferred))
        elif physical_id != former_id:
            operation.clean_up.append(lambda: _clean_up_delete(stack, logical_id, resource_type, former_id, old))

    # ------------------------------------------------------------------ nested stacks
    def _create_nested(self, logical_id, properties):
        parent = self._stack
        template, body, parameters = nested_inputs(properties)
        name = nested_stack_name(parent["StackName"], logical_id)
        child = new_stack(name, template, body, parameters, nested_tags(parent, properties), parent)
        child["Capabilities"] = list(parent.get("Capabilities") or [])
        self._operation.undo.append(lambda: set_status(child, "DELETE_COMPLETE"))
        set_status(child, "CREATE_IN_PROGRESS")
        try:
            apply(child, template, body, parameters, self._operation, is_update=False)
        except Exception as error:
            set_status(child, "CREATE_FAILED", str(error))
            raise StackOperationError(
                f"Embedded stack {child['StackId']} was not successfully created: {error}"
            ) from error
        set_status(child, "CREATE_COMPLETE")
        return child["StackId"], nested_attributes(child)

    def _update_nested(self, logical_id, record, properties):
        physical_id = record["PhysicalResourceId"]
        attributes, is_changed = self._update_child(physical_id, properties)
        new = {**record, "Properties": properties, "Attributes": attributes}
        if is_changed:
            new.update(ResourceStatus="UPDATE_COMPLETE", Timestamp=now_iso())
            for status in ("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"):
                add_event(self._stack, logical_id, STACK_TYPE, status, physical_id=physical_id)
        return new

    def _update_child(self, physical_id, properties):
        """(attributes, whether anything changed) of a nested stack that was brought to its new properties."""
        child = find(physical_id)
        if child is None or child["StackStatus"] == "DELETE_COMPLETE":
            raise StackOperationError(f"Stack [{physical_id}] does not exist")
        if not is_stable(child):
            raise StackOperationError(
                f"Stack:{child['StackId']} is in {child['StackStatus']} state and can not be updated."
            )
        template, body, parameters = nested_inputs(properties)
        tags, old_tags = nested_tags(self._stack, properties), child.get("Tags") or []
        is_retagged = _tag_set(tags) != _tag_set(old_tags)
        if (
            not is_retagged
            and not resource_changes(child, template, parameters)
            and not outputs_differ(child, template)
        ):
            return nested_attributes(child), False
        obsolete_change_sets(child)
        child["Tags"] = tags
        set_status(child, "UPDATE_IN_PROGRESS")
        self._operation.undo.append(lambda: set_status(child, "UPDATE_ROLLBACK_COMPLETE"))
        try:
            apply(child, template, body, parameters, self._operation, is_update=True, old_tags=old_tags)
        except Exception as error:
            child["Tags"] = old_tags
            raise StackOperationError(
                f"Embedded stack {child['StackId']} was not successfully updated. "
                f"Currently in UPDATE_ROLLBACK_IN_PROGRESS with reason: {error}"
            ) from error
        set_status(child, "UPDATE_COMPLETE")
        return nested_attributes(child), True

    # ------------------------------------------------------------------ the rest of the stack
    def _outputs_and_exports(self, order):
        surviving = {logical_id: self._records[logical_id] for logical_id in order}
        self._context.records = surviving
        outputs, exports = self._context.outputs_and_exports()
        problem = export_problem(self._stack, exports)
        if problem:
            raise StackOperationError(problem)
        return outputs, exports

    def _remove_all_but(self, order):
        """Take the records of removed resources out; the resources themselves go in the clean-up."""
        old_definitions = self._old_context.template.get("Resources") or {}
        stack, clean_up = self._stack, self._operation.clean_up
        for logical_id in self._removed(order, old_definitions):
            record = self._records.pop(logical_id)
            resource_type, physical_id = record["ResourceType"], record["PhysicalResourceId"]
            if self._old_context.retains(old_definitions.get(logical_id) or {}, "DeletionPolicy"):
                clean_up.append(
                    lambda i=logical_id, t=resource_type, p=physical_id: add_event(stack, i, t, "DELETE_SKIPPED", "", p)
                )
            else:
                properties = record.get("Properties") or {}
                clean_up.append(
                    lambda i=logical_id, t=resource_type, p=physical_id, x=properties: _clean_up_delete(
                        stack, i, t, p, x
                    )
                )

    def _removed(self, order, old_definitions):
        """Logical ids to remove, dependents first."""
        gone = [logical_id for logical_id in self._before["_resources"] or {} if logical_id not in order]
        try:
            conditions = self._old_context.conditions
            old_order = ministack_engine._topological_sort(old_definitions, conditions)
        except Exception:  # the old template cannot be sorted any more: any order will do
            old_order = []
        sorted_part = [logical_id for logical_id in old_order if logical_id in gone]
        return list(reversed(sorted_part + [i for i in gone if i not in sorted_part]))

    def _finish(self, conditions, outputs, exports):
        stack, template = self._stack, self._template
        in_template_order = {i: self._records[i] for i in template["Resources"] if i in self._records}
        stack_id = stack["StackId"]
        old_exports = exports_of(stack_id)
        replace_exports(stack_id, exports)
        self._operation.undo.append(lambda: replace_exports(stack_id, old_exports))
        stack.update(
            _resources=in_template_order,
            _template=template,
            _template_body=self._body,
            _resolved_params=self._parameters,
            _conditions=conditions,
            Parameters=parameter_list(self._parameters),
            Outputs=outputs,
            Description=template.get("Description", ""),
        )
        if self._is_update:
            stack["LastUpdatedTime"] = now_iso()


def _clean_up_delete(stack, logical_id, resource_type, physical_id, properties):
    """Delete a removed or replaced resource; as on AWS, a failure does not fail the update."""
    add_event(stack, logical_id, resource_type, "DELETE_IN_PROGRESS", physical_id=physical_id)
    try:
        delete_resource(stack, logical_id, resource_type, physical_id, properties)
        add_event(stack, logical_id, resource_type, "DELETE_COMPLETE", physical_id=physical_id)
    except Exception as error:
        add_event(stack, logical_id, resource_type, "DELETE_FAILED", str(error), physical_id)
    book.scan(f"CFN cleanup delete {stack['StackName']}/{logical_id}")


def _run_all(calls):
    for function, arguments, keywords in calls:
        function(*arguments, **keywords)


def _tag_set(tags):
    return {tag["Key"]: tag["Value"] for tag in tags}
