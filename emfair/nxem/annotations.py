"""From a person's text to a checked annotation document, and to the numbers it means."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from emfair.errors import BadAnnotations
from emfair.model.annotations import Annotations
from emfair.nxem.keys import Key, keys
from emfair.units import read_quantity


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
            f"{item['msg'].removeprefix('Value error, ')} (given: {item['input']!r:.60})"
            for item in error.errors()
        ]
        raise BadAnnotations(
            "; ".join(lines) + ".",
            subject=source,
            remedy="Times need an offset (2026-01-22T12:14:12+01:00).",
        ) from error
    check_measurement_notes(notes, source)
    return notes


def read_annotations(path: Path) -> Annotations:
    """Read a YAML (or JSON) annotation file.

    Raises
    ------
    BadAnnotations
        It cannot be read, is not YAML, or does not fit.
    """
    try:
        document = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadAnnotations(
            f"cannot be read ({error}).", subject=str(path), remedy="Check the path."
        ) from error
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = f" in line {where.line + 1}" if where else ""
        raise BadAnnotations(
            f"is not valid YAML{line}.", subject=str(path), remedy="Mend the line and try again."
        ) from error
    return parse_annotations(document, str(path))


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
        return None
    return quantity_of(key, text, field)


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
