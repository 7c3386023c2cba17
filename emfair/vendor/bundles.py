"""Which files of a deposit are read together."""

from __future__ import annotations

import re
from collections.abc import Iterable
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


@dataclass(frozen=True)
class Bundle:
    """A path to give to a reader, and the others that it will open.

    For a store (a ``.zspy`` folder) `primary` is the folder, `companions` all files in it.
    """

    primary: str
    companions: tuple[str, ...] = ()

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
    """Sort files into bundles: every name is in exactly one, in the order of the primaries.

    Where one file could accompany two, the first rule in the table and the first primary in the
    alphabet have it.
    """
    free = dict.fromkeys(sorted(names))
    bundles = _stores(free)
    for rule in rules():
        for name in [name for name in free if re.fullmatch(rule.primary, name, re.IGNORECASE)]:
            if name not in free:
                continue
            companions = _companions(rule, name, free)
            if companions:
                bundles.append(Bundle(name, companions))
                for member in (name, *companions):
                    del free[member]
    return sorted([*bundles, *(Bundle(name) for name in free)], key=lambda bundle: bundle.primary)


def _stores(free: dict[str, None]) -> list[Bundle]:
    roots: dict[str, list[str]] = {}
    for name in free:
        parts = name.split("/")
        for end in range(1, len(parts)):
            if parts[end - 1].lower().endswith(STORES):
                roots.setdefault("/".join(parts[:end]), []).append(name)
                break
    for members in roots.values():
        for name in members:
            del free[name]
    return [Bundle(root, tuple(members)) for root, members in roots.items()]


def _companions(rule: Rule, primary: str, free: dict[str, None]) -> tuple[str, ...]:
    match = re.fullmatch(rule.primary, primary, re.IGNORECASE)
    if match is None:
        return ()
    parts = {name: re.escape(text or "") for name, text in match.groupdict().items()}
    patterns = [_fill(pattern, parts) for pattern in rule.companions]
    return tuple(
        name
        for name in free
        if name != primary and any(re.fullmatch(p, name, re.IGNORECASE) for p in patterns)
    )


def _fill(pattern: str, parts: dict[str, str]) -> str:
    for name, text in parts.items():
        pattern = pattern.replace("{" + name + "}", text)
    return pattern
