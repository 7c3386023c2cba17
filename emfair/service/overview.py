"""What a home page says at a glance: what needs someone, what runs, what ended, what to look after.

Each part holds a few rows and says how many there are. What does not belong here: lists in full
(`browse`), and figures over time (`statistics`).
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import unquote, urlsplit

from emfair.errors import Unavailable
from emfair.identity.principal import Kind
from emfair.identity.reach import Reach
from emfair.identity.roles import Role
from emfair.identity.table import Action
from emfair.model.states import IN_PROGRESS, ExperimentState
from emfair.registry import ExperimentRow
from emfair.registry.standings import Alike
from emfair.service.access import Access
from emfair.service.checkup import ROOM
from emfair.service.cleanup import UNTOUCHED
from emfair.service.naming import names, places
from emfair.service.services import Services

S = ExperimentState
R = TypeVar("R")
NEEDY = (S.FAILED, S.INVALID, S.NEEDS_INPUT)
"""States that only a person leads out of."""
GOING_ON = (S.SEALED, S.PROCESSING)
FINISHED = (S.VALID, S.PUBLISHED)
FEW = 5
_LEFT = timedelta(days=2)
"""So long after its last touch an upload is taken for left behind."""


@dataclass(frozen=True)
class Part(Generic[R]):
    """Some experiments, how many there are in all, and where they hang, in titles."""

    rows: tuple[R, ...] = ()
    total: int = 0
    places: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Glance:
    """What a home page shows.

    Attributes
    ----------
    counts
        How many experiments each state has.
    needy, finished
        What waits for a person, and what became valid; the latest first.
    longest
        For stewards: what has waited longest for a person.
    alike
        For stewards: failures and faults that several experiments share.
    names
        The depositors', by subject.
    """

    counts: Mapping[ExperimentState, int]
    needy: Part[ExperimentRow]
    finished: Part[ExperimentRow]
    longest: Part[ExperimentRow]
    alike: tuple[Alike, ...]
    names: Mapping[str, str]

    def name_of(self, row: ExperimentRow) -> str:
        """Return what the depositor of one of its experiments is called."""
        return self.names.get(row.depositor, row.depositor)

    @property
    def is_empty(self) -> bool:
        """Whether there is no experiment at all."""
        return not any(self.counts.values())


@dataclass(frozen=True)
class Left:
    """A deposit that nobody has touched for days, and when it will be given up."""

    row: ExperimentRow
    ends: datetime


@dataclass(frozen=True)
class Disk:
    """A disk that emfair writes to, in bytes."""

    where: str
    free: int
    total: int

    @property
    def nearly_full(self) -> bool:
        """Whether there is hardly any room left."""
        return self.free < ROOM


@dataclass(frozen=True)
class Upkeep:
    """What an administrator looks after: deposits left behind, runs that failed, disks."""

    left: Part[Left]
    failed: Part[ExperimentRow]
    disks: tuple[Disk, ...]


def oversees(access: Access) -> bool:
    """Whether they answer for others' experiments: stewards, administrators, the local user."""
    return bool(access.roles & {Role.STEWARD, Role.ADMIN})


def sees_others(access: Access) -> bool:
    """Whether they may see what others deposited, where others deposit at all."""
    who = access.principal
    if who is None or who.kind is Kind.LOCAL:
        return False
    sight = access.sight(Action.READ_EXPERIMENT)
    return sight.projects is None or bool(sight.projects or sight.restricted or sight.experiments)


