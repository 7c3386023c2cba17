"""What the journal of an upload into a folder says: one line of JSON a part, and how to write one.

A line that a crash has torn counts as not written; the next begins a new one. What does not belong
here: the bytes that it speaks of, and whose turn it is to write (`local_uploads`).
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from emfair.lake.uploads import Part

ENDING = ".journal"


@dataclass
class Known:
    """What a journal says: of which object, which parts are there, and whether it is whole."""

    key: str = ""
    parts: dict[int, Part] = field(default_factory=dict)
    complete: bool = False


def write_line(journal: IO[bytes], line: dict[str, object]) -> None:
    """Write one line safely; it begins a new one, for the last may be torn."""
    journal.seek(0, os.SEEK_END)
    journal.write(b"\n" + json.dumps(line).encode())
    journal.flush()
    os.fsync(journal.fileno())


def read_journal(journal: IO[bytes]) -> Known:
    """Return what all lines together say; a part that was found damaged is not there."""
    known = Known()
    for line in journal:
        try:
            said = json.loads(line)
        except ValueError:  # an empty line, or one that a crash has torn
            continue
        if "damaged" in said:
            known.parts.pop(said["damaged"], None)
        if "number" in said:
            known.parts[said["number"]] = Part(**said)
        known.key = said.get("key", known.key)
        known.complete = known.complete or "complete" in said
    return known


def journal_of(path: Path) -> Known:
    """Return what a file says if it is a journal, and nothing else of any other."""
    if path.suffix != ENDING:
        return Known()
    with path.open("rb") as journal:
        return read_journal(journal)
