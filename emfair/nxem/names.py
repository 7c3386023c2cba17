"""Whether two names can mean the same person, sample, instrument or maker.

What does not belong here: what becomes of those that cannot (`doubts`).
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import yaml
from pydantic import TypeAdapter

SHORTEST = 3
"""Letters of a word that two names must share to mean the same."""


def alike(one: str, other: str) -> bool:
    """Whether two names can mean the same: one holds a word of the other, or both are one maker's.

    Only names that have nothing in common are told apart: a false alarm costs a person's trust.

    >>> alike("Ada Lovelace", "alovelace"), alike("Titan 80-300", "TITAN"), alike("Titan", "ARM")
    (True, True, False)
    """
    maker = makers().get(plain(one))
    if maker is not None and maker == makers().get(plain(other)):
        return True
    return _holds_word(one, other) or _holds_word(other, one)


def plain(name: str) -> str:
    """Return a name's letters and digits, without capitals.

    >>> plain("Thermo Fisher, Inc.")
    'thermofisherinc'
    """
    return re.sub(r"[\W_]+", "", name).casefold()


@cache
def makers() -> dict[str, int]:
    """Return which row of ``makers.yaml`` each name, as `plain` writes it, stands in."""
    text = files("emfair.nxem").joinpath("makers.yaml").read_text("utf-8")
    rows = TypeAdapter(list[list[str]]).validate_python(yaml.load(text, yaml.CSafeLoader))
    return {plain(name): number for number, row in enumerate(rows) for name in row}


def _holds_word(text: str, words: str) -> bool:
    whole = plain(text)
    parts = [plain(word) for word in re.split(r"[\W_]+", words)]
    return whole == plain(words) or any(len(part) >= SHORTEST and part in whole for part in parts)
