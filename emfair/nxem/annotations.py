"""From a person's text to a checked annotation document, and to the numbers it means."""

from __future__ import annotations

import reprlib
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from emfair.errors import BadAnnotations
from emfair.model.annotations import Annotations
from emfair.nxem.keys import Key, keys
from emfair.nxem.written import cut, parse_yaml
from emfair.units import read_quantity

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

LARGEST = 1_000_000
"""Bytes of an annotation file; a person's words are a thousandth of it."""
TOLD = 10
"""Mistakes of a document that are told; more are counted."""

_TIMES = frozenset({"start_time", "end_time", "preparation_date"})
_SECTIONS = ("sample", "instrument", "user", "measurement", "files")


def parse_annotations(document: Any, source: str = "annotations") -> Annotations:
    """Check a parsed document.

    Raises
    ------
    BadAnnotations
        It does not fit; the message names every field that is wrong, and why.
    """
    try:
        notes = Annotations.model_validate(_filled(document))
    except ValidationError as error:
        raise _not_fitting(error, source) from error
    check_measurement_notes(notes, source)
    return notes


def _filled(document: Any) -> Any:
    """Return a document without what its template left blank (``sample:`` is no value at all)."""
    if not isinstance(document, dict):
        return {} if document is None else document
    filled = {
        name: {} if part is None and name in _SECTIONS else part for name, part in document.items()
    }
    if isinstance(files := filled.get("files"), dict):
        filled["files"] = {
            name: _measured({} if one is None else one) for name, one in files.items()
        }
    return _measured(filled)


def _measured(part: Any) -> Any:
    """Return `part` without the quantities of its ``measurement`` that were left blank."""
    if not isinstance(part, dict) or "measurement" not in part:
        return part
    measured = {} if part["measurement"] is None else part["measurement"]
    if isinstance(measured, dict):
        measured = {key: text for key, text in measured.items() if text is not None}
    return {**part, "measurement": measured}


def _not_fitting(error: ValidationError, source: str) -> BadAnnotations:
    """Return the error that names the first `TOLD` fields that are wrong."""
    wrong = error.errors(include_url=False)
    lines = [
        f"{cut('.'.join(str(part) for part in item['loc'])) or 'the document'}: "
        f"{item['msg'].removeprefix('Value error, ')} (given: {cut(reprlib.repr(item['input']))})"
        for item in wrong[:TOLD]
    ]
    more = f"; and {len(wrong) - TOLD:,} more" if len(wrong) > TOLD else ""
    return BadAnnotations("; ".join(lines) + more + ".", subject=source, remedy=_remedy(wrong))


def _remedy(wrong: list[ErrorDetails]) -> str:
    if any(
        item["type"] != "extra_forbidden" and item["loc"] and item["loc"][-1] in _TIMES
        for item in wrong
    ):
        return "Times need an offset (2026-01-22T12:14:12+01:00)."
    return "Correct what is named and try again."


def read_annotations(path: Path) -> Annotations:
    """Read a YAML (or JSON) annotation file of at most `LARGEST` bytes.

    Raises
    ------
    BadAnnotations
        It cannot be read, is not YAML, or does not fit.
    """
    return parse_annotations(read_document(path), str(path))


def read_document(path: Path) -> Any:
    """Return what a YAML (or JSON) file of at most `LARGEST` bytes holds.

    Raises
    ------
    BadAnnotations
        It cannot be read, or is not YAML.
    """
    try:
        _check_file(path)
        text = path.read_text("utf-8")
    except OSError as error:
        raise BadAnnotations(
            f"cannot be read ({error.strerror}).", subject=str(path), remedy="Check the path."
        ) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BadAnnotations(
            f"cannot be read: line {line} is no UTF-8 text.",
            subject=str(path),
            remedy="Save the file as UTF-8 in your editor and try again.",
        ) from error
    return parse_yaml(text, str(path))


def _check_file(path: Path) -> None:
    """Look before reading: a pipe would never end."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise BadAnnotations(
            "cannot be read: it is no regular file.", subject=str(path), remedy="Check the path."
        )
    if found.st_size > LARGEST:
        raise BadAnnotations(
            f"is larger than {LARGEST // 1_000_000} MB.",
            subject=str(path),
            remedy="Name the file with the annotations, not a data file.",
        )


def check_files(notes: Annotations, names: Iterable[str], source: str = "annotations") -> None:
    """Check that every file that `notes` speak of is among `names`.

    Raises
    ------
    BadAnnotations
        One is not: what was said of it would be lost.
    """
    lost = notes.about_nothing(names)
    if lost:
        raise BadAnnotations(
            "no such file is among those given.",
            subject=f"{source}: files.{lost[0]}",
            remedy="Write the file's name as it is, with or without its folder.",
        )


def check_measurement_notes(notes: Annotations, source: str) -> None:
    """Check that a document's quantities can be read, and its ``measurement`` parts' keys exist.

    Raises
    ------
    BadAnnotations
        An unknown key, or a quantity that cannot be read or cannot be.
    """
    parts = {"measurement": notes.measurement}
    parts |= {f"files.{name}.measurement": note.measurement for name, note in notes.files.items()}
    for where, part in parts.items():
        for name, text in part.items():
            number_of(name, text, f"{source}: {where}.{name}")
    if notes.sample.thickness is not None:
        quantity_of(keys()["thickness"], notes.sample.thickness, f"{source}: sample.thickness")


def number_of(name: str, text: str, field: str) -> float | None:
    """Return the SI number that `text` means for key `name`; None for a key that holds text.

    Raises
    ------
    BadAnnotations
        `name` is no key of a measurement, or `text` does not fit it.
    """
    key = keys().get(name)
    if key is None or key.form:
        raise BadAnnotations(
            "is not a key of a measurement.",
            subject=field,
            remedy="Known keys: " + ", ".join(k.key for k in keys().values() if not k.form) + ".",
        )
    if key.kind != "number":
        _check_words(key, text, field)
        return None
    return quantity_of(key, text, field)


def _check_words(key: Key, text: str, field: str) -> None:
    if key.words and text not in key.words:
        raise BadAnnotations(
            f"{text!r} is no {key.label.lower()} that emfair knows.",
            subject=field,
            remedy="Known: " + ", ".join(key.words) + ".",
        )


def quantity_of(key: Key, text: str, field: str) -> float:
    """Return the SI number that `text` means for `key`; raise `BadAnnotations` if there is none."""
    value = read_quantity(text, key.unit, key.shown, field)
    if not key.possible(value) and key.range is not None:
        possible = f"{key.range[0]:g} to {key.range[1]:g} {key.unit}".rstrip()
        raise BadAnnotations(
            f"{text!r} is outside what is possible.",
            subject=field,
            remedy=f"Possible: {possible}.",
        )
    return value
