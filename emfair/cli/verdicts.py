"""Verdicts on containers: asked for and summed up alike, whoever made the containers.

What does not belong here: findings one by one (`findings`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emfair.cli import screen
from emfair.cli.progress import counting

if TYPE_CHECKING:
    from emfair.model.findings import Finding, Verdict


@dataclass(frozen=True)
class Judged:
    """A container, and what is not as it should be in it."""

    path: Path
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """What its findings come to."""
        from emfair.model.findings import verdict_of

        return verdict_of(self.findings)

    @property
    def plain(self) -> dict[str, Any]:
        """Verdict and findings, for scripts."""
        return {
            "verdict": self.verdict.value,
            "findings": [finding.model_dump(mode="json") for finding in self.findings],
        }


def judged(paths: Sequence[Path]) -> list[Judged]:
    """Judge containers on all cores, with a bar; return the verdicts in the order of `paths`.

    Raises
    ------
    NotFound
        There is no such file.
    """
    from emfair.service.verdicts import verdicts

    done: dict[int, Judged] = {}
    with counting("validating", len(paths)) as tick:
        for place, findings in verdicts(paths):
            done[place] = Judged(paths[place], findings)
            tick(paths[place].name)
    return [done[place] for place in range(len(paths))]


def judge() -> dict[str, str]:
    """Return by what containers are judged."""
    from emfair.validation.validate import nxdl_version, validator_name

    return {"validator": validator_name(), "nxdl": nxdl_version()}


def sum_up(found: Sequence[Judged]) -> None:
    """Say how many are valid, what was found in them, by what they were judged, what to do next."""
    from emfair.model.findings import Severity, Verdict, count_by_severity
    from emfair.validation.outline import counted

    verdicts = [one.verdict for one in found]
    number = {one: verdicts.count(one) for one in Verdict}
    told = ", ".join(f"{many} {one.value}" for one, many in number.items() if many)
    numbers = count_by_severity(finding for one in found for finding in one.findings)
    more = ", ".join(counted(many, Severity(one)) for one, many in numbers.items() if many)
    containers = f"{len(found)} container{'s' * (len(found) != 1)}: {told}"
    screen.say(containers + (f" ({more})." if more else "."), "bold")
    by = judge()
    screen.say(f"{by['validator']}, NXem {by['nxdl']}", "dim", to=screen.err)
    if number[Verdict.INVALID]:
        screen.say("Next: mend the errors above; what is damaged, convert again.")
    elif number[Verdict.NEEDS_INPUT]:
        screen.say("Next: write what is missing into a YAML file, and convert again with it (-a).")
    else:
        screen.say("Next: nothing that NXem requires is missing; deposit them, or share them.")
