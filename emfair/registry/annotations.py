"""The annotations of experiments: edited by many, every version kept, by whom and why.

What does not belong here: what a document says (``emfair.model.annotations``), and its copy in the
lake (``service``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from emfair.errors import Conflict, Outdated
from emfair.model.changes import Change, changes
from emfair.model.states import IN_PROGRESS, ExperimentState, check_transition
from emfair.registry import experiment_row, outbox
from emfair.registry.audit import Deed, record
from emfair.registry.engine import Database
from emfair.registry.experiment_row import ExperimentRow
from emfair.registry.tables import PERSON_LIMIT, annotation, experiment
from emfair.registry.texts import encodable, storable

S = ExperimentState


@dataclass(frozen=True)
class AnnotationRow:
    """One version of an experiment's annotation document (JSON text).

    `context` is what the records said when it was first to be processed (JSON text); empty for a
    draft, and where an earlier emfair sealed it.
    """

    experiment: str
    version: int
    document: str
    author: str
    created_at: datetime
    reason: str
    context: str = ""


@dataclass(frozen=True)
class AnnotationEdit:
    """What one version changed; the first one all that it says."""

    version: int
    author: str
    created_at: datetime
    reason: str
    changes: tuple[Change, ...]


class Annotations:
    """The annotations of one registry; every method is one transaction."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def change(
        self,
        identifier: str,
        expected_version: int,
        *,
        document: str,
        author: str,
        reason: str,
        run_key: str,
        context: str = "",
        again: bool = False,
    ) -> ExperimentRow:
        """Add a version of the annotations, and announce it in the outbox.

        An experiment in processing stays so (its run ends with a verdict on the old version, and
        the outbox brings the next); any other becomes sealed. Document and context as they were
        change nothing: their run key has run already.

        Parameters
        ----------
        expected_version
            The `annotations_version` that the author has seen.
        again
            What is as it was makes a version, too: it is processed again.

        Raises
        ------
        NotFound
            There is no such experiment.
        Conflict
            Someone else has changed the annotations meanwhile, the deposit is not sealed yet, or
            the experiment's state forbids it.
        """
        now = self._now()
        with self._database.writing() as connection:
            found = experiment_row.lock(connection, identifier)
            _check_can_change(found, expected_version)
            present = _version(connection, identifier, expected_version)
            same = present and (present.document, present.context) == (document, context)
            if same and not again:
                return found
            version = expected_version + 1
            row = AnnotationRow(identifier, version, document, author, now, reason, context)
            add_version(connection, row)
            outbox.put(connection, "annotations-changed", identifier, run_key, now)
            detail = {"annotations_version": version, "reason": reason, "run_key": run_key}
            record(connection, now, Deed(author, "annotations-changed", identifier, detail))
            state = S.PROCESSING if found.state is S.PROCESSING else S.SEALED
            values = {
                "state": state.value,
                "state_reason": "",
                "annotations_version": version,
            }
            return experiment_row.change(connection, identifier, now, values)

    def draft(
        self,
        identifier: str,
        expected_version: int,
        *,
        document: str,
        author: str,
        reason: str,
    ) -> ExperimentRow:
        """Add a version while a deposit is in progress; the seal will announce it.

        Parameters
        ----------
        expected_version
            The `annotations_version` that the author has seen, 0 for none.

        Raises
        ------
        NotFound
            There is no such experiment.
        Conflict
            Someone else has changed the annotations meanwhile, or no deposit is in progress.
        """
        now = self._now()
        with self._database.writing() as connection:
            found = experiment_row.lock(connection, identifier)
            if found.state not in IN_PROGRESS:
                raise Conflict(
                    f"is {found.state.value}: its annotations are no draft any more.",
                    subject=identifier,
                    remedy="Change them, with what they say now before you.",
                )
            _check_seen(found, expected_version)
            present = _version(connection, identifier, expected_version)
            if present is not None and present.document == document:
                return found
            version = expected_version + 1
            row = AnnotationRow(identifier, version, document, author, now, reason)
            add_version(connection, row)
            detail = {"annotations_version": version, "reason": reason}
            record(connection, now, Deed(author, "annotations-changed", identifier, detail))
            values = {"annotations_version": version}
            return experiment_row.change(connection, identifier, now, values)

    def history(self, identifier: str) -> tuple[AnnotationEdit, ...]:
        """Return who changed which field when, from what to what and why, newest first.

        Raises
        ------
        NotFound
            There is no such experiment.
        """
        rows = self.versions(identifier)
        documents = [json.loads(row.document) for row in rows]
        return tuple(
            AnnotationEdit(
                row.version, row.author, row.created_at, row.reason, changes(before, after)
            )
            for row, after, before in zip(rows, documents, [*documents, {}][1:], strict=True)
        )

    def newest(self, identifiers: Collection[str]) -> dict[str, AnnotationRow]:
        """Return the newest version of each of these experiments; what has none, is not.

        At most a page's identifiers.
        """
        query = select(annotation).join(
            experiment,
            (annotation.c.experiment == experiment.c.id)
            & (annotation.c.version == experiment.c.annotations_version),
        )
        query = query.where(experiment.c.id.in_(sorted(set(identifiers))))
        with self._database.reading() as connection:
            rows = [AnnotationRow(**row) for row in connection.execute(query).mappings()]
        return {row.experiment: row for row in rows}

    def versions(self, identifier: str) -> tuple[AnnotationRow, ...]:
        """Return all versions of an experiment's annotations, newest first. Raises `NotFound`."""
        with self._database.reading() as connection:
            experiment_row.read(connection, identifier)
            rows = connection.execute(
                select(annotation)
                .where(annotation.c.experiment == identifier)
                .order_by(annotation.c.version.desc())
            )
            return tuple(AnnotationRow(**row) for row in rows.mappings())


