"""Evaluate the few intrinsic functions that name S3 locations in templates."""

import re


class Literals:
    """Values as far as pseudo parameters and a stack's own parameters determine them."""

    def __init__(self, parameters, region, account):
        self._values = {
            **parameters,
            "AWS::AccountId": account,
            "AWS::Region": region,
            "AWS::URLSuffix": "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com",
            "AWS::Partition": _partition(region),
        }

    def text(self, value):
        """The text of a value, `None` when it cannot be told."""
        if isinstance(value, (str, int)):
            return str(value)
        if not isinstance(value, dict) or len(value) != 1:
            return None
        function, argument = next(iter(value.items()))
        if function == "Ref":
            return self._text_or_none(self._values.get(argument))
        if function == "Fn::Sub" and isinstance(argument, str):
            return self._substitute(argument)
        if function == "Fn::Join":
            parts = [self.text(part) for part in argument[1]]
            return None if None in parts else argument[0].join(parts)
        return None

    def _substitute(self, text):
        names = re.findall(r"\$\{([^!}]+)\}", text)
        if any(self._values.get(name) is None for name in names):
            return None
        return re.sub(r"\$\{([^!}]+)\}", lambda match: str(self._values[match.group(1)]), text)

    @staticmethod
    def _text_or_none(value):
        return None if value is None else str(value)


def _partition(region):
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"
