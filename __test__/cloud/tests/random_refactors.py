"""Random pairs of templates and what the stand-in says to moving resources between them.

`python tests/random_refactors.py` writes the verdicts to the file that the engine's simulator is compared with. Every
case is made from its number alone. All names are given, so that physical ids are the same in every run.
"""

import copy
import json
import os
import random
import re

from botocore.exceptions import ClientError
from driver import Cloud, Server

RECORD = os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "src", "cloudformation", "simulate", "recorded.json"
)
CASES = 300
PARAMETERS = {"env": "dev", "flag": "yes", "list": "a,b"}
DECLARATIONS = {"env": {"Type": "String"}, "flag": {"Type": "String"}, "list": {"Type": "CommaDelimitedList"}}
CONDITIONS = {
    "On": {"Fn::Equals": [{"Ref": "flag"}, "yes"]},
    "Off": {"Fn::Not": [{"Condition": "On"}]},
}
# Where queues are in the record; really they are at the port of the server.
QUEUES = "http://localhost:4566"
HANDLE = "AWS::CloudFormation::WaitConditionHandle"
POLICIES = ("Retain", "Delete")
# What of a stack's ARN is different in each run.
STACK_ID = r"/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class Case:
    """One case: the stacks as they are, and the refactor that is asked for."""

    def __init__(self, number):
        self.number = number
        self.random = random.Random(f"refactor-{number}")
        self.before = {short: self._template(short) for short in ("one", "two")}
        self.after = copy.deepcopy(self.before)
        self.mappings = []
        self.creates = False
        self.notes = []
        self._move()
        for _ in range(self.random.choice([0, 0, 1, 1, 2])):
            self._spoil()

    # ------------------------------------------------------------------ the stacks as they are
    def _template(self, short):
        resources = {}
        for index in range(self.random.randint(1 if self.random.random() < 0.05 else 2, 5)):
            logical_id = f"{'Shared' if self.random.random() < 0.1 else short.title()}{index}"
            resources[logical_id] = self._resource(short, logical_id, resources)
        template = {"Parameters": DECLARATIONS, "Conditions": CONDITIONS, "Resources": resources}
        outputs = {}
        for index in range(self.random.randint(0, 2)):
            outputs[f"Out{index}"] = {"Value": self._value(short, resources)}
            if self.random.random() < 0.4:
                outputs[f"Out{index}"]["Export"] = {"Name": f"{short}-{index}"}
        if outputs:
            template["Outputs"] = outputs
        return template

    def _resource(self, short, logical_id, others):
        name = f"r{self.number}-{short}-{logical_id}".lower()
        kind = self.random.random()
        if kind < 0.7:
            resource = {
                "Type": "AWS::SSM::Parameter",
                "Properties": {"Name": name, "Type": "String", "Value": self._value(short, others)},
            }
        elif kind < 0.95:
            resource = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}}
        else:
            resource = {"Type": HANDLE}
        if self.random.random() < 0.3:
            resource["DeletionPolicy"] = self.random.choice(POLICIES)
        if self.random.random() < 0.2:
            resource["Metadata"] = {"path": f"{short}/{logical_id}"}
        if others and self.random.random() < 0.25:
            chosen = self.random.sample(list(others), min(len(others), self.random.randint(1, 2)))
            resource["DependsOn"] = chosen[0] if len(chosen) == 1 else chosen
        if self.random.random() < 0.15:
            resource["Condition"] = "On"
        return resource

    def _value(self, short, others):
        values = [
            f"{short}-text",
            {"Ref": "env"},
            {"Fn::Sub": "${env}-${AWS::Region}"},
            {"Fn::If": ["On", {"Fn::Select": ["1", {"Ref": "list"}]}, "no"]},
            {"Fn::Join": ["/", [{"Ref": "flag"}, "x"]]},
        ]
        for other, definition in others.items():
            values += [{"Ref": other}, {"Fn::Sub": f"${{{other}}}!"}]
            if definition["Type"] == "AWS::SQS::Queue":
                values += [{"Fn::GetAtt": [other, "QueueName"]}, {"Fn::Sub": f"${{{other}.Arn}}"}]
        if self.random.random() < 0.05:
            values = [{"Ref": "AWS::StackName"}]
        return self.random.choice(values)

    # ------------------------------------------------------------------ the refactor that is asked for
    def _move(self):
        """An honest move of some resources of "one" to "two" or to a new stack."""
        if self.random.random() < 0.2:
            self.creates = True
            self.after["new"] = {"Resources": {}}
        target = "new" if self.creates else "two"
        leaving = self.after["one"]["Resources"]
        empties = len(leaving) == 1 or self.random.random() < 0.05
        moved = self.random.sample(sorted(leaving), self.random.randint(1, len(leaving) - (not empties)))
        renamed = {}
        for logical_id in moved:
            is_renamed = self.random.random() < 0.4
            renamed[logical_id] = f"{logical_id}New" if is_renamed else logical_id
            if is_renamed or self.random.random() < 0.5:
                self.mappings.append(["one", logical_id, target, renamed[logical_id]])
        ids = {i: self._physical_id(definition) for i, definition in leaving.items()}
        for logical_id, definition in leaving.items():
            name = definition.get("Properties", {}).get("QueueName")
            if name:
                ids[f"{logical_id}.QueueName"] = name
                ids[f"{logical_id}.Arn"] = f"arn:aws:sqs:us-east-1:123456789012:{name}"
        literal = self.random.random() < 0.92
        if literal:
            self._cut_references("one", ids, staying=set(leaving) - set(moved))
        for logical_id in sorted(moved):
            definition = leaving.pop(logical_id)
            definition = _renamed(definition, renamed)
            if self.creates and definition.get("Condition") and self.random.random() < 0.7:
                definition.pop("Condition")
            self.after[target]["Resources"][renamed[logical_id]] = definition
        if self.creates and literal:
            self.after["new"] = _without_parameters(self.after["new"])

    def _cut_references(self, short, ids, staying):
        """Replace references between what moves and what stays by physical ids, in both directions."""
        template = self.after[short]
        for logical_id, definition in template["Resources"].items():
            here = staying if logical_id in staying else set(template["Resources"]) - staying
            template["Resources"][logical_id] = _literal(definition, ids, here)
        for output in template.get("Outputs", {}).values():
            output["Value"] = _literal(output["Value"], ids, staying)

    @staticmethod
    def _physical_id(definition):
        properties = definition.get("Properties", {})
        if "QueueName" in properties:
            return f"{QUEUES}/123456789012/{properties['QueueName']}"
        return properties.get("Name")

    def _spoil(self):
        """Something that is not an honest move, or is odd and still one."""
        defects = (
            self._drop_mapping,
            self._repeat_mapping,
            self._map_what_is_not_there,
            self._map_elsewhere,
            self._leave_in_source,
            self._drop_resource,
            self._add_resource,
            self._change_property,
            self._change_policy,
            self._change_metadata,
            self._drop_dependency,
            self._dangling_dependency,
            self._dangling_reference,
            self._change_parameters,
            self._add_condition,
            self._change_condition,
            self._change_output,
            self._drop_outputs,
            self._same_export,
            self._take_logical_id,
            self._change_type,
            self._switch_off,
        )
        defect = self.random.choice(defects)
        self.notes.append(defect.__name__.strip("_"))
        defect()

    def _some(self, short=None):
        """A random resource of the submitted templates, with its stack; `None` when there is none."""
        shorts = [short] if short else sorted(self.after)
        places = [(s, i) for s in shorts for i in sorted(self.after[s]["Resources"])]
        return self.random.choice(places) if places else None

    def _definition(self):
        place = self._some()
        return self.after[place[0]]["Resources"][place[1]] if place else {}

    def _drop_mapping(self):
        if self.mappings:
            self.mappings.pop(self.random.randrange(len(self.mappings)))

    def _repeat_mapping(self):
        if self.mappings:
            first = self.random.choice(self.mappings)
            self.mappings.append([*first[:3], self.random.choice([first[3], "Elsewhere"])])

    def _map_what_is_not_there(self):
        self.mappings.append(["one", "Nothing", "two", "Nowhere"])

    def _map_elsewhere(self):
        if self.mappings:
            self.random.choice(self.mappings)[3] = "Elsewhere"

    def _leave_in_source(self):
        if self.mappings:
            _, source, target, destination = self.random.choice(self.mappings)
            definition = self.after[target]["Resources"].get(destination)
            if definition:
                self.after["one"]["Resources"][source] = copy.deepcopy(definition)

    def _drop_resource(self):
        place = self._some()
        if place:
            self.after[place[0]]["Resources"].pop(place[1])

    def _add_resource(self):
        short = self.random.choice(sorted(self.after))
        self.after[short]["Resources"]["Added"] = {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Name": f"r{self.number}-added", "Type": "String", "Value": "1"},
        }

    def _change_property(self):
        definition = self._definition()
        if definition.get("Properties"):
            definition["Properties"]["Description"] = "changed"

    def _change_policy(self):
        definition = self._definition()
        definition["DeletionPolicy"] = self.random.choice([*POLICIES, "RetainExceptOnCreate"])

    def _change_metadata(self):
        self._definition()["Metadata"] = {"changed": "yes"}

    def _drop_dependency(self):
        self._definition().pop("DependsOn", None)

    def _dangling_dependency(self):
        self._definition()["DependsOn"] = ["Missing"]

    def _dangling_reference(self):
        definition = self._definition()
        if "Value" in definition.get("Properties", {}):
            definition["Properties"]["Value"] = {"Ref": "Missing"}

    def _change_parameters(self):
        short = self.random.choice(["one", "two"])
        self.after[short]["Parameters"] = {**DECLARATIONS, "more": {"Type": "String", "Default": "1"}}

    def _add_condition(self):
        self.after["two"]["Conditions"] = {**CONDITIONS, "More": {"Fn::Equals": ["a", "b"]}}

    def _change_condition(self):
        self.after["two"]["Conditions"] = {**CONDITIONS, "On": {"Fn::Equals": [{"Ref": "flag"}, "no"]}}

    def _change_output(self):
        short = self.random.choice(["one", "two"])
        self.after[short].setdefault("Outputs", {})["Changed"] = {"Value": "changed"}

    def _drop_outputs(self):
        self.after[self.random.choice(["one", "two"])].pop("Outputs", None)

    def _same_export(self):
        for short in ("one", "two"):
            self.after[short].setdefault("Outputs", {})["Same"] = {"Value": "x", "Export": {"Name": "same"}}

    def _take_logical_id(self):
        """A moved resource comes to stand where another one of the target is."""
        taken = sorted(self.before["two"]["Resources"])
        if self.mappings and not self.creates:
            mapping = self.random.choice(self.mappings)
            definition = self.after["two"]["Resources"].pop(mapping[3], None)
            if definition:
                mapping[3] = self.random.choice(taken)
                self.after["two"]["Resources"][mapping[3]] = definition

    def _change_type(self):
        definition = self._definition()
        if definition:
            definition["Type"] = "AWS::SQS::Queue"
            definition["Properties"] = {}

    def _switch_off(self):
        definition = self._definition()
        if definition:
            definition["Condition"] = "Off"


