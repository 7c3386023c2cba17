"""The files of a deposit in progress, so that an interrupted one resumes.

Every function works inside a caller's transaction that holds the experiment's lock. What does not
belong here: parts of a file, and bytes (``emfair.service`` and ``emfair.lake``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, literal, select, update

from emfair.errors import BadCall, NotFound
from emfair.model.manifest import RawFile
from emfair.registry.tables import file, upload
from emfair.registry.texts import encodable


def check(files: Sequence[RawFile]) -> None:
    """Refuse files that are no deposit.

    Raises
    ------
    BadCall
        There is none, two have the same path, or a name cannot be stored.
    """
    if not files:
        raise BadCall("a deposit needs at least one file.", remedy="Name files or folders.")
    seen: set[str] = set()
    for each in files:
        encodable(each.name, "file name")
        encodable(each.path, "file path")
        if each.path in seen:
            raise BadCall(
                "comes twice in one deposit.", subject=each.path, remedy="Name each file once."
            )
        seen.add(each.path)


def begin(connection: Connection, experiment: str, files: Sequence[RawFile]) -> None:
    """Insert the files that are to come."""
    connection.execute(
        insert(upload), [{"experiment": experiment, **each.model_dump()} for each in files]
    )


def todo(connection: Connection, experiment: str) -> tuple[str, ...]:
    """Return the paths that have not arrived yet."""
    paths = connection.execute(
        select(upload.c.path)
        .where(upload.c.experiment == experiment, upload.c.done_at.is_(None))
        .order_by(upload.c.path)
    )
    return tuple(paths.scalars())


def done(connection: Connection, experiment: str, path: str, now: datetime) -> None:
    """Note that a file has arrived. Raises `NotFound`."""
    found = connection.execute(
        update(upload)
        .where(upload.c.experiment == experiment, upload.c.path == path)
        .values(done_at=now)
    )
    if found.rowcount == 0:
        raise _no_file(experiment, path)


def check_sealed(connection: Connection, experiment: str, path: str) -> None:
    """Refuse a path that is no file of a sealed deposit. Raises `NotFound`."""
    query = select(file.c.path).where(file.c.experiment == experiment, file.c.path == path)
    if connection.execute(query).first() is None:
        raise _no_file(experiment, path)


def finish(connection: Connection, experiment: str) -> None:
    """Turn the uploads into sealed files."""
    chosen = select(literal(experiment), upload.c.path, upload.c.sha256, upload.c.size)
    chosen = chosen.where(upload.c.experiment == experiment)
    connection.execute(insert(file).from_select(["experiment", "path", "sha256", "size"], chosen))
    connection.execute(delete(upload).where(upload.c.experiment == experiment))


def _no_file(experiment: str, path: str) -> NotFound:
    return NotFound(
        f"has no file {path!r}.", subject=experiment, remedy="Open a deposit with this file."
    )
