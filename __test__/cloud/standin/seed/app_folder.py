"""An app folder: `gen1-project/`, `deployed-stacks/` and, if there is one, `seed.json`."""

import copy
import json
import os
import re

from standin.seed import SeedError

GEN2_ROOT = re.compile(r"^amplify-.+-(branch|sandbox)-[0-9a-f]{10}$")
TEMPLATE_SUFFIX = ".template.json"
# CloudFormation cuts parent and logical id in a nested stack's name to no less than this
SHORTEST_CUT = 38


def read_json(path, default=None):
    """A JSON file; the default when it is missing or empty."""
    if not os.path.exists(path) or not os.path.getsize(path):
        return default
    with open(path, encoding="utf-8") as stream:
        try:
            return json.load(stream)
        except ValueError as error:
            raise SeedError(f"{path}: {error}") from error


class AppFolder:
    """What a folder says about an app; nothing is deployed here."""

    def __init__(self, path):
        self.path = os.path.abspath(path)
        self.project = os.path.join(self.path, "gen1-project")
        self.stacks = Stacks(os.path.join(self.path, "deployed-stacks"))
        self.seed = read_json(os.path.join(self.path, "seed.json"), {})
        self.team_provider_info = read_json(os.path.join(self.project, "amplify", "team-provider-info.json"))
        if not isinstance(self.team_provider_info, dict):
            raise SeedError(f"{self.project}: no amplify/team-provider-info.json")

    @property
    def project_name(self):
        config = read_json(os.path.join(self.project, "amplify", ".config", "project-config.json"), {})
        return config.get("projectName") or os.path.basename(self.path)

    def deployed_environments(self):
        """Environments whose root stack is in `deployed-stacks`."""
        return [
            name
            for name, info in self.team_provider_info.items()
            if (info.get("awscloudformation") or {}).get("StackName") in self.stacks.templates
        ]

    def environment(self, name):
        """The `awscloudformation` part of an environment in team-provider-info.json."""
        if name not in self.deployed_environments():
            known = ", ".join(self.deployed_environments()) or "none"
            raise SeedError(f"{self.path}: environment {name} is not deployed; deployed are: {known}")
        return self.team_provider_info[name]["awscloudformation"]

    def gen2_roots(self):
        return sorted(name for name in self.stacks.templates if GEN2_ROOT.match(name))

    def stack_tags(self, env):
        """The stack tags of tags.json, with its placeholders filled in."""
        tags = []
        for folder in ("#current-cloud-backend", "backend"):
            tags = tags or read_json(os.path.join(self.project, "amplify", folder, "tags.json"), [])
        filled = []
        for tag in tags:
            value = tag["Value"].replace("{project-env}", env).replace("{project-name}", self.project_name)
            filled.append({"Key": tag["Key"], "Value": value})
        return filled


class Stacks:
    """The templates, parameters and outputs of deployed stacks, by physical stack name."""

    def __init__(self, folder):
        if not os.path.isdir(folder):
            raise SeedError(f"{folder} is missing")
        self.templates, self.parameters, self.outputs = {}, {}, {}
        for file in sorted(os.listdir(folder)):
            if file.endswith(TEMPLATE_SUFFIX):
                name = file.removesuffix(TEMPLATE_SUFFIX)
                self.templates[name] = read_json(os.path.join(folder, file))
                self.parameters[name] = read_json(os.path.join(folder, f"{name}.parameters.json"), [])
                self.outputs[name] = read_json(os.path.join(folder, f"{name}.outputs.json"), [])

    def retargeted(self, retarget):
        """A copy in another account, region or environment."""
        other = copy.copy(self)
        name_of = {name: retarget.text(name) for name in self.templates}
        for part in ("templates", "parameters", "outputs"):
            values = getattr(self, part)
            setattr(other, part, {name_of[name]: retarget.document(values[name]) for name in values})
        return other

    def parameter_values(self, name):
        """Parameter values of a stack, defaults included."""
        values = {key: d.get("Default") for key, d in self.templates[name].get("Parameters", {}).items()}
        values.update({p["ParameterKey"]: p.get("ParameterValue") for p in self.parameters[name]})
        return values

    def child(self, parent, logical_id):
        """The name of the nested stack a logical id of the parent stands for.

        A nested stack is called `<parent>-<logical id>-<random>`, with one or both of the first two cut
        when the whole is too long. Of several candidates the one that shows most of both is meant.
        """
        scored = [
            (score, name)
            for name in self.templates
            if (score := _nested_name_score(parent, logical_id, name)) is not None
        ]
        if not scored:
            raise SeedError(f"deployed-stacks has no template for nested stack {logical_id} of {parent}")
        best = max(score for score, _ in scored)
        names = [name for score, name in scored if score == best]
        if len(names) > 1:
            raise SeedError(f"nested stack {logical_id} of {parent} may be any of {', '.join(names)}")
        return names[0]


def _nested_name_score(parent, logical_id, name):
    """How many characters of parent and logical id a stack name shows; `None` when it cannot be the child."""
    stem, dash, _random = name.rpartition("-")
    if not dash or name == parent:
        return None
    best = None
    for cut in range(len(parent), 0, -1):
        if cut < len(parent) and cut < SHORTEST_CUT:
            break
        prefix = parent[:cut] + "-"
        if not stem.startswith(prefix):
            continue
        shown = stem[len(prefix) :]
        if shown == logical_id or (len(shown) >= SHORTEST_CUT and logical_id.startswith(shown)):
            best = max(best or 0, cut + len(shown))
    return best
