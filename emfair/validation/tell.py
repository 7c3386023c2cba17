"""From a breach to findings: the words of ``rules.yaml``, the field that mends it, the hint.

What does not belong here: which rule was broken (``judge``, ``own_checks``, ``nxdata_checks``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from emfair.model.findings import Finding
from emfair.nxem.keys import Key, keys
from emfair.validation.concepts import example_of, group_concept, key_at, path_of
from emfair.validation.rules import Breach, Rule, check_rules, rules, unknown_problem


class _Slots(dict[str, str]):
    """What a message has slots for; a slot nobody fills is said to be unknown, never an error."""

    def __missing__(self, slot: str) -> str:
        return "unknown"


def tell(breaches: Iterable[Breach], *, measurement: str = "", file: str = "") -> Iterator[Finding]:
    """Put `breaches` into words; of several that say the same of one place, the first is told."""
    told: set[tuple[str, str, str]] = set()
    for breach in breaches:
        for one in _spread(breach):
            finding = _finding(one, measurement, file)
            same = (finding.rule, finding.path, finding.field)
            if same not in told:
                told.add(same)
                yield finding


def rule_of(name: str) -> Rule:
    """Return the rule called `name`: one of our own checks, or of pynxtools' problems."""
    own = check_rules().get(name)
    return own or rules().problems.get(name) or unknown_problem(name)


def _spread(breach: Breach) -> Iterator[Breach]:
    """Turn a missing group into the missing fields that people can fill in."""
    entry, _, below = breach.path.strip("/").partition("/")
    within = rules().groups.get(group_concept(below), ()) if below else ()
    if breach.rule != "MissingRequiredGroup" or not within:
        yield breach
        return
    for name in within:
        yield Breach("MissingRequiredField", path_of(f"/{entry}", keys()[name]), key=name)


def _finding(breach: Breach, measurement: str, file: str) -> Finding:
    rule = rule_of(breach.rule)
    slots = _Slots(breach.details)
    path = slots[rule.path_from] if rule.path_from else breach.path
    key = keys()[breach.key] if breach.key else key_at(path)
    parent, _, name = path.rpartition("/")
    slots["name"] = name.removeprefix("@") or "the file"
    slots["parent"] = parent.rpartition("/")[2] or "the file"
    slots["label"] = key.label if key else slots["name"]
    return Finding(
        severity=rule.severity,
        rule=rule.rule,
        message=(rule.of_field if key and rule.of_field else rule.message).format_map(slots),
        hint=_hint(rule, key, slots),
        file=file,
        measurement=measurement,
        path=path,
        field=key.field if key else "",
    )


def _hint(rule: Rule, key: Key | None, slots: _Slots) -> str:
    if key is None or rule.severity not in rules().hints:
        return rule.hint.format_map(slots)
    said = rules().hints[rule.severity]
    return said.format(field=key.field, example=example_of(key))
