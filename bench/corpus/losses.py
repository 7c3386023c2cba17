"""Which files of the PyPI archives are known to be lost, and what else is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from bench.corpus.check import Outcome

DEFECTS = ("check-failed", "missing-signal")
"""Rules of the checker's own: no file is to blame, wherever it comes from."""


class Loss(BaseModel):
    """One row of ``losses.yaml``; see the comments there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    why: str
    rule: str
    files: tuple[str, ...]


@cache
def known() -> tuple[Loss, ...]:
    """Return the table."""
    text = Path(__file__).with_name("losses.yaml").read_text("utf-8")
    return tuple(Loss.model_validate(row) for row in yaml.load(text, yaml.CSafeLoader))


def rule_of(problem: str) -> str:
    """Return the rule of ``rule: message``."""
    return problem.partition(":")[0]


def defects(found: Sequence[Outcome]) -> Iterator[str]:
    """Yield what is lost through no fault of the file, a line each."""
    for one in found:
        for problem in one.problems:
            if rule_of(problem) in DEFECTS:
                yield f"{one.file}: {problem}"


def surprises(found: Sequence[Outcome], table: Sequence[Loss]) -> Iterator[str]:
    """Yield where `found` and the `table` of known losses disagree, a line each."""
    left = Counter((file, loss.rule) for loss in table for file in loss.files)
    for one in found:
        for problem in one.problems:
            row = (one.file, rule_of(problem))
            if left[row]:
                left[row] -= 1
            else:
                yield f"{one.file}: {problem}"
    met = {one.file for one in found}
    for file, rule in sorted(left.elements()):
        what = "was not lost this way" if file in met else "was not met"
        yield f"{file}: stands in losses.yaml for {rule}, and {what}"
