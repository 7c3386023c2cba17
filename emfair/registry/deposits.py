"""Deposits: opened or drafted, uploaded file by file, closed, sealed.

A deposit is the same as another when it puts the same files under the same title into the same
sample: opened again it resumes, or turns out to be sealed already. Whoever knows all files opens a
deposit; whoever does not drafts an experiment, adds files (``uploads``) and closes it: from then on
its files are fixed, so that the manifest in the lake and the registry say the same. ``service``
writes the manifest between the two, then seals. A later deposit into the same experiment goes the
same way, and its manifest has the next version.

What does not belong here: annotations edited afterwards (``annotations``), deposits given up
(``withdrawals``), and the bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from emfair.errors import Conflict
from emfair.model.deposits import Opened
from emfair.model.manifest import Place, RawFile, Titles, content_digest
from emfair.model.states import ExperimentState
from emfair.registry import deposit_rules, experiment_row, incoming, outbox, places
from emfair.registry.annotations import AnnotationRow, keep_version
from emfair.registry.audit import Deed, record
from emfair.registry.engine import Database, insert_new
from emfair.registry.experiment_row import ExperimentRow
from emfair.registry.tables import PERSON_LIMIT, experiment
from emfair.registry.texts import storable

S = ExperimentState


@dataclass(frozen=True)
class ClosedDeposit:
    """A deposit whose files are fixed: what its manifest says, however often one asks.

    Attributes
    ----------
    manifest_version
        Of the manifest that seals it.
    files
        Of this deposit alone: a later manifest also names those of the one before.
    content_digest
        Of all files of the experiment.
    closed_at
        Since when its list of files is complete; its manifest is no older.
    """

    experiment: str
    manifest_version: int
    files: tuple[RawFile, ...]
    content_digest: str
    closed_at: datetime


class Deposits:
    """The deposits of one registry; every method is one transaction."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def open(
        self,
        place: Place,
        titles: Titles,
        *,
        depositor: str,
        files: Sequence[RawFile],
        owns: bool = True,
    ) -> Opened:
        """Begin a deposit, resume it, or find it sealed.

        Any number of processes may open the same deposit at once: all get the same experiment.

        Parameters
        ----------
        place
            Its experiment is the identifier to use if the deposit is new.
        owns
            Whether a project that is new is the depositor's.

        Raises
        ------
        BadCall
            There is no file, two have the same path, or a text cannot be stored.
        Conflict
            The experiment's identifier is taken by another deposit.
        """
        incoming.check(files)
        depositor = storable(depositor, "depositor", PERSON_LIMIT)
        titles = places.clean_titles(titles)
        digest = content_digest(tuple(files))
        now = self._now()
        with self._database.writing() as connection:
            places.ensure(connection, place, titles, depositor, now, owns=owns)
            new = _new(place, titles.experiment, depositor, now)
            new |= {"state": S.UPLOADING.value, "content_digest": digest, "closed_at": now}
            if insert_new(connection, experiment, new):
                incoming.begin(connection, place.experiment, files, now)
                detail = {"files": len(files), "content_digest": digest}
                record(connection, now, Deed(depositor, "deposit-opened", place.experiment, detail))
            return _opened(
                connection,
                _find_same(connection, place, titles.experiment, digest),
            )

    def draft(
        self,
        place: Place,
        titles: Titles,
        *,
        depositor: str,
        instrument: str | None = None,
        restricted: bool = False,
        owns: bool = True,
    ) -> ExperimentRow:
        """Make an experiment whose files are still to come; levels above it that are new as well.

        Raises
        ------
        BadCall
            A text cannot be stored.
        NotFound
            There is no such instrument.
        Conflict
            The experiment's identifier is taken.
        """
        depositor = storable(depositor, "depositor", PERSON_LIMIT)
        titles, now = places.clean_titles(titles), self._now()
        with self._database.writing() as connection:
            places.ensure(connection, place, titles, depositor, now, owns=owns)
            new = _new(place, titles.experiment, depositor, now)
            new |= {
                "state": S.DRAFT.value,
                "instrument": places.check_instrument(connection, instrument),
                "restricted": restricted,
            }
            if not insert_new(connection, experiment, new):
                raise deposit_rules.taken(place.experiment)
            deed = Deed(depositor, "experiment-created", place.experiment)
            record(connection, now, deed)
            return experiment_row.read(connection, place.experiment)

    def close(self, identifier: str, *, actor: str) -> ClosedDeposit:
        """Let a deposit take no more files; say what its manifest is to hold. Again is no error.

        Raises
        ------
        NotFound
            There is no such experiment.
        Conflict
            Files are missing, there is none, no deposit is in progress, or the same files lie
            under the same title in the same sample already (the message names the experiment).
        """
        now = self._now()
        with self._database.writing() as connection:
            found = experiment_row.lock(connection, identifier)
            deposit_rules.check_in_progress(connection, found)
            files = incoming.arrived(connection, identifier)
            if not files:
                raise Conflict(
                    "has no file to deposit.", subject=identifier, remedy="Add one, then close it."
                )
            digest = incoming.digest(connection, identifier, files)
            if found.closed_at is None:
                deposit_rules.check_new(connection, found, digest)
                changes = {"closed_at": now, "content_digest": digest}
                found = experiment_row.change(connection, identifier, now, changes)
                detail = {"files": len(files), "content_digest": digest}
                record(connection, now, Deed(actor, "deposit-closed", identifier, detail))
            version = (found.manifest_version or 0) + 1
            return ClosedDeposit(identifier, version, files, digest, found.closed_at or now)

    def file_done(self, identifier: str, path: str) -> None:
        """Note that a file has arrived whole; again is no error.

        Raises
        ------
        NotFound
            There is no such experiment, or `path` is none of its files.
        """
        now = self._now()
        with self._database.writing() as connection:
            # The experiment first, as in `seal`: two transactions that lock in different orders
            # can wait for one another.
            found = experiment_row.lock(connection, identifier)
            if found.state is not S.UPLOADING:
                incoming.check_sealed(connection, identifier, path)
                return
            incoming.done(connection, identifier, path, now)
            experiment_row.touch(connection, identifier, now)

    def seal(
        self,
        identifier: str,
        *,
        manifest_version: int,
        annotations_version: int,
        document: str,
        author: str,
        run_key: str,
        context: str = "",
    ) -> ExperimentRow:
        """Close a deposit whose files have all arrived, and announce it in the outbox.

        Sealing again with the same `manifest_version` changes nothing and is no error, so that a
        caller whose answer was lost may simply repeat.

        Parameters
        ----------
        document
            The annotations, JSON text: a new version, or the present one as it is.
        context
            What the records say, JSON text; the present version keeps the one that it has.
        run_key
            Names the content to process: ``experiment:sha256(manifest + annotations)[:16]``.

        Raises
        ------
        NotFound
            There is no such experiment.
        Conflict
            Files are missing or may still be added, it was sealed with another manifest, the
            annotations have changed meanwhile, or no deposit is in progress.
        """
        now = self._now()
        with self._database.writing() as connection:
            found = experiment_row.lock(connection, identifier)
            if found.state not in (S.UPLOADING, S.TOMBSTONED) and (
                found.manifest_version == manifest_version
            ):
                return found
            deposit_rules.check_can_seal(connection, found, manifest_version)
            incoming.finish(connection, identifier, manifest_version)
            row = AnnotationRow(
                identifier, annotations_version, document, author, now, "deposit", context
            )
            keep_version(connection, row, found.annotations_version or 0)
            outbox.put(connection, "deposit-sealed", identifier, run_key, now)
            detail = {"manifest_version": manifest_version, "run_key": run_key}
            record(connection, now, Deed(author, "deposit-sealed", identifier, detail))
            changes = {
                "state": S.SEALED.value,
                "state_reason": "",
                "closed_at": None,
                "state_before": None,
                "manifest_version": manifest_version,
                "annotations_version": annotations_version,
            }
            return experiment_row.change(connection, identifier, now, changes)


def _new(place: Place, title: str, depositor: str, now: datetime) -> dict[str, Any]:
    """Return the row of a new experiment, without its state."""
    return {
        "id": place.experiment,
        "project": place.project,
        "proposal": place.proposal,
        "sample": place.sample,
        "title": title,
        "created_at": now,
        "state_reason": "",
        "depositor": depositor,
        "updated_at": now,
        "version": 1,
        "search": experiment_row.search_of(place, title, depositor),
    }


def _find_same(connection: Connection, place: Place, title: str, digest: str) -> ExperimentRow:
    """Return the experiment of this deposit, whoever has inserted it."""
    identifier = deposit_rules.same_deposit(connection, place, title, digest)
    if identifier is None:
        raise deposit_rules.taken(place.experiment)
    return experiment_row.lock(connection, identifier)


def _opened(connection: Connection, found: ExperimentRow) -> Opened:
    place, titles = places.read(connection, found.id)
    return Opened(
        place=place,
        titles=titles,
        already_sealed=found.state is not S.UPLOADING,
        todo=incoming.todo(connection, found.id),
    )
