"""How far the files of a deposit have come: bytes of each, those that move now first.

What does not belong here: how far an experiment is as a whole (`events`).
"""

from __future__ import annotations

from dataclasses import dataclass

from emfair.errors import NotFound
from emfair.registry import UploadRow
from emfair.service import uploads
from emfair.service.services import Services

_ASKED = 8
"""Files whose parts are counted in the lake: more than are sent at a time."""


@dataclass(frozen=True)
class FileProgress:
    """A file, its bytes, and how many of them have arrived."""

    name: str
    size: int
    arrived: int
    whole: bool


def progress(services: Services, experiment: str, *, most: int = 50) -> tuple[FileProgress, ...]:
    """Return how far the files on their way have come; the latest heard of first, whole ones last.

    Raises `Unavailable` if a store does not answer.
    """
    rows = uploads.of_experiment(services, experiment)
    open_ones = [row for row in rows if row.done_at is None]
    open_ones.sort(key=lambda row: (row.store_upload is not None, row.touched_at), reverse=True)
    moving = [FileProgress(row.name, row.size, _arrived(services, row), whole=False)
              for row in open_ones[:_ASKED]]  # fmt: skip
    waiting = [FileProgress(row.name, row.size, 0, whole=False) for row in open_ones[_ASKED:most]]
    done = sorted((row for row in rows if row.done_at), key=lambda row: row.touched_at)
    whole = [FileProgress(row.name, row.size, row.size, whole=True) for row in reversed(done)]
    return (*moving, *waiting, *whole)[:most]


def _arrived(services: Services, row: UploadRow) -> int:
    if row.store_upload is None:
        return 0
    try:
        return sum(part.size for part in uploads.parts(services, row))
    except NotFound:  # taken out, or complete, since the list was read
        return 0
