"""The validation behind CreateStackRefactor: which resources move, and that nothing else changes."""

import copy

from standin.cloudformation.conditions import active_resources, evaluate_conditions
from standin.cloudformation.exports import all_exports, imports
from standin.cloudformation.intrinsics import Context, references
from standin.cloudformation.parameters import resolve_parameters
from standin.cloudformation.stacks import all_stacks, find_live, is_stable, new_stack_id
from standin.cloudformation.templates import parse_template, validate_template
from standin.cloudformation.values import changed_attribute_texts, changed_members
from standin.settings import settings
from standin.stack_refactor.refactors import Move, Place, PlannedStack
from standin.stack_refactor.types import is_movable

# values of these differ from stack to stack
UNMOVABLE_PSEUDO_PARAMETERS = {"AWS::StackName", "AWS::StackId", "AWS::NotificationARNs"}
UNCHANGEABLE_SECTIONS = ("Parameters", "Mappings", "Conditions", "Transform", "Rules", "Hooks")


class RefusedError(Exception):
    """The refactor is not possible; the text becomes its status reason."""


def plan(refactor):
    """Fill in the refactor's moves and its stacks after them, or raise `RefusedError`."""
    before = {name: find_live(name) for name in refactor.definitions}
    after = {name: _planned_stack(d, before[name]) for name, d in refactor.definitions.items()}
    moves = _Moves(before, after)
    moves.add_mapped(refactor.mappings)
    moves.add_detected()
    _check_moves(moves)
    for name, planned in after.items():
        planned.records = moves.records_after(name)
    for name, planned in after.items():
        _check_unchanged(moves, name, planned)
    _plan_exports(after)
    refactor.moves, refactor.stacks_after = moves.moves, after


def _records(stack):
    return (stack or {}).get("_resources") or {}


def _template(stack):
    return (stack or {}).get("_template") or {}


# ---------------------------------------------------------------------- stacks
def _planned_stack(definition, stack):
    name = definition.name
    if definition.is_new and stack is not None:
        raise RefusedError(f"Stack [{name}] already exists")
    if not definition.is_new and stack is None:
        raise RefusedError(f"Stack [{name}] does not exist")
    stack_id = stack["StackId"] if stack else name
    if stack is not None:
        _check_stack(stack)
    try:
        template = parse_template(definition.body)
        validate_template(template)  # R4, R18, R19, R20, R21
    except ValueError as error:
        raise RefusedError(f"{stack_id}: {error}") from error
    parameters = _parameters(name, template, stack)
    conditions = evaluate_conditions(template, parameters)
    if stack is not None:
        _check_sections(stack, template)
    resources = active_resources(template, conditions)
    if not resources:  # R20
        raise RefusedError(
            f"{stack_id}: Stack refactor cannot leave a stack without resources. "
            "At least one Resources member must be defined."
        )
    return PlannedStack(
        stack_id=stack["StackId"] if stack else new_stack_id(name),
        is_new=definition.is_new,
        body=definition.body,
        template=template,
        parameters=parameters,
        conditions=conditions,
        resources=resources,
    )


def _parameters(name, template, stack):
    """R16: a stack keeps its parameters; one that is created has only defaults."""
    if stack is not None:
        return stack.get("_resolved_params") or {}
    try:
        return resolve_parameters(template, [])
    except ValueError as error:
        raise RefusedError(f"{name}: {error}") from error


def _check_stack(stack):
    if not is_stable(stack):
        raise RefusedError(f"Stack:{stack['StackId']} is in {stack['StackStatus']} state and can not be updated.")
    if stack.get("_stack_policy"):  # R25
        raise RefusedError(
            f"{stack['StackId']}: Stack refactor is not supported for stacks that have a stack policy attached"
        )


def _check_sections(stack, template):
    """R16, R30: what the resources are evaluated with may not change, not even in other words."""
    stack_id, old = stack["StackId"], _template(stack)
    for section in UNCHANGEABLE_SECTIONS:
        if (template.get(section) or {}) != (old.get(section) or {}):
            raise RefusedError(
                f"{stack_id}: Stack refactor does not support changes to the {section} section of the template"
            )


