"""From a person's text to a checked annotation document, and to the numbers it means."""

from __future__ import annotations

import reprlib
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from emfair.errors import BadAnnotations
from emfair.model.annotations import Annotations
from emfair.nxem.keys import Key, keys
from emfair.units import read_quantity

LARGEST = 1_000_000
"""Bytes of an annotation file; a person's words are a thousandth of it."""

_LONGEST = 1024  # bits of an integer; Python refuses to show much longer ones
_TIMES = frozenset({"start_time", "end_time", "preparation_date"})


def parse_annotations(document: Any, source: str = "annotations") -> Annotations:
    """Check a parsed document.

    Raises
    ------
    BadAnnotations
        It does not fit; the message names every field that is wrong, and why.
    """
    try:
        notes = Annotations.model_validate({} if document is None else document)
    except ValidationError as error:
        lines = [
            f"{'.'.join(str(part) for part in item['loc']) or 'the document'}: "
            f"{item['msg'].removeprefix('Value error, ')} (given: {_shown(item['input'])})"
            for item in error.errors()
        ]
        raise BadAnnotations(
            "; ".join(lines) + ".",
            subject=source,
            remedy=_remedy(error),
        ) from error
    check_measurement_notes(notes, source)
    return notes


def _shown(value: Any) -> str:
    return reprlib.repr(value)[:60]


def _remedy(error: ValidationError) -> str:
    wrong = [item for item in error.errors() if item["type"] != "extra_forbidden"]
    if any(item["loc"] and item["loc"][-1] in _TIMES for item in wrong):
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
    except (OSError, UnicodeDecodeError) as error:
        raise BadAnnotations(
            f"cannot be read ({error}).", subject=str(path), remedy="Check the path."
        ) from error
    return _document(text, str(path))


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


class _Loader(yaml.SafeLoader):
    """PyYAML's, but what cannot be made a date or a number is an error that knows its line.

    So is a merge (``<<``): nine lines of them can grow to a thousand million pairs.
    """

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        for key, _ in node.value:
            if key.tag == "tag:yaml.org,2002:merge":
                raise yaml.MarkedYAMLError(problem_mark=key.start_mark)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            value = super().construct_object(node, deep)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise yaml.MarkedYAMLError(problem_mark=node.start_mark) from error
        if isinstance(value, int) and value.bit_length() > _LONGEST:
            raise yaml.MarkedYAMLError(problem_mark=node.start_mark)
        return value


def _document(text: str, source: str) -> Any:
    """Return what YAML `text` holds."""
    try:
        return yaml.load(text, _Loader)  # noqa: S506 -- it is a SafeLoader
    except RecursionError as error:
        raise BadAnnotations(
            "is nested too deep.", subject=source, remedy="Write it as flat as README shows."
        ) from error
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = f" in line {where.line + 1}" if where else ""
        raise BadAnnotations(
            f"is not valid YAML{line}.",
            subject=source,
            remedy="Mend the line (text that looks like a date or a number wants quotes).",
        ) from error


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
        raise BadAnnotations(
            f"{text!r} is outside what is possible.",
            subject=field,
            remedy=f"Possible: {key.range[0]:g} to {key.range[1]:g} {key.unit}.".rstrip(),
        )
    return value
