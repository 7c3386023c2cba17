"""What a deposit must be to be closed and sealed, inside a caller's transaction."""

from __future__ import annotations

from sqlalchemy import Connection, select

from emfair.errors import Conflict
from emfair.model.manifest import Place
from emfair.model.states import IN_PROGRESS, ExperimentState, check_transition
from emfair.registry import incoming
from emfair.registry.experiment_row import ExperimentRow
from emfair.registry.tables import experiment

S = ExperimentState


def same_deposit(connection: Connection, place: Place, title: str, digest: str) -> str | None:
    """Return the experiment with these files under this title in this sample, or None."""
    return connection.execute(
        select(experiment.c.id).where(
            experiment.c.project == place.project,
            experiment.c.proposal == place.proposal,
            experiment.c.sample == place.sample,
            experiment.c.content_digest == digest,
            experiment.c.title == title,
            experiment.c.state != S.TOMBSTONED.value,
        )
    ).scalar_one_or_none()


def taken(identifier: str) -> Conflict:
    """Return the error for an identifier that is in use."""
    return Conflict(
        "this identifier belongs to another deposit.",
        subject=identifier,
        remedy="Mint a new identifier and open the deposit again.",
    )


def check_new(connection: Connection, found: ExperimentRow, digest: str) -> None:
    """Refuse what was deposited before under the same title. Raises `Conflict`."""
    same = same_deposit(connection, found.place, found.title, digest)
    if same not in (None, found.id):
        raise Conflict(
            f"the same files were deposited under this title before: {same}.",
            subject=found.id,
            remedy=f"Go on with {same} and give this one up, or give this one another title.",
        )


def check_in_progress(connection: Connection, found: ExperimentRow) -> None:
    """Refuse an experiment that no whole deposit is on its way to. Raises `Conflict`."""
    if found.state not in IN_PROGRESS:
        raise Conflict(
            f"is {found.state.value}, with manifest {found.manifest_version}.",
            subject=found.id,
            remedy="Only a deposit in upload can be sealed: open a new one.",
        )
    missing = incoming.todo(connection, found.id)
    if missing:
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        raise Conflict(
            f"files are missing: {', '.join(missing[:5])}{more}.",
            subject=found.id,
            remedy="Upload them, then seal again.",
        )


def check_can_seal(connection: Connection, found: ExperimentRow, manifest_version: int) -> None:
    """Refuse to seal what is not whole, fixed and next in turn. Raises `Conflict`."""
    check_in_progress(connection, found)
    if found.closed_at is None:
        raise Conflict(
            "files may still be added to it.", subject=found.id, remedy="Close it, then seal it."
        )
    if manifest_version != (found.manifest_version or 0) + 1:
        raise Conflict(
            f"is uploading, with manifest {found.manifest_version}; "
            f"{manifest_version} does not follow.",
            subject=found.id,
            remedy="Close the deposit again: it names the version.",
        )
    check_transition(found.state, S.SEALED, found.id)
