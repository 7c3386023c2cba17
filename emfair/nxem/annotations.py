"""From a person's text to a checked annotation document, and to the numbers it means."""

from __future__ import annotations

import reprlib
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from emfair.errors import BadAnnotations
from emfair.model.annotations import Annotations
from emfair.model.readable import unreadable, unwritable
from emfair.nxem.document_parts import THICKNESS, endless, filled_in, names, quantities, texts
from emfair.nxem.keys import Key, keys
from emfair.nxem.written import cut, parse_yaml
from emfair.quantities import read_quantity

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

LARGEST = 1_000_000
"""Bytes of an annotation file; a person's words are a thousandth of it."""
TOLD = 10
"""Mistakes of a document that are told; more are counted."""

CORRECT = "Correct what is named and try again."

_TIMES = frozenset({"start_time", "end_time", "preparation_date"})
_PLACES = {
    "start_time": "Write start_time at the top level, or under files.NAME.",
    "end_time": "Write end_time at the top level.",
}
"""Where a time belongs that people look for in ``measurement``."""


@dataclass(frozen=True)
class Mistake:
    """What is wrong with one field of a document, and what to do."""

    field: str
    message: str
    remedy: str

    @property
    def told(self) -> str:
        """Field and message in one line."""
        return f"{cut(self.field) or 'the document'}: {self.message}"


def parse_annotations(document: Any, source: str = "annotations") -> Annotations:
    """Check a parsed document.

    Raises
    ------
    BadAnnotations
        It does not fit; the message names the fields that are wrong, and why.
    """
    notes, wrong, _ = look_over(document)
    if notes is None or wrong:
        raise _refused(wrong, source)
    return notes


@dataclass(frozen=True)
class Quantity:
    """A quantity of a document that could be read: the field, its key, and the SI number."""

    field: str
    key: str
    text: str
    number: float


def look_over(document: Any) -> tuple[Annotations | None, list[Mistake], list[Quantity]]:
    """Return the annotations, None where they are none, all that is wrong, and all quantities."""
    filled = filled_in(document)
    notes, wrong = None, []
    try:
        notes = Annotations.model_validate(filled)
    except ValidationError as error:
        wrong = [_mistake(item) for item in error.errors(include_url=False)]
    wrong += [
        Mistake(field, "is no number that can be kept (NaN, infinity).", "Leave it out.")
        for field in endless(filled)
    ]
    named = {field: told for field, text in names(filled) if (told := unreadable(text))}
    kept = {field: told for field, text in texts(filled) if (told := unwritable(text))}
    wrong += [Mistake(field, *told) for field, told in (kept | named).items()]
    found = []
    for field, name, text in quantities(filled):
        try:
            number = _number(field, name, text)
        except BadAnnotations as error:
            wrong.append(Mistake(error.subject, error.message, error.remedy))
        else:
            found += [] if number is None else [Quantity(field, name, text, number)]
    return notes, wrong, found


def _number(field: str, name: str, text: str) -> float | None:
    if field == THICKNESS:
        return quantity_of(keys()[name], text, field)
    return number_of(name, text, field)


def _mistake(item: ErrorDetails) -> Mistake:
    said = item["msg"].removeprefix("Value error, ")
    if item["type"] == "extra_forbidden":
        said = f"there is no such field{_meant(item['loc'])}"
    elif _is_misplaced(item["loc"]):
        said = "is no key of a measurement"
    elif item["type"] == "timezone_aware":
        said = "has no offset"
    elif item["type"].startswith(("datetime_", "date_")):
        said = "is no time that can be read"
    elif item["type"] == "string_too_long":
        said = f"has more than {item['ctx']['max_length']:,} characters"
    elif item["type"] in ("string_too_short", "too_short"):
        said = "is empty"
    return Mistake(
        ".".join(str(part) for part in item["loc"]),
        f"{said} (given: {cut(_Written().repr(item['input']))})",
        _remedy(item),
    )


class _Written(reprlib.Repr):
    """Shows values in short, and times as a person writes them, not as Python does."""

    def repr_date(self, value: date, _: int) -> str:
        """Return the day, or the day and time."""
        return value.isoformat()

    repr_datetime = repr_date


def _is_misplaced(place: tuple[int | str, ...]) -> bool:
    """Whether this is the time of a whole file, said within ``measurement``."""
    return place[-2:-1] == ("measurement",) and place[-1] in _PLACES


def _meant(place: tuple[int | str, ...]) -> str:
    """Return which field of the whole may have been meant, as far as spelling tells."""
    close = get_close_matches(str(place[-1]), Annotations.model_fields, n=1)
    return f"; did you mean {close[0]}?" if close and len(place) == 1 else ""


def _remedy(item: ErrorDetails) -> str:
    if _is_misplaced(item["loc"]):
        return _PLACES[str(item["loc"][-1])]
    if item["type"] != "extra_forbidden" and item["loc"] and item["loc"][-1] in _TIMES:
        return "Times need an offset (2026-01-22T12:14:12+01:00)."
    return CORRECT


def _refused(wrong: list[Mistake], source: str) -> BadAnnotations:
    """Return the error that names the first `TOLD` fields that are wrong."""
    if len(wrong) == 1 and wrong[0].remedy != CORRECT and wrong[0].field not in _TIMES:
        (only,) = wrong
        subject = f"{source}: {only.field}"
        message = only.message.rstrip(".") + "."
        return BadAnnotations(message, subject=subject, remedy=only.remedy)
    lines = [mistake.told.rstrip(".") for mistake in wrong[:TOLD]]
    more = f"; and {len(wrong) - TOLD:,} more" if len(wrong) > TOLD else ""
    remedy = next((one.remedy for one in wrong if one.remedy != CORRECT), CORRECT)
    return BadAnnotations("; ".join(lines) + more + ".", subject=source, remedy=remedy)


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
    if wrong := lost_files(notes, names):
        raise _refused(wrong, source)


def lost_files(notes: Annotations, names: Iterable[str]) -> list[Mistake]:
    """Return a mistake for each file that `notes` speak of and that is not among `names`."""
    return [
        Mistake(
            f"files.{name}",
            "no such file is among those given.",
            "Write the file's name as it is, with or without its folder.",
        )
        for name in notes.about_nothing(names)
    ]


def number_of(name: str, text: str, field: str) -> float | None:
    """Return the SI number that `text` means for key `name`; None for a key that holds text.

    Raises
    ------
    BadAnnotations
        `name` is no key of a measurement, or `text` does not fit it.
    """
    key = keys().get(name)
    if name in _PLACES:
        raise BadAnnotations("is no key of a measurement.", subject=field, remedy=_PLACES[name])
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
