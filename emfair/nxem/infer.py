"""What a file tells without saying it: the technique, and the elements that were looked for.

Both come from the table ``techniques.yaml``, and only where they are certain. What does not belong
here: which value of a key is used (`facts`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from emfair import __version__
from emfair.model.annotations import ELEMENTS
from emfair.model.facts import Fact, Source
from emfair.nxem.show import shown
from emfair.nxem.technique_rules import TELLS, ElementList, Hint, Place, Technique, technique_rules
from emfair.units import axis_unit, convert
from emfair.vendor.signal import Axis, Signal
from emfair.vendor.tags import find, fits

Known = Mapping[str, "Clue"]
RAW_LIMIT = 500
"""Characters of a tag that a fact keeps."""
WORDS_LIMIT = 60
"""Characters of it that are told as a reason."""


@dataclass(frozen=True)
class Clue:
    """One thing that is certain (`beam`: `scanned`), where it stands, and in which words."""

    name: str
    value: str
    path: str
    raw: str
    words: str


def inferred(signal: Signal, chosen: Mapping[str, Fact]) -> list[Fact]:
    """Return a fact for the technique and one for the elements, where they are certain.

    Parameters
    ----------
    chosen
        The used fact of each key (`emfair.nxem.facts.used`): voltage and kind of the instrument
        tell which microscope it was, whoever says so.
    """
    known = clues(signal, chosen)
    return [*_technique(signal, known), *_elements(signal, known)]


def clues(signal: Signal, chosen: Mapping[str, Fact]) -> dict[str, Clue]:
    """Return what is certain, by name; what is told in two ways is not."""
    told: dict[str, list[Clue]] = {}
    for clue in (*_from_tags(signal), *_from_names(signal, chosen), *_from_facts(chosen)):
        told.setdefault(clue.name, []).append(clue)
    return {
        name: found[0] for name, found in told.items() if len({one.value for one in found}) == 1
    }


def _from_tags(signal: Signal) -> Iterator[Clue]:
    for hint in technique_rules().hints:
        path, value = _at(signal, hint)
        raw = str(value).strip()[:RAW_LIMIT]
        if path is None or not fits(raw, hint.is_) or not _counts_here(signal, hint):
            continue
        says = f"{path} is {raw[:WORDS_LIMIT]}" if hint.tag else f"the format is {raw}"
        yield from _told_by(hint, path, raw, says)


def _from_names(signal: Signal, chosen: Mapping[str, Fact]) -> Iterator[Clue]:
    """Tell by what a key says in words, such as the detector's name."""
    for hint in technique_rules().hints:
        fact = chosen.get(hint.tag) if hint.tree == "facts" else None
        if fact is None or (hint.readers and signal.reader not in hint.readers):
            continue
        name = fact.value_text.strip()
        if fits(name, hint.is_):
            says = f"the {hint.tag.replace('_', ' ')} is {name[:WORDS_LIMIT]}"
            yield from _told_by(hint, fact.source_path, fact.raw, says)


def _told_by(hint: Hint, path: str, raw: str, says: str) -> Iterator[Clue]:
    words = f"{says}: {', '.join(TELLS[name][tells] for name, tells in hint.tells.items())}"
    for name, tells in hint.tells.items():
        yield Clue(name, tells, path, raw, words)


def _at(signal: Signal, place: Place) -> tuple[str | None, Any]:
    """Return path and value of a place; the format itself stands at no path."""
    if place.tree == "facts" or (place.readers and signal.reader not in place.readers):
        return None, None
    if not place.tag:
        return "", signal.reader
    path, value = find(getattr(signal, place.tree), place.tag)
    return (None, None) if value is None else (path, value)


def _counts_here(signal: Signal, hint: Hint) -> bool:
    tree = getattr(signal, hint.tree)
    spared = hint.unless and find(tree, hint.unless)[1] is not None
    return not spared and (not hint.beside or find(signal.tags, hint.beside)[1] is not None)


def _from_facts(chosen: Mapping[str, Fact]) -> Iterator[Clue]:
    """Tell the column by the instrument's kind and by the voltage."""
    kind = chosen.get("instrument_type")
    column = _COLUMNS.get(kind.value_text.upper()) if kind is not None else None
    if kind is not None and column is not None:
        words = f"the instrument is {TELLS['column'][column]}"
        yield Clue("column", column, kind.source_path, kind.raw, words)
    voltage = chosen.get("acceleration_voltage")
    least = technique_rules().transmission_from
    if voltage is not None and voltage.value_num is not None and voltage.value_num >= least:
        yield Clue("column", "TEM", voltage.source_path, voltage.raw, f"{shown(voltage)}: a TEM")