def _literal(value, ids, here):
    """Replace references to what is not `here` by physical ids; dependencies on it go."""
    if isinstance(value, dict):
        if set(value) == {"Ref"} and value["Ref"] in ids and value["Ref"] not in here:
            return ids[value["Ref"]] or value
        if set(value) == {"Fn::Sub"} and isinstance(value["Fn::Sub"], str):
            text = value["Fn::Sub"]
            for logical_id, physical_id in ids.items():
                if logical_id.split(".")[0] not in here and physical_id:
                    text = text.replace(f"${{{logical_id}}}", physical_id)
            return {"Fn::Sub": text}
        if set(value) == {"Fn::GetAtt"} and value["Fn::GetAtt"][0] not in here:
            return ids.get(".".join(value["Fn::GetAtt"]), value)
        changed = {key: _literal(member, ids, here) for key, member in value.items()}
        if "DependsOn" in changed and "Type" in changed:
            wanted = changed["DependsOn"]
            kept = [i for i in ([wanted] if isinstance(wanted, str) else wanted) if i in here]
            changed.pop("DependsOn")
            if kept:
                changed["DependsOn"] = kept
        return changed
    if isinstance(value, list):
        return [_literal(member, ids, here) for member in value]
    return value


def _renamed(value, names):
    """Follow the new logical ids in references."""
    if isinstance(value, dict):
        if set(value) == {"Ref"}:
            return {"Ref": names.get(value["Ref"], value["Ref"])}
        if set(value) == {"Fn::Sub"} and isinstance(value["Fn::Sub"], str):
            text = value["Fn::Sub"]
            for old, new in names.items():
                text = text.replace(f"${{{old}}}", f"${{{new}}}").replace(f"${{{old}.", f"${{{new}.")
            return {"Fn::Sub": text}
        if set(value) == {"Fn::GetAtt"}:
            return {"Fn::GetAtt": [names.get(value["Fn::GetAtt"][0], value["Fn::GetAtt"][0]), value["Fn::GetAtt"][1]]}
        return {
            key: [names.get(i, i) for i in ([member] if isinstance(member, str) else member)]
            if key == "DependsOn"
            else _renamed(member, names)
            for key, member in value.items()
        }
    if isinstance(value, list):
        return [_renamed(member, names) for member in value]
    return value