# ---------------------------------------------------------------------- moves
class _Moves:
    """The moves, found from the mappings and from equal logical ids."""

    def __init__(self, before, after):
        self.before, self.after = before, after
        self.moves = []
        self.destination_of = {}
        self.source_of = {}

    def add_mapped(self, mappings):
        for source, destination in mappings:
            self._check_mapping(source, destination)
            self.destination_of[source], self.source_of[destination] = destination, source
        for source, destination in mappings:
            self._check_conflicts(source, destination)
            self.moves.append(Move(source, destination, "MANUAL", "Specified by ResourceMapping"))

    def add_detected(self):
        """R28: a resource that is gone in one stack and new under the same logical id in another has moved."""
        removed = self._removed()
        for name, planned in self.after.items():
            for logical_id, definition in planned.resources.items():
                place = Place(name, logical_id)
                if logical_id not in _records(self.before[name]) and place not in self.source_of:
                    source = self._detected_source(planned, logical_id, definition, removed)
                    removed.remove(source)
                    self.destination_of[source], self.source_of[place] = place, source
                    self.moves.append(Move(source, place, "AUTO", "Logical ID and type match"))
        if removed:  # R14
            name = removed[0].stack
            names = ", ".join(sorted(place.logical_id for place in removed if place.stack == name))
            raise RefusedError(
                f"{self.after[name].stack_id}: Stack refactor does not support deleting resources: [{names}]"
            )
        if not self.moves:
            raise RefusedError("There are no resources to refactor")

    def record(self, place):
        """The record of a resource as it is now."""
        return _records(self.before[place.stack])[place.logical_id]

    def old_definition(self, place):
        """The definition of a resource as it is now."""
        definitions = _template(self.before[place.stack]).get("Resources") or {}
        return definitions.get(place.logical_id) or {}

    def source(self, place):
        """Where the resource of a place is now."""
        return self.source_of.get(place, place)

    def records_after(self, name):
        """A stack's records after the moves."""
        records = {}
        for logical_id in self.after[name].resources:
            source = self.source(Place(name, logical_id))
            records[logical_id] = {**copy.deepcopy(self.record(source)), "LogicalResourceId": logical_id}
        return records

    def _check_mapping(self, source, destination):
        if source == destination:
            raise RefusedError(f"ResourceMapping {source} maps a resource to itself")
        if source in self.destination_of:  # R12, R26
            raise RefusedError(
                f"Resource {source.logical_id} of stack {source.stack} is mapped to more than one destination"
            )
        if destination in self.source_of:  # R12
            raise RefusedError(
                f"Destination {destination.logical_id} of stack {destination.stack} "
                "is the target of more than one mapping"
            )
        stack = self.before[source.stack]
        if source.logical_id not in _records(stack):  # R9
            where = stack["StackId"] if stack else source.stack
            raise RefusedError(f"Resource {source.logical_id} does not exist in stack {where}")
        target = self.after[destination.stack]
        if destination.logical_id not in target.resources:  # R10
            raise RefusedError(
                f"{target.stack_id}: Destination resource {destination.logical_id} "
                "does not exist in the submitted template"
            )

    def _check_conflicts(self, source, destination):
        is_occupied = destination.logical_id in _records(self.before[destination.stack])
        if is_occupied and destination not in self.destination_of:  # R10
            raise RefusedError(
                f"{self.after[destination.stack].stack_id}: Logical ID {destination.logical_id} "
                "conflicts with an existing resource of the stack"
            )
        left = self.after[source.stack]
        if source.logical_id in left.resources and source not in self.source_of:  # R11
            raise RefusedError(
                f"{left.stack_id}: Resource {source.logical_id} is mapped to another stack "
                "but still present in the submitted template"
            )

    def _removed(self):
        """Places whose resource is in no submitted template and not mapped, in order."""
        places = [
            Place(name, logical_id)
            for name, stack in self.before.items()
            for logical_id in _records(stack)
            if logical_id not in self.after[name].resources
        ]
        return sorted((p for p in places if p not in self.destination_of), key=str)

    def _detected_source(self, planned, logical_id, definition, removed):
        candidates = [
            place
            for place in removed
            if place.logical_id == logical_id and self.record(place)["ResourceType"] == definition["Type"]
        ]
        if len(candidates) > 1:
            raise RefusedError(
                f"{planned.stack_id}: Resource {logical_id} matches more than one source resource; "
                "specify a ResourceMapping"
            )
        if not candidates:  # R13
            raise RefusedError(
                f"{planned.stack_id}: Stack refactor does not support adding new resources: [{logical_id}]"
            )
        return candidates[0]