_COLUMNS = {"TEM": "TEM", "STEM": "TEM", "SEM": "SEM"}


def _technique(signal: Signal, known: Known) -> Iterator[Fact]:
    axes = _axes(signal.axes)
    for rule in technique_rules().techniques:
        if _fits(rule, known, axes):
            used = [known[name] for name in rule.needs]
            yield Fact(
                key="technique",
                value_text=rule.technique,
                source=Source.DERIVED,
                source_path="; ".join(dict.fromkeys(clue.path for clue in used if clue.path)),
                raw="; ".join(dict.fromkeys(clue.raw for clue in used)),
                extractor="emfair.nxem.infer",
                extractor_version=__version__,
                reason="; ".join([*dict.fromkeys(clue.words for clue in used), *_told(rule, axes)]),
            )
            return


def _fits(rule: Technique, known: Known, axes: Mapping[str, int]) -> bool:
    says = {name: clue.value for name, clue in known.items()}
    return (
        all(says.get(name) == value for name, value in rule.needs.items())
        and not any(says.get(name) == value for name, value in rule.without.items())
        and all(
            wanted is None or axes[count] in wanted
            for count, wanted in _counts(rule).items()
        )
    )  # fmt: skip


def _counts(rule: Technique) -> dict[str, tuple[int, ...] | None]:
    return {
        "length": rule.length,
        "reciprocal": rule.reciprocal,
        "spectral": rule.spectral,
        "rank": rule.rank,
    }


def _told(rule: Technique, axes: Mapping[str, int]) -> list[str]:
    """Say how many axes of which kind the rule looked at, if it asked for some."""
    words = {
        "length": "along a length",
        "reciprocal": "along a diffraction pattern",
        "spectral": "along a spectrum",
        "rank": "in all",
    }
    asked = [
        f"{axes[count]} {words[count]}"
        for count, wanted in _counts(rule).items()
        if wanted is not None and axes[count]
    ]
    return [f"axes: {', '.join(asked)}"] if asked else []


def _axes(axes: Iterable[Axis]) -> dict[str, int]:
    """Count the axes of each kind; a single angle is a tilt, two are a diffraction pattern's."""
    kinds = [_kind(axis) for axis in axes]
    angles = kinds.count("angle")
    return {
        "length": kinds.count("length"),
        "reciprocal": kinds.count("reciprocal") + (angles if angles > 1 else 0),
        "spectral": kinds.count("spectral"),
        "rank": len(kinds),
    }


def _kind(axis: Axis) -> str:
    if "wavelength" in axis.name.lower():
        return "spectral"
    unit = axis_unit(axis.unit)
    for target, kind in _KINDS.items() if unit else ():
        try:
            convert(1.0, unit or "", target)
        except ValueError:
            continue
        return kind
    return ""


_KINDS = {"m": "length", "1/m": "reciprocal", "rad": "angle", "eV": "spectral"}


def _elements(signal: Signal, known: Known) -> Iterator[Fact]:
    for row in technique_rules().elements:
        found = _listed(signal, row, known)
        if found:
            path, value, symbols = found
            yield Fact(
                key="elements",
                value_text=",".join(symbols),
                source=Source.VENDOR,
                source_path=path,
                raw=str(value)[:RAW_LIMIT],
                extractor="emfair.nxem.infer",
                extractor_version=__version__,
                reason="listed in the program as what to look for, not as what is there",
            )


def _listed(
    signal: Signal, row: ElementList, known: Known
) -> tuple[str, Any, tuple[str, ...]] | None:
    path, value = _at(signal, row)
    if path is None or "signal" not in known or known["signal"].value != row.signal:
        return None
    items = value if isinstance(value, list | tuple) else np.atleast_1d(value).tolist()
    symbols = [_symbol(item) for item in items]
    if not symbols or None in symbols:
        return None
    return path, value, tuple(dict.fromkeys(symbol for symbol in symbols if symbol))


def _symbol(item: Any) -> str | None:
    """Return an element's symbol, given as such or by its atomic number; None if it is none."""
    text = str(item).strip()
    if text.isdecimal() and 1 <= int(text) <= len(ELEMENTS):
        return str(ELEMENTS[int(text) - 1])
    return text if text in ELEMENTS else None