def _without_parameters(template):
    """A stack that is created has no parameters: their values are written out."""
    text = json.dumps(template)
    for name, value in PARAMETERS.items():
        text = text.replace(json.dumps({"Ref": name}), json.dumps(value)).replace(f"${{{name}}}", value)
    return json.loads(text)


# ---------------------------------------------------------------------- what the stand-in says
def verdict(cloud, case):
    """What becomes of a case: its stacks as deployed, then accepted or refused, then its stacks again."""
    names = {short: f"r{case.number}-{short}" for short in ("one", "two", "new")}
    for short, template in case.before.items():
        cloud.create(names[short], template, parameters=PARAMETERS)
    recorded = {
        "number": case.number,
        "notes": case.notes,
        "before": {names[s]: {"template": t, "resources": _resources(cloud, names[s])} for s, t in case.before.items()},
        "after": {names[s]: t for s, t in case.after.items()},
        "mappings": [[names[a], b, names[c], d] for a, b, c, d in case.mappings],
        "creates": case.creates,
    }
    try:
        described = _refactor(cloud, recorded)
    except ClientError as error:
        return {**recorded, "refused": str(error)}
    if described["Status"] != "CREATE_COMPLETE":
        return {**recorded, "refused": described["StatusReason"]}
    assert described["ExecutionStatus"] == "EXECUTE_COMPLETE", described
    return {**recorded, "resources": {name: _resources(cloud, name) for name in recorded["after"]}}


