"""What becomes of what nobody finishes: the times, stated here alone, and who keeps them.

Whatever was acknowledged stays for as long as is said here. Nothing else removes it earlier: a
bucket's own rule (`emfair.lake.setup.UPLOAD_DAYS`) only catches what emfair never came to clean.

What does not belong here: when the clean-up runs (`sensors`), and files on their way on this
machine's own disk, which whoever opens the stores sweeps (`services`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import islice

from emfair.errors import BadCall, BadData
from emfair.identity.principal import Kind, Principal
from emfair.lake import layout
from emfair.lake.uploads import Abandoned, store_name
from emfair.model.manifest import Place
from emfair.registry import ExperimentRow
from emfair.service.access import Access
from emfair.service.deposits import give_up
from emfair.service.services import Services

UNTOUCHED = timedelta(days=14)
"""A draft or an upload that nobody touches for so long is given up; so are the bytes sent of it."""
UNKNOWN = timedelta(days=7)
"""An upload that the lake knows and the registry does not is removed after so long."""
LOOK_BACK = timedelta(days=30)
"""For so long after a deposit was given up the lake is searched for what a crash left of it."""
PORTION = 1000
"""Deposits that are given up in one go: the others' turn comes the next time."""
CLEANER = Principal("emfair:cleanup", Kind.SERVICE, "emfair's clean-up")
_SOME = 500


class Left(StrEnum):
    """What can be left behind."""

    DEPOSIT = "deposit"
    OBJECT = "object"
    UPLOAD = "upload"
    ANSWERS = "answers"


@dataclass(frozen=True)
class Cleaned:
    """One thing that was cleaned away, or would be; `problem` says why it could not be."""

    what: Left
    subject: str
    why: str
    problem: str = ""


def clean_up(services: Services, *, dry_run: bool = False) -> Iterator[Cleaned]:
    """Clean away what its time is over; yield each thing when it is done.

    Parameters
    ----------
    dry_run
        Only say what would be done.

    Raises
    ------
    Unavailable
        A store does not answer; what was yielded is done.
    """
    yield from _deposits(services, dry_run=dry_run)
    yield from _remains(services, dry_run=dry_run)
    yield from _uploads(services, dry_run=dry_run)
    if not dry_run and (number := services.registry.idempotency.sweep()):
        yield Cleaned(Left.ANSWERS, f"{number} answers", "were kept for requests sent twice")


def _deposits(services: Services, *, dry_run: bool) -> Iterator[Cleaned]:
    """Give up what nobody touches; one that cannot be given up stops no other."""
    before = services.now() - UNTOUCHED
    access = Access(services, CLEANER)
    for row in (one.row for one in services.registry.withdrawals.stale(before, PORTION)):
        why = f"nobody has touched it for {UNTOUCHED.days} days"
        problem = ""
        if not dry_run:
            try:
                give_up(access, row.id, _reason(row), untouched_since=before)
            except (BadCall, BadData) as error:
                problem = str(error)
        yield Cleaned(Left.DEPOSIT, row.id, why, problem)


def _reason(row: ExperimentRow) -> str:
    """Return what is told to whoever comes back to it."""
    what = "draft" if row.manifest_version is None else "later deposit"
    return (
        f"Nobody touched this {what} for {UNTOUCHED.days} days: it was given up, and what had "
        "been sent of it was removed. Deposit the files again."
    )


def _remains(services: Services, *, dry_run: bool) -> Iterator[Cleaned]:
    """Remove what lies in the lake of deposits that were given up and never sealed.

    Giving up takes the rows first, then the bytes: a process that is killed in between, or a part
    that arrives in this moment, leaves some. A tombstone never comes back to life, so nothing that
    is found can be wanted.
    """
    since = services.now() - LOOK_BACK
    for row in services.registry.withdrawals.given_up(since, PORTION):
        for found in list(services.lake.list(_prefix(row.place))):
            if not dry_run:
                services.lake.delete(found.key)
            yield Cleaned(Left.OBJECT, found.key, "its deposit was given up")


def _prefix(place: Place) -> str:
    return f"{layout.experiment_prefix(place)}/"


def _uploads(services: Services, *, dry_run: bool) -> Iterator[Cleaned]:
    """Give up, in the lake, what no upload in the registry waits for."""
    found = services.lake.uploads.stale(services.now() - UNKNOWN)
    while some := list(islice(found, _SOME)):
        for one in _unknown(services, some):
            if not dry_run:
                services.lake.uploads.abort(one.key, one.id)
            if not one.whole:  # of which nothing goes that anyone would miss
                yield Cleaned(Left.UPLOAD, one.key or one.id, "no deposit waits for it")


def _unknown(services: Services, some: list[Abandoned]) -> Iterator[Abandoned]:
    experiments = {layout.experiment_of(one.key) for one in some}
    wanted = {store_name(one) for one in services.registry.uploads.unfinished(experiments)}
    return (one for one in some if store_name(one.id) not in wanted)
