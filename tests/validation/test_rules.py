"""The table of rules is complete, and agrees with pynxtools and with NXem."""

from __future__ import annotations

import string
from xml.etree import ElementTree as ET

import pytest
from pynxtools import definitions
from pynxtools.dataconverter.helpers import Collector, ValidationProblem

from emfair.model.annotations import Annotations
from emfair.model.findings import Severity
from emfair.nxem.keys import keys
from emfair.validation.own_checks import CHECKS
from emfair.validation.rules import check_rules, rules


def test_every_problem_of_pynxtools_has_its_rule_and_no_other():
    assert set(rules().problems) == {problem.name for problem in ValidationProblem}


@pytest.mark.parametrize("problem", ValidationProblem)
def test_what_pynxtools_takes_for_information_is_a_note(problem):
    collector = Collector()
    collector.logging = False
    collector.collect_and_log("/entry/x", problem, "value", "a", "b")
    severity = rules().problems[problem.name].severity
    assert bool(collector.data["info"]) == (severity is Severity.NOTE)


def test_required_things_are_missing_and_unknown_ones_undocumented():
    by_severity = {
        severity: {name for name, rule in rules().problems.items() if rule.severity is severity}
        for severity in Severity
    }
    assert by_severity[Severity.MISSING] == {
        "MissingRequiredGroup",
        "MissingRequiredField",
        "MissingRequiredAttribute",
    }
    assert by_severity[Severity.UNDOCUMENTED] == {"MissingDocumentation"}


def test_messages_have_only_slots_that_can_be_filled():
    always = {"name", "parent", "label", "value", "arg0", "arg1", "unit"}
    for rule in rules().problems.values():
        for text in (rule.message, rule.of_field):
            slots = {slot for _, slot, _, _ in string.Formatter().parse(text) if slot}
            assert slots <= always, rule.rule


def test_rules_keep_one_severity_wherever_they_are_told():
    for rule in rules().problems.values():
        own = check_rules().get(rule.rule)
        assert own is None or own.severity is rule.severity


def test_every_key_the_table_names_exists():
    named = {*rules().recommended, *rules().never_empty}
    named |= {name for names in rules().groups.values() for name in names}
    assert named <= set(keys())


def test_every_field_of_the_form_has_an_example_that_fits_it():
    fields = {key.field for key in keys().values() if key.form or key.kind != "number"}
    assert fields <= set(rules().examples)
    sections = Annotations.model_fields
    for field in rules().examples:
        assert field.split(".")[0] in sections


def test_data_names_are_those_of_the_definitions():
    from pathlib import Path

    root = Path(next(iter(definitions.__path__)))
    for nx_class, names in rules().data_names.items():
        known = set()
        for file in ("base_classes/" + nx_class, "applications/NXem"):
            tree = ET.parse(root / f"{file}.nxdl.xml")  # noqa: S314  pynxtools' own file
            known |= {
                child.get("name")
                for parent in tree.iter()
                if parent.get("type") == nx_class or parent.get("name") == nx_class
                for child in parent
                if child.get("type") == "NXdata"
            }
        assert set(names) <= known, nx_class


def test_the_checks_are_registered_by_name():
    assert list(CHECKS) == ["sample", "elements", "blank text", "fields and groups", "recommended"]
