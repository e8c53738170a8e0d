"""The record that the engine's simulator is compared with is what the stand-in says."""

import json

import pytest
from random_refactors import CASES, RECORD, verdicts

EVERY = 6


@pytest.fixture(scope="module")
def recorded():
    with open(RECORD, encoding="utf-8") as stream:
        return json.load(stream)["cases"]


def test_a_sample_of_the_record_is_what_the_stand_in_says_now(recorded):
    assert len(recorded) == CASES
    numbers = range(0, CASES, EVERY)
    for number, now in zip(numbers, verdicts(numbers), strict=True):
        assert now == recorded[number], f"case {number}; python tests/random_refactors.py makes the record anew"


def test_the_record_has_enough_of_both_verdicts(recorded):
    refused = [case for case in recorded if "refused" in case]
    assert CASES / 4 < len(refused) < CASES * 3 / 4
    assert any(case["creates"] and "refused" not in case for case in recorded)
    renamed = [case for case in recorded if any(i != j for _, i, _, j in case["mappings"])]
    assert any("refused" not in case for case in renamed)