def _check_moves(moves):
    types = {moves.record(move.source)["ResourceType"] for move in moves.moves}
    refused = sorted(t for t in types if not is_movable(t))
    if refused:  # R22, R23, R27
        raise RefusedError(f"Stack refactor does not support the following resource types: [{', '.join(refused)}]")
    for move in moves.moves:  # R24
        target = moves.after[move.destination.stack]
        definition = target.resources[move.destination.logical_id]
        parts = {name: value for name, value in definition.items() if name != "DependsOn"}
        used = {name for name, _ in references(parts)} & UNMOVABLE_PSEUDO_PARAMETERS
        if move.source.stack != move.destination.stack and used:
            raise RefusedError(
                f"{target.stack_id}: Resource {move.destination.logical_id} uses pseudo parameters "
                f"[{', '.join(sorted(used))}] whose values differ between stacks"
            )


def _check_unchanged(moves, name, planned):
    """R15: every resource is what it was, evaluated where it is and where it will be."""
    context = _context(name, planned)
    for logical_id, definition in planned.resources.items():
        source = moves.source(Place(name, logical_id))
        record = moves.record(source)
        here = f"{planned.stack_id}: Resource {logical_id}"
        if record["ResourceType"] != definition["Type"]:
            raise RefusedError(
                f"{here} has a different type than in its source stack: "
                f"{record['ResourceType']} vs {definition['Type']}"
            )
        try:
            properties = context.properties(definition, strict=False)
        except Exception as error:
            raise RefusedError(f"{here} cannot be evaluated: {error}") from error
        changed = changed_members(record.get("Properties") or {}, properties)
        if changed:
            names = ", ".join(changed)
            raise RefusedError(f"{here} has property modifications, which stack refactor does not support: [{names}]")
        changed = changed_attribute_texts(moves.old_definition(source), definition)
        if changed and settings["strict_attributes"]:
            names = ", ".join(changed)
            raise RefusedError(f"{here} has attribute modifications, which stack refactor does not support: [{names}]")
        planned.records[logical_id]["Properties"] = properties


def _context(name, planned):
    return Context(planned.template, planned.parameters, planned.conditions, planned.records, name, planned.stack_id)


# ---------------------------------------------------------------------- outputs and exports
def _plan_exports(after):
    """R17: outputs may change, exports in use may not."""
    exporter = {}
    for name, planned in after.items():
        try:
            planned.outputs, planned.exports = _context(name, planned).outputs_and_exports()
        except Exception as error:
            raise RefusedError(f"{planned.stack_id}: Output cannot be evaluated: {error}") from error
        for export in planned.exports:
            if export in exporter:
                raise RefusedError(f"Export with name {export} is declared by more than one stack")
            exporter[export] = name
    participants = {planned.stack_id for planned in after.values()}
    for export, name in exporter.items():
        current = all_exports.get(export)
        if current and current["StackId"] not in participants:
            owner = current["StackId"].split("/")[1]
            raise RefusedError(
                f"{after[name].stack_id}: Export with name {export} is already exported by stack {owner}"
            )
    _check_used_exports(after, exporter, participants)


def _check_used_exports(after, exporter, participants):
    for export, current in list(all_exports.items()):
        if current["StackId"] not in participants:
            continue
        new = after[exporter[export]].exports[export]["Value"] if export in exporter else None
        if new == current["Value"]:
            continue
        user = _user_after(after, export)
        if user:
            verb = "updated" if export in exporter else "deleted"
            raise RefusedError(f"Export {export} cannot be {verb} as it is in use by {user}")


def _user_after(after, export):
    """The name of a stack that will import an export once the refactor is done."""
    for name, stack in list(all_stacks.items()):
        if stack["StackStatus"] == "DELETE_COMPLETE":
            continue
        if name in after:
            stack = {**stack, "_template": after[name].template, "_resources": after[name].records}
        if imports(stack, name, export):
            return name
    return None
