"""Every rule of Stack Refactor has tests of its name, and a row in the README."""

import re
from pathlib import Path

RULES = {f"r{number}" for number in range(1, 36)}
TESTS = Path(__file__).with_name("test_stack_refactor_rules.py").read_text(encoding="utf-8")
README = Path(__file__).parents[1].joinpath("README.md").read_text(encoding="utf-8")


def rules_of(text):
    """The rules that the beginning of a test's name says: `test_r6_r7_unstable` is of two."""
    return set(re.findall(r"r\d+", re.match(r"(?:_?r\d+)+", text.removeprefix("test_")).group()))


def test_every_rule_has_a_test():
    names = re.findall(r"^def (test_r\d\w+)\(", TESTS, re.MULTILINE)
    tested = set().union(*map(rules_of, names))
    assert tested == RULES


def test_the_table_has_every_rule_and_names_its_tests():
    rows = re.findall(r"^\| (R\d[^|]*) \|([^|]+)\| (`test_r.*`) \|$", README, re.MULTILINE)
    told = set()
    for rules, text, tests in rows:
        numbers = [int(number) for number in re.findall(r"R(\d+)", rules)]
        if " to " in rules:
            numbers = range(numbers[0], numbers[1] + 1)
        row = [f"r{number}" for number in numbers]
        named = set(re.findall(r"test_(r\d+)_\*", tests))
        assert text.strip()
        assert {row[0], row[-1]} <= named <= set(row), rules
        told.update(row)
    assert told == RULES