def add_version(connection: Connection, row: AnnotationRow) -> None:
    """Insert a version.

    Raises
    ------
    BadCall
        One of its texts cannot be stored.
    """
    checked = {
        "document": encodable(row.document, "annotations"),
        "author": storable(row.author, "author", PERSON_LIMIT),
        "reason": encodable(row.reason, "reason"),
        "context": encodable(row.context, "context"),
    }
    connection.execute(insert(annotation).values(asdict(row) | checked))


def keep_version(connection: Connection, row: AnnotationRow, present: int) -> None:
    """Let an experiment have a version: the `present` one as it is, or the next.

    The present one gets its context, if it has none yet.

    Raises
    ------
    Conflict
        It is neither: someone has changed the annotations meanwhile.
    """
    found = _version(connection, row.experiment, present)
    if row.version == present + 1:
        add_version(connection, row)
    elif found is not None and _is_same(row, found):
        keep_context(connection, row.experiment, present, row.context)
    else:
        raise Outdated(
            f"the annotations have changed meanwhile: they are at version {present}.",
            subject=row.experiment,
            remedy="Load them again, then seal.",
        )


def keep_context(connection: Connection, experiment: str, version: int, context: str) -> None:
    """Give a version its context, if it has none yet: a version's never changes."""
    where = (
        annotation.c.experiment == experiment,
        annotation.c.version == version,
        annotation.c.context == "",
    )
    values = {"context": encodable(context, "context")}
    connection.execute(update(annotation).where(*where).values(values))


def _is_same(row: AnnotationRow, found: AnnotationRow) -> bool:
    told = (row.version, row.document) == (found.version, found.document)
    return told and found.context in ("", row.context)


def _check_can_change(found: ExperimentRow, expected_version: int) -> None:
    if found.state in IN_PROGRESS:
        raise Conflict(
            f"is {found.state.value}: its deposit is not sealed yet.",
            subject=found.id,
            remedy="Finish the deposit first; its annotations can come with it.",
        )
    _check_seen(found, expected_version)
    if found.state not in (S.SEALED, S.PROCESSING):
        check_transition(found.state, S.SEALED, found.id)


def _check_seen(found: ExperimentRow, expected_version: int) -> None:
    if (found.annotations_version or 0) != expected_version:
        raise Outdated(
            f"the annotations are at version {found.annotations_version or 0}, "
            f"and this edit was made on version {expected_version}.",
            subject=found.id,
            remedy="Load them again, and repeat the edit on the new version.",
        )


def _version(connection: Connection, experiment: str, version: int) -> AnnotationRow | None:
    """Return one version, or None if there is no such one."""
    query = select(annotation).where(
        annotation.c.experiment == experiment, annotation.c.version == version
    )
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else AnnotationRow(**row)
