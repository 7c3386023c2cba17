"""The rules: the table ``rules.yaml``, checked and typed.

What does not belong here: deciding whether a rule is broken (``judge``, ``own_checks``), and
turning a breach into a finding (``tell``).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict, Field

from emfair.model.findings import Severity


class Breach(NamedTuple):
    """A rule broken somewhere, before it is put into words.

    Attributes
    ----------
    rule
        Its name in ``rules.yaml``.
    path
        Absolute path in the container, or empty for the file as a whole.
    details
        What the rule's message has slots for, beyond the parts of `path`.
    key
        The key of ``keys.yaml`` it is about, if its path does not tell.
    """

    rule: str
    path: str = ""
    details: tuple[tuple[str, str], ...] = ()
    key: str = ""


class Rule(BaseModel):
    """One row of ``rules.yaml``; see the comments there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    severity: Severity
    message: str
    hint: str = Field(min_length=1)
    path_from: str = ""
    of_field: str = ""


class Rules(BaseModel):
    """The whole table: `problems` by pynxtools' names, the rest as commented there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    problems: dict[str, Rule]
    checks: tuple[Rule, ...]
    hints: dict[Severity, str]
    examples: dict[str, str]
    groups: dict[str, tuple[str, ...]]
    recommended: tuple[str, ...]
    never_empty: tuple[str, ...]
    data_names: dict[str, tuple[str, ...]]
    words: dict[str, str]


@cache
def rules() -> Rules:
    """Return the table."""
    text = files("emfair.validation").joinpath("rules.yaml").read_text("utf-8")
    return Rules.model_validate(yaml.load(text, yaml.CSafeLoader))


@cache
def check_rules() -> dict[str, Rule]:
    """Return the rules that emfair checks itself, by name."""
    return {rule.rule: rule for rule in rules().checks}


def unknown_problem(name: str) -> Rule:
    """Return a rule for a problem that a newer pynxtools names and the table does not know yet."""
    return Rule(
        rule="other-problem",
        severity=Severity.ERROR,
        message=f"The validator says {name} of {{name}} ({{value}}).",
        hint="Look the name up in pynxtools' documentation.",
    )
