"""Which files are converted, and which are set aside: kept as they came, and counted for nothing.

Pure: names and notes in, bundles and notes of what is left out. What does not belong here: setting
files aside (`emfair.service.setting_aside`).
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable

from emfair.model.annotations import Annotations
from emfair.model.findings import Finding, Severity
from emfair.vendor.bundles import Bundle, bundle

SET_ASIDE = "set-aside"
"""Rule that says that a file is."""


def to_convert(names: Iterable[str], notes: Annotations) -> tuple[list[Bundle], list[Finding]]:
    """Return the bundles that are converted, and a finding on each file that is set aside.

    With a bundle's first file go all that are nothing without it; any other goes alone, and
    the rest is read as if it had never come.
    """
    known = list(names)
    if not any(said.set_aside for said in notes.files.values()):
        return bundle(known), []
    every = bundle(known)
    named = dict.fromkeys([*(each.primary for each in every), *known])
    why = {name: reason for name in named if (reason := notes.why_aside(name))}
    gone = {*why, *going(every, why)}
    left = bundle(name for name in known if name not in gone)
    return left, [_finding(name, reason) for name, reason in why.items()]


def going(bundles: Collection[Bundle], primaries: Container[str]) -> set[str]:
    """Return the files that go with bundles: no other one needs them, nor are they measurements."""
    kept = {name for each in bundles if each.primary not in primaries for name in each.members}
    left = (each for each in bundles if each.primary in primaries)
    return {name for each in left for name in _nothing_without(each)} - kept


def _nothing_without(each: Bundle) -> tuple[str, ...]:
    return (each.primary,) if each.alone else each.members


def _finding(file: str, reason: str) -> Finding:
    return Finding(
        severity=Severity.NOTE,
        rule=SET_ASIDE,
        message=f"is set aside: {reason}",
        hint="It is kept as it came. Take it back to have it converted.",
        file=file,
    )