def _refactor(cloud, recorded):
    templates = json.loads(json.dumps(recorded["after"]).replace(QUEUES, cloud.queues))
    moves = [(source, i, target, j) for source, i, target, j in recorded["mappings"]]
    return cloud.refactor(templates, moves, create=recorded["creates"])


def _resources(cloud, name):
    return {
        i: {
            "type": r["ResourceType"],
            "id": "handle" if r["ResourceType"] == HANDLE else r["PhysicalResourceId"],
        }
        for i, r in cloud.records(name).items()
    }


class PlainNames(Cloud):
    """A view in which stacks have the names that they are given."""

    @property
    def queues(self):
        return self.endpoint.replace("127.0.0.1", "localhost")

    def name(self, short):
        return short


def brief(template):
    """A template whose unchanged sections are `true`: they are the same in all cases."""
    sections = {"Parameters": DECLARATIONS, "Conditions": CONDITIONS}
    return {key: True if sections.get(key) == value else value for key, value in template.items()}


def verdicts(numbers):
    """The verdicts of these cases, each on an empty cloud."""
    server = Server.start()
    try:
        cloud = PlainNames(server.endpoint)
        empty = cloud.control("POST", "/_snapshot")
        for number in numbers:
            cloud.control("POST", "/_restore", empty)
            recorded = verdict(cloud, Case(number))
            for stack in recorded["before"].values():
                stack["template"] = brief(stack["template"])
            recorded["after"] = {name: brief(template) for name, template in recorded["after"].items()}
            text = json.dumps(recorded).replace(cloud.queues, QUEUES)
            yield json.loads(re.sub(STACK_ID, "", text))
    finally:
        server.stop()


def main():
    """Write the record: one case a line, so that a difference shows which case it is in."""
    shared = {"parameters": PARAMETERS, "sections": {"Parameters": DECLARATIONS, "Conditions": CONDITIONS}}
    lines = [json.dumps(one, separators=(",", ":")) for one in verdicts(range(CASES))]
    with open(RECORD, "w", encoding="utf-8") as stream:
        stream.write(json.dumps(shared)[:-1] + ', "cases": [\n' + ",\n".join(lines) + "\n]}\n")
    refused = sum('"refused"' in line for line in lines)
    print(f"{len(lines)} cases, {refused} refused")


if __name__ == "__main__":
    main()
