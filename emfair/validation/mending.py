"""What is to mend, as someone who has to do it wants it: by severity, then by field of the form.

Pure. What does not belong here: a report's order (`outline`), and the form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from emfair.model.findings import Severity
from emfair.nxem.annotation_schema import form_fields
from emfair.validation.outline import Outline, Row


@dataclass(frozen=True)
class Matter:
    """What one field of the form mends; or, without a field, one thing that no field does.

    Attributes
    ----------
    field
        Its name in the document (``sample.atom_types``); empty without one.
    name
        What people call it: ``Sample › Chemical elements``.
    rows
        What is said of it, the most widespread first.
    """

    field: str
    name: str
    rows: tuple[Row, ...]


def mending(outline: Outline) -> dict[Severity, tuple[Matter, ...]]:
    """Return the matters of each severity that has some, the most severe first.

    Those that a field mends come first, in the order of their findings.
    """
    rows = [row for section in outline.sections for row in section.rows]
    found = {one: _matters(row for row in rows if row.severity is one) for one in Severity}
    return {severity: matters for severity, matters in found.items() if matters}


def field_name(field: str) -> str:
    """Return what people call a field: its part of the form, and its title.

    >>> field_name("sample.thickness")
    'Sample › Thickness'
    """
    part, title = form_fields().get(field, ("", field))
    return f"{part} › {title}" if part else title


def in_words(text: str) -> str:
    """Return a sentence with the fields that it names as people call them.

    >>> in_words("Fill in start_time, or sample.thickness if you know it.")
    'Fill in “Start of the acquisition”, or “Sample › Sample thickness” if you know it.'
    """
    return _NAMES.sub(lambda found: _called(found[0]), text)


_NAMES = re.compile(r"\b[a-z]+(?:[._][a-z0-9]+)+\b")
"""What may be the name of a field; a single word is one in plain English, too."""


def _called(name: str) -> str:
    part, title = form_fields().get(name, ("", name))
    if not part:
        return name
    return f"“{title}”" if part == "Experiment" else f"“{part} › {title}”"


def _matters(rows: Iterable[Row]) -> tuple[Matter, ...]:
    by_field: dict[str, list[Row]] = {}
    alone: list[Matter] = []
    for row in rows:
        if row.field:
            by_field.setdefault(row.field, []).append(row)
        else:
            alone.append(Matter("", "", (row,)))
    mended = [
        Matter(field, field_name(field), tuple(sorted(some, key=lambda row: -len(row.where))))
        for field, some in by_field.items()
    ]
    return (*mended, *alone)
