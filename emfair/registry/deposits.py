"""Deposits: opened, uploaded file by file, sealed.

A deposit is the same as another when it puts the same files under the same title into the same
sample: opened again it resumes, or turns out to be sealed already. What does not belong here:
annotations edited afterwards (``annotations``), the bytes, and the documents in the lake
(``service`` writes those first, then seals).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from emfair.errors import Conflict
from emfair.model.manifest import Place, RawFile, Titles, content_digest
from emfair.model.states import ExperimentState, check_transition
from emfair.registry import experiments, outbox, places, uploads
from emfair.registry.annotations import AnnotationRow, add_version
from emfair.registry.audit import Deed, record
from emfair.registry.engine import Database, insert_new
from emfair.registry.experiments import ExperimentRow
from emfair.registry.tables import PERSON_LIMIT, experiment
from emfair.registry.texts import storable

S = ExperimentState


@dataclass(frozen=True)
class OpenDeposit:
    """Where a deposit goes, and what is left to do.

    Attributes
    ----------
    place
        Its experiment may be another than the one asked for: the same deposit's, opened before.
    titles
        As the registry has them; a level that existed keeps its first title.
    already_sealed
        The same files lie there already; nothing is left to do.
    todo
        Paths (below ``raw/files/``) still to be uploaded.
    """

    place: Place
    titles: Titles
    already_sealed: bool
    todo: tuple[str, ...]


class Deposits:
    """The deposits of one registry; every method is one transaction."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def open(
        self, place: Place, titles: Titles, *, depositor: str, files: Sequence[RawFile]
    ) -> OpenDeposit:
        """Begin a deposit, resume it, or find it sealed.

        Any number of processes may open the same deposit at once: all get the same experiment.

        Parameters
        ----------
        place
            Its experiment is the identifier to use if the deposit is new.

        Raises
        ------
        BadCall
            There is no file, two have the same path, or a text cannot be stored.
        Conflict
            The experiment's identifier is taken by another deposit.
        """
        uploads.check(files)
        depositor = storable(depositor, "depositor", PERSON_LIMIT)
        titles = places.clean_titles(titles)
        digest = content_digest(tuple(files))
        now = self._now()
        with self._database.writing() as connection:
            places.ensure(connection, place, titles, now)
            new = _new(place, titles.experiment, depositor, digest, now)
            if insert_new(connection, experiment, new):
                uploads.begin(connection, place.experiment, files)
                detail = {"files": len(files), "content_digest": digest}
                record(connection, now, Deed(depositor, "deposit-opened", place.experiment, detail))
            return _opened(connection, _find_same(connection, place, titles.experiment, digest))

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
            found = experiments.lock(connection, identifier)
            if found.state is not S.UPLOADING:
                uploads.check_sealed(connection, identifier, path)
                return
            uploads.done(connection, identifier, path, now)
            connection.execute(
                update(experiment).where(experiment.c.id == identifier).values(updated_at=now)
            )

    def seal(
        self,
        identifier: str,
        *,
        manifest_version: int,
        annotations_version: int,
        document: str,
        author: str,
        run_key: str,
    ) -> ExperimentRow:
        """Close a deposit whose files have all arrived, and announce it in the outbox.

        Sealing again with the same `manifest_version` changes nothing and is no error, so that a
        caller whose answer was lost may simply repeat.

        Parameters
        ----------
        document
            The annotations, JSON text.
        run_key
            Names the content to process: ``experiment:sha256(manifest + annotations)[:16]``.

        Raises
        ------
        NotFound
            There is no such experiment.
        Conflict
            Files are missing, it was sealed with another manifest, or it is not uploading.
        """
        now = self._now()
        with self._database.writing() as connection:
            found = experiments.lock(connection, identifier)
            if found.state not in (S.UPLOADING, S.TOMBSTONED) and (
                found.manifest_version == manifest_version
            ):
                return found
            _check_can_seal(connection, found)
            uploads.finish(connection, identifier)
            add_version(
                connection,
                AnnotationRow(identifier, annotations_version, document, author, now, "deposit"),
            )
            outbox.put(connection, "deposit-sealed", identifier, run_key, now)
            detail = {"manifest_version": manifest_version, "run_key": run_key}
            record(connection, now, Deed(author, "deposit-sealed", identifier, detail))
            changes = {
                "state": S.SEALED.value,
                "state_reason": "",
                "manifest_version": manifest_version,
                "annotations_version": annotations_version,
            }
            return experiments.change(connection, identifier, now, changes)


def _new(place: Place, title: str, depositor: str, digest: str, now: datetime) -> dict[str, Any]:
    """Return the row of a new experiment."""
    return {
        "id": place.experiment,
        "project": place.project,
        "proposal": place.proposal,
        "sample": place.sample,
        "title": title,
        "created_at": now,
        "state": S.UPLOADING.value,
        "state_reason": "",
        "depositor": depositor,
        "updated_at": now,
        "version": 1,
        "content_digest": digest,
    }


def _find_same(connection: Connection, place: Place, title: str, digest: str) -> ExperimentRow:
    """Return the experiment of this deposit, whoever has inserted it."""
    identifier = connection.execute(
        select(experiment.c.id).where(
            experiment.c.project == place.project,
            experiment.c.proposal == place.proposal,
            experiment.c.sample == place.sample,
            experiment.c.content_digest == digest,
            experiment.c.title == title,
            experiment.c.state != S.TOMBSTONED.value,
        )
    ).scalar_one_or_none()
    if identifier is None:
        raise Conflict(
            "this identifier belongs to another deposit.",
            subject=place.experiment,
            remedy="Mint a new identifier and open the deposit again.",
        )
    return experiments.lock(connection, identifier)


def _opened(connection: Connection, found: ExperimentRow) -> OpenDeposit:
    place, titles = places.read(connection, found.id)
    return OpenDeposit(
        place=place,
        titles=titles,
        already_sealed=found.state is not S.UPLOADING,
        todo=uploads.todo(connection, found.id),
    )


def _check_can_seal(connection: Connection, found: ExperimentRow) -> None:
    if found.state is not S.UPLOADING:
        raise Conflict(
            f"is {found.state.value}, with manifest {found.manifest_version}.",
            subject=found.id,
            remedy="Only a deposit in upload can be sealed: open a new one.",
        )
    missing = uploads.todo(connection, found.id)
    if missing:
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        raise Conflict(
            f"files are missing: {', '.join(missing[:5])}{more}.",
            subject=found.id,
            remedy="Upload them, then seal again.",
        )
    check_transition(found.state, S.SEALED, found.id)
