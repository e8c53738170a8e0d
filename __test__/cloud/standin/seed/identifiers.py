"""Old identifiers to new ones: what a fixture calls a pool or bucket, and what it is called in the cloud."""

import json
import re

SHORTEST_IDENTIFIER = 8
NO_IDENTIFIER = re.compile(r"^(\{|\[|http)|^\d{4}-\d\d|^\*+$")
ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")


class Identifiers:
    """A growing dictionary of old to new identifiers, applied to text: the longest old one first."""

    def __init__(self):
        self._new = {}
        self._pattern = None

    def set(self, old, new):
        self._new[old] = new
        self._pattern = None

    def learn(self, old, new):
        """Compare an old output or parameter value with its live one."""
        if not _is_identifier(old) or not isinstance(new, str) or old == new:
            return
        if old.startswith("arn:") and new.startswith("arn:"):
            self._learn_parts(re.split(r"[:/]", old), re.split(r"[:/]", new))
        self._learn_one(old, new)

    def apply(self, text):
        """The text with every old identifier replaced."""
        if not self._new:
            return text
        if self._pattern is None:
            longest_first = sorted(self._new, key=len, reverse=True)
            self._pattern = re.compile("|".join(re.escape(old) for old in longest_first))
        return self._pattern.sub(lambda match: self._new[match.group(0)], text)

    def _learn_parts(self, old_parts, new_parts):
        if len(old_parts) == len(new_parts):
            for old, new in zip(old_parts, new_parts, strict=True):
                if old != new and _is_identifier(old):
                    self._learn_one(old, new)

    def _learn_one(self, old, new):
        if old not in self._new:
            self.set(old, new)


def _is_identifier(value):
    return isinstance(value, str) and len(value) >= SHORTEST_IDENTIFIER and not NO_IDENTIFIER.search(value)


class Retarget:
    """Moves a fixture to another account, region, app id or environment name before it is deployed."""

    def __init__(
        self,
        root_stack,
        env,
        region,
        app_id,
        *,
        new_env=None,
        new_region=None,
        new_app_id=None,
        new_account=None,
    ):
        self.env, self.new_env = env, new_env or env
        self.region, self.new_region = region, new_region or region
        self.app_id, self.new_app_id = app_id, new_app_id or app_id
        self.new_account = new_account
        self.root_stack = root_stack
        self.new_root_stack = self._renamed_root(root_stack)

    def text(self, text):
        """Region, account and root stack name inside any text."""
        if self.new_root_stack != self.root_stack:
            text = text.replace(self.root_stack, self.new_root_stack)
        if self.new_region != self.region:
            text = text.replace(self.region, self.new_region)
        if self.new_account:
            text = ACCOUNT.sub(self.new_account, text)
        return text

    def document(self, value):
        """A JSON document: its texts, and the members that hold the environment name or the app id alone."""
        document = json.loads(self.text(json.dumps(value, ensure_ascii=False)))
        return self._members(document)

    def _members(self, value):
        if isinstance(value, list):
            return [self._members(item) for item in value]
        if not isinstance(value, dict):
            return value
        if value.get("ParameterKey") == "env" and value.get("ParameterValue") == self.env:
            return {**value, "ParameterValue": self.new_env}
        return {name: self._member(name, member) for name, member in value.items()}

    def _member(self, name, member):
        if name in ("env", "envName") and member == self.env:
            return self.new_env
        if name in ("AmplifyAppId", "AppId") and member == self.app_id:
            return self.new_app_id
        return self._members(member)

    def _renamed_root(self, name):
        """`amplify-<project>-<env>-<hash>`: the environment's part is the last but one."""
        if self.new_env == self.env:
            return name
        renamed = re.sub(rf"-{re.escape(self.env)}-([^-]+)$", lambda m: f"-{self.new_env}-{m.group(1)}", name)
        return renamed if renamed != name else f"{name}-{self.new_env}"
