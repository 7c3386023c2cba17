"""Which files of a deposit are read together."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict

STORES = (".zspy",)
"""Formats that are a folder of many files."""


class Rule(BaseModel):
    """One row of ``bundles.yaml``; see the comments there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    note: str
    primary: str
    companions: tuple[str, ...]
    needs: str = ""
    shared: bool = False
    alone: bool = False


@dataclass(frozen=True)
class Bundle:
    """A path to give to a reader, and the others that it will open.

    For a store (a ``.zspy`` folder) `primary` is the folder, `companions` all files in it.
    `alone` says that the companions are measurements, which can be read without the primary; of
    several that share them, only the first says so.
    """

    primary: str
    companions: tuple[str, ...] = ()
    alone: bool = False

    @property
    def members(self) -> tuple[str, ...]:
        """Every file of the bundle."""
        is_store = any(name.startswith(self.primary + "/") for name in self.companions)
        return self.companions if is_store else (self.primary, *self.companions)


@cache
def rules() -> tuple[Rule, ...]:
    """Return the table of rules."""
    text = files("emfair.vendor").joinpath("bundles.yaml").read_text("utf-8")
    return tuple(Rule.model_validate(row) for row in yaml.load(text, yaml.CSafeLoader))


def bundle(names: Iterable[str]) -> list[Bundle]:
    """Sort files into bundles: every name is in one, in the order of the primaries.

    Where one file could accompany two, the first rule in the table has it, and the first primary in
    the alphabet; all of them if the rule says that they share it.
    """
    free = dict.fromkeys(sorted(names))
    bundles = _stores(free)
    ordered = _Ordered(free)
    for rule in rules():
        lent: set[str] = set()
        for name in [name for name in free if re.fullmatch(rule.primary, name, re.IGNORECASE)]:
            companions = _companions(rule, name, free, ordered) if name in free else ()
            if companions:
                bundles.append(Bundle(name, companions, rule.alone and not lent & {*companions}))
                del free[name]
                lent.update(companions)
                for member in () if rule.shared else companions:
                    del free[member]
        for member in lent & free.keys():
            del free[member]
    return sorted([*bundles, *(Bundle(name) for name in free)], key=lambda bundle: bundle.primary)


def measured(names: Iterable[str]) -> list[str]:
    """Return `names`, and those of the folders that are one file: what a person may speak of."""
    known = list(names)
    return sorted({*known, *(each.primary for each in bundle(known))})


def primaries(names: Iterable[str]) -> list[str]:
    """Return what is measured by itself: files without their companions, folders that are one."""
    return list(dict.fromkeys(each.primary for each in bundle(names)))


def lacks(name: str, beside: Iterable[str]) -> str:
    """Return the name of a file that `name` is nothing without; empty if it is there.

    Parameters
    ----------
    name, beside
        Names in one folder.
    """
    for rule in rules():
        match = re.fullmatch(rule.primary, name, re.IGNORECASE) if rule.needs else None
        if match is not None and not _companions(rule, name, dict.fromkeys(beside)):
            return _fill(rule.needs, {key: text or "" for key, text in match.groupdict().items()})
    return ""


def belongs(primary: str, name: str) -> bool:
    """Whether a file called `name` accompanies `primary`; both in one folder."""
    return any(_companions(rule, primary, {name: None}) for rule in rules())


def in_a_store(folder: str) -> bool:
    """Whether a folder belongs to a format that is a folder: Zarr's hidden files are its header.

    Parameters
    ----------
    folder
        Its name in the deposit: what lies above the folder that is deposited, or watched, says
        nothing.
    """
    return any(part.lower().endswith(STORES) for part in folder.split("/"))


def store_of(name: str) -> str:
    """Return the folder that is one file and holds `name`; empty if there is none.

    >>> store_of("day 1/scan.zspy/0/0.0"), store_of("day 1/scan.dm4")
    ('day 1/scan.zspy', '')
    """
    parts = name.split("/")
    for end in range(1, len(parts)):
        if parts[end - 1].lower().endswith(STORES):
            return "/".join(parts[:end])
    return ""


def _stores(free: dict[str, None]) -> list[Bundle]:
    roots: dict[str, list[str]] = {}
    for name in free:
        if root := store_of(name):
            roots.setdefault(root, []).append(name)
    for members in roots.values():
        for name in members:
            del free[name]
    return [Bundle(root, tuple(members)) for root, members in roots.items()]


class _Ordered:
    """Names in an order in which those that begin alike stand together, whatever their case."""

    def __init__(self, names: Iterable[str]) -> None:
        self._rows = sorted((name.lower(), name) for name in names)

    def beginning(self, text: str) -> set[str]:
        """Return the names that begin with `text`."""
        start = text.lower()
        first = last = bisect_left(self._rows, (start,))
        while last < len(self._rows) and self._rows[last][0].startswith(start):
            last += 1
        return {name for _, name in self._rows[first:last]}


def _companions(
    rule: Rule, primary: str, free: Collection[str], ordered: _Ordered | None = None
) -> tuple[str, ...]:
    """Return the companions of `primary` among `free`; `ordered` spares a look at all of them."""
    match = re.fullmatch(rule.primary, primary, re.IGNORECASE)
    if match is None:
        return ()
    groups = {name: text or "" for name, text in match.groupdict().items()}
    escaped = {name: re.escape(text) for name, text in groups.items()}
    found = set[str]()
    for pattern in rule.companions:
        near = free if ordered is None else ordered.beginning(_beginning(pattern, groups))
        whole = _fill(pattern, escaped)
        found |= {name for name in near if re.fullmatch(whole, name, re.IGNORECASE)}
    return tuple(sorted(name for name in found - {primary} if name in free))


def _beginning(pattern: str, groups: dict[str, str]) -> str:
    """Return what every name begins with that fits ``{dir}{stem}_…``."""
    named = re.match(r"(?:\{\w+\})*", pattern)
    return _fill(named[0] if named else "", groups)


def _fill(pattern: str, parts: dict[str, str]) -> str:
    for name, text in parts.items():
        pattern = pattern.replace("{" + name + "}", text)
    return pattern
