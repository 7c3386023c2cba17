"""What there is to tell of experiments while they change: state, files arrived, steps of the chain.

One look serves all who listen. What does not belong here: how it is told (`emfair.api.events`), and
who may hear it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from emfair.lake import layout
from emfair.model.states import ExperimentState
from emfair.registry import ExperimentRow
from emfair.registry.changes import Arrived
from emfair.service.services import Services

OVERLAP = timedelta(seconds=60)
"""How far back each look goes: changes are seen when they commit, under the time they began at,
and several machines' clocks write them."""
LAST_STEP = "metadata_index"
_FRESH = timedelta(seconds=5)
"""So old may be what the first look tells: it changed while somebody asked to be told."""
_PATIENCE = timedelta(minutes=10)
"""So long after the verdict the chain's last steps are looked for."""
_RECORD = re.compile(r"(\d{8}T\d{12})-(\w+)-(.*)\.json", re.ASCII)
"""Time, step and run in a record's name: see `ProvenanceRecord.name`."""
_BEFORE = timedelta(seconds=5)
"""So long before ``processing`` is noted, the first step may have begun."""
_S = ExperimentState
_RESTING = frozenset({_S.NEEDS_INPUT, _S.INVALID, _S.VALID, _S.FAILED, _S.PUBLISHED, _S.TOMBSTONED})


@dataclass(frozen=True)
class News:
    """An experiment as it is now.

    `files` is None where no deposit is in progress; `steps` are the chain's that are done, in the
    last run or the present one, empty where nobody asked.
    """

    row: ExperimentRow
    files: Arrived | None = None
    steps: tuple[str, ...] = ()

    @property
    def resting(self) -> bool:
        """Whether nothing goes on by itself."""
        return self.row.state in _RESTING


def news(services: Services, row: ExperimentRow) -> News:
    """Return all there is to tell of one experiment."""
    return News(row, services.registry.changes.arrived([row.id]).get(row.id), _steps(services, row))


class Lookout:
    """Looks again and again, and tells what is new since the last look; for one thread."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._seen: dict[str, News] = {}
        self._known: dict[str, datetime] | None = None

    def look(self, watched: Collection[str], *, everything: bool) -> list[News]:
        """Return what has changed: of the `watched` with their steps, and of all others if asked.

        Of the `watched` all is new at first; of all others, what changed a moment before.
        """
        found = self._watched(watched)
        if everything:
            found += [one for one in self._others() if one.row.id not in self._seen]
        else:
            self._known = None
        return found

    def _watched(self, watched: Collection[str]) -> list[News]:
        before, self._seen = self._seen, {}
        for one in self._told(self._services.registry.changes.of(watched)):
            last = before.get(one.row.id)
            steps = last.steps if last and _is_over(last, one, self._services.now()) else None
            if steps is None:
                steps = _steps(self._services, one.row)
            self._seen[one.row.id] = News(one.row, one.files, steps)
        return [one for name, one in self._seen.items() if before.get(name) != one]

    def _others(self) -> list[News]:
        now = self._services.now()
        rows = self._services.registry.changes.since(now - OVERLAP)
        if self._known is None:
            self._known = {row.id: row.updated_at for row in rows if row.updated_at < now - _FRESH}
        before, self._known = self._known, {row.id: row.updated_at for row in rows}
        return self._told(row for row in rows if before.get(row.id) != row.updated_at)

    def _told(self, rows: Iterable[ExperimentRow]) -> list[News]:
        found = list(rows)
        files = self._services.registry.changes.arrived([row.id for row in found])
        return [News(row, files.get(row.id)) for row in found]


def _is_over(last: News, now: News, time: datetime) -> bool:
    """Whether the chain does no more to what has not changed since the last look."""
    if last.row != now.row or now.row.state is _S.PROCESSING:
        return False
    late = time - now.row.updated_at > _PATIENCE
    return late or not now.resting or LAST_STEP in last.steps


def _steps(services: Services, row: ExperimentRow) -> tuple[str, ...]:
    """Return the chain's steps that are done: provenance records are named by time, step and run.

    While it is processed, those of the present run; otherwise the last run's.
    """
    folder = layout.provenance(row.place, "").removesuffix(".json")
    names = (found.key.removeprefix(folder) for found in services.lake.list(folder))
    records = [found.groups() for name in names if (found := _RECORD.fullmatch(name))]
    if row.state is _S.PROCESSING:
        since = f"{row.updated_at.astimezone(UTC) - _BEFORE:%Y%m%dT%H%M%S%f}"
        records = [one for one in records if one[0] >= since]
    return tuple(dict.fromkeys(step for _, step, run in records if run == records[-1][2]))