def glance(access: Access, *, mine: bool) -> Glance:
    """Return what a home page shows.

    Parameters
    ----------
    mine
        Only of what they deposited themselves; else of all that they may see.
    """
    numbers = counts(access, mine=mine)

    def part(*states: ExperimentState) -> Part[ExperimentRow]:
        return _part(access, states, numbers, mine=mine)

    needy, finished = part(*NEEDY), part(*FINISHED)
    standings, sight = access.services.registry.standings, access.sight(Action.READ_EXPERIMENT)
    longest: Part[ExperimentRow] = Part()
    alike: tuple[Alike, ...] = ()
    if oversees(access) and not mine:
        if needy.total > FEW:  # else all of it is shown anyway
            rows = standings.changed(NEEDY, visible=sight, oldest=True, limit=FEW)
            longest = Part(rows, needy.total, places(access.services, rows))
        alike = standings.alike((S.FAILED, S.INVALID), visible=sight) if needy.total else ()
    shown = (*needy.rows, *finished.rows, *longest.rows)
    called = names(access.services, (row.depositor for row in shown))
    return Glance(numbers, needy, finished, longest, alike, called)


def drafts(access: Access) -> Part[ExperimentRow]:
    """Return what they have begun themselves and not sealed."""
    if access.principal is None:
        return Part()
    states = tuple(sorted(IN_PROGRESS))
    return _part(access, states, counts(access, mine=True), mine=True)


def running(access: Access, *, mine: bool) -> Part[ExperimentRow]:
    """Return what the chain is at: to be looked at again and again."""
    return _part(access, GOING_ON, counts(access, mine=mine), mine=mine)


def counts(access: Access, *, mine: bool) -> dict[ExperimentState, int]:
    """Return how many experiments each state has, of all that they may see or of their own."""
    return access.services.registry.standings.counts(
        visible=access.sight(Action.READ_EXPERIMENT),
        depositor=access.subject if mine else None,
    )


def _part(
    access: Access,
    states: Sequence[ExperimentState],
    numbers: Mapping[ExperimentState, int],
    *,
    mine: bool,
) -> Part[ExperimentRow]:
    """Return the newest experiments in these states; nothing is asked where there is none."""
    total = sum(numbers[state] for state in states)
    if not total:
        return Part()
    rows = access.services.registry.standings.changed(
        states,
        visible=access.sight(Action.READ_EXPERIMENT),
        depositor=access.subject if mine else None,
        limit=FEW,
    )
    return Part(rows, total, places(access.services, rows))


def upkeep(access: Access) -> Upkeep:
    """Return what an administrator looks after. Raises `Forbidden` for anybody else."""
    access.service(Action.ADMIN)
    services, sight = access.services, access.sight(Action.READ_EXPERIMENT)
    failed = _part(access, (S.FAILED,), counts(access, mine=False), mine=False)
    return Upkeep(
        left=_left(services, sight),
        failed=failed,
        disks=_disks(services.settings.home, services.lake.url),
    )


def _left(services: Services, sight: Reach) -> Part[Left]:
    """Return what was left half-way, what is given up first at the head."""
    before, withdrawals = services.now() - _LEFT, services.registry.withdrawals
    if not (total := withdrawals.count_stale(before, visible=sight)):
        return Part()
    stale = withdrawals.stale(before, FEW, visible=sight)
    left = tuple(Left(one.row, one.touched_at + UNTOUCHED) for one in stale)
    return Part(left, total, places(services, (one.row for one in left)))


def _disks(home: Path, lake: str) -> tuple[Disk, ...]:
    """Return the disks of home and lake, once if they are one; a store elsewhere has none."""
    folders = {"home": home}
    if lake.startswith("file:"):
        folders = {"lake": Path(unquote(urlsplit(lake).path)), **folders}
    found: dict[int, Disk] = {}
    for name, folder in folders.items():
        there = next(one for one in (folder, *folder.parents) if one.exists())
        try:
            usage, device = shutil.disk_usage(there), there.stat().st_dev
        except OSError as error:
            raise Unavailable(
                f"the disk does not answer ({error.strerror}).",
                subject=str(there),
                remedy="Check that it is there, and that this account may look at it.",
            ) from error
        found.setdefault(device, Disk(name, usage.free, usage.total))
    return tuple(found.values())
