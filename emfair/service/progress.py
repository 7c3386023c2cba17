"""How far the files of a deposit have come: bytes of each, those that move now first.

What does not belong here: how far an experiment is as a whole (`events`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from emfair.errors import NotFound
from emfair.registry import UploadRow
from emfair.service import uploads
from emfair.service.services import Services
from emfair.vendor.bundles import store_of

_ASKED = 8
"""Files whose parts are counted in the lake: more than are sent at a time."""


@dataclass(frozen=True)
class FileProgress:
    """A file, its bytes, and how many of them have arrived.

    A folder that is one file is told as one; `files` is how many lie in it.
    """

    name: str
    size: int
    arrived: int
    whole: bool
    files: int = 1


def progress(services: Services, experiment: str, *, most: int = 50) -> tuple[FileProgress, ...]:
    """Return how far the files on their way have come; the latest heard of first, whole ones last.

    Raises `Unavailable` if a store does not answer.
    """
    rows = uploads.of_experiment(services, experiment)
    open_ones = [row for row in rows if row.done_at is None]
    open_ones.sort(key=lambda row: (row.store_upload is not None, row.touched_at), reverse=True)
    done = sorted((row for row in rows if row.done_at), key=lambda row: row.touched_at)
    arrived = {row.name: row.size for row in done}
    arrived |= {row.name: _arrived(services, row) for row in open_ones[:_ASKED]}
    found: dict[str, list[UploadRow]] = {}
    for row in (*open_ones, *reversed(done)):
        found.setdefault(store_of(row.name) or row.name, []).append(row)
    return tuple(_told(name, some, arrived) for name, some in islice(found.items(), most))


def _told(name: str, rows: list[UploadRow], arrived: Mapping[str, int]) -> FileProgress:
    return FileProgress(
        name,
        size=sum(row.size for row in rows),
        arrived=sum(arrived.get(row.name, 0) for row in rows),
        whole=all(row.done_at for row in rows),
        files=len(rows),
    )


def _arrived(services: Services, row: UploadRow) -> int:
    if row.store_upload is None:
        return 0
    try:
        return sum(part.size for part in uploads.parts(services, row))
    except NotFound:  # taken out, or complete, since the list was read
        return 0
