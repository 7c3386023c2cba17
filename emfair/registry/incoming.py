"""The files of a deposit in progress and those that are sealed, inside a caller's transaction.

Every function works under the experiment's lock. What does not belong here: parts of a file, and
bytes (``emfair.service`` and ``emfair.lake``); what faces ask of a single upload (``uploads``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import Connection, delete, insert, literal, select, update

from emfair.errors import BadCall, BadName, NotFound, TooMuch
from emfair.model.manifest import RawFile, content_digest
from emfair.registry.engine import IN_LIMIT
from emfair.registry.ids import mint
from emfair.registry.tables import file, upload
from emfair.registry.texts import encodable, folded


@dataclass(frozen=True)
class NewFile:
    """A file that is to come, its checksum unknown as yet: a browser computes it on the way."""

    name: str
    path: str
    size: int
    modified_at: datetime
    sha256: str | None = None


@dataclass(frozen=True)
class UploadRow:
    """A file on its way.

    Attributes
    ----------
    path, name
        Below ``raw/files/``, and as the depositor calls it.
    store_upload, part_size
        The store's own name of the upload, and its parts' size in bytes; None until it has begun.
    capability
        SHA-256 of the upload's own token; None until one was made.
    touched_at
        When it was last heard of.
    done_at
        When it was whole; None until then.
    """

    id: str
    experiment: str
    path: str
    name: str
    size: int
    sha256: str | None
    modified_at: datetime
    store_upload: str | None
    part_size: int | None
    capability: str | None
    created_at: datetime
    touched_at: datetime
    done_at: datetime | None


_FEW = 10 * IN_LIMIT
"""So many files are looked up by name; of more, all of the experiment's are read."""
ROW = tuple(column for column in upload.c if column.name != "folded")
"""The columns of an `UploadRow`."""


def check(files: Sequence[RawFile | NewFile]) -> None:
    """Refuse files that are no deposit.

    Raises
    ------
    BadCall
        There is none, two have the same path, or a name cannot be stored.
    BadName
        Two are the same on systems that ignore case, or one is a folder of another.
    """
    if not files:
        raise BadCall("a deposit needs at least one file.", remedy="Name files or folders.")
    seen: dict[str, str] = {}
    for each in files:
        encodable(each.name, "file name")
        key = folded(encodable(each.path, "file path"))
        if seen.get(key) == each.path:
            raise BadCall(
                "comes twice in one deposit.", subject=each.path, remedy="Name each file once."
            )
        if key in seen:
            raise collision(each.path, seen[key])
        seen[key] = each.path
    check_folders(seen, seen)


def check_folders(new: Mapping[str, str], there: Mapping[str, str]) -> None:
    """Refuse a file that is a folder of another: `new` and `there` map folded paths to paths."""
    for folder in {key.rpartition("/")[0] for key in new}:
        for above in _upwards(folder):
            if above in there:
                path = next(new[key] for key in new if key.startswith(f"{above}/"))
                raise BadName(
                    f"lies in {there[above]!r}, which is a file.",
                    subject=repr(path),
                    remedy="Rename one of the two.",
                )


def _upwards(folder: str) -> Iterator[str]:
    """Yield a folder, and those it lies in."""
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]


def check_beside(
    connection: Connection, experiment: str, files: Sequence[NewFile], most: int | None = None
) -> None:
    """Refuse files that have no place beside those of the experiment.

    Raises
    ------
    BadName
        A name falls on another one.
    TooMuch
        They would be more than `most`.
    """
    there: dict[str, str] = {}
    for table in (upload, file):
        query = select(table.c.folded, table.c.path).where(table.c.experiment == experiment)
        there.update((key, path) for key, path in connection.execute(query))
    new = {folded(each.path): each.path for each in files}
    if most is not None and len(there) + len(new) > most:
        raise TooMuch(
            f"would have {len(there) + len(new):,} files; an experiment takes {most:,}.",
            subject=experiment,
            remedy="Deposit them as several experiments, or pack them (Zarr's ZIP store, HDF5).",
        )
    for key, path in new.items():
        if there.get(key) == path:
            raise _sealed(path)
        if key in there:
            raise collision(path, there[key])
    check_folders(new, there)
    check_folders(there, new)


def taken(connection: Connection, experiment: str, paths: Collection[str]) -> frozenset[str]:
    """Return those of `paths` that a file on its way, or a sealed one, has."""
    found: set[str] = set()
    for table in (upload, file):
        query = select(table.c.path).where(
            table.c.experiment == experiment, table.c.path.in_(paths)
        )
        found.update(connection.execute(query).scalars())
    return frozenset(found)


def begin(
    connection: Connection,
    experiment: str,
    files: Sequence[RawFile | NewFile | UploadRow],
    now: datetime,
) -> None:
    """Insert the files that are to come."""
    rows: list[dict[str, Any]] = [
        {
            "id": mint("u"),
            "experiment": experiment,
            "path": each.path,
            "folded": folded(each.path),
            "name": each.name,
            "size": each.size,
            "sha256": each.sha256,
            "modified_at": each.modified_at,
            "created_at": now,
            "touched_at": now,
        }
        for each in files
    ]
    connection.execute(insert(upload), rows)


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
        .values(done_at=now, touched_at=now)
    )
    if found.rowcount == 0:
        raise _no_file(experiment, path)


def check_sealed(connection: Connection, experiment: str, path: str) -> None:
    """Refuse a path that is no file of a sealed deposit. Raises `NotFound`."""
    query = select(file.c.path).where(file.c.experiment == experiment, file.c.path == path)
    if connection.execute(query).first() is None:
        raise _no_file(experiment, path)


def arrived(connection: Connection, experiment: str) -> tuple[RawFile, ...]:
    """Return the files of the deposit in progress, by path; all must have arrived."""
    chosen = (upload.c.name, upload.c.path, upload.c.size, upload.c.sha256, upload.c.modified_at)
    query = select(*chosen).where(upload.c.experiment == experiment).order_by(upload.c.path)
    return tuple(RawFile.model_validate(row) for row in map(dict, _mapped(connection, query)))


def digest(connection: Connection, experiment: str, files: tuple[RawFile, ...]) -> str:
    """Return the content digest of what is sealed in an experiment together with `files`."""
    query = select(file.c.name, file.c.path, file.c.size, file.c.sha256).where(
        file.c.experiment == experiment
    )
    sealed = tuple(RawFile.model_construct(**row) for row in _mapped(connection, query))
    return content_digest((*sealed, *files))


def finish(connection: Connection, experiment: str, manifest_version: int) -> None:
    """Turn the uploads into sealed files."""
    kept = ("path", "folded", "name", "size", "sha256", "modified_at")
    chosen = select(literal(experiment), literal(manifest_version), *(upload.c[k] for k in kept))
    chosen = chosen.where(upload.c.experiment == experiment)
    columns = ["experiment", "manifest_version", *kept]
    connection.execute(insert(file).from_select(columns, chosen))
    drop(connection, experiment)


def drop(connection: Connection, experiment: str) -> None:
    """Forget the uploads of an experiment."""
    connection.execute(delete(upload).where(upload.c.experiment == experiment))


def rows(connection: Connection, experiment: str) -> tuple[UploadRow, ...]:
    """Return the uploads of an experiment, by path."""
    query = select(*ROW).where(upload.c.experiment == experiment).order_by(upload.c.path)
    return tuple(UploadRow(**row) for row in _mapped(connection, query))


def named(
    connection: Connection, experiment: str, files: Sequence[NewFile]
) -> dict[str, UploadRow]:
    """Return those uploads of an experiment that `files` name, by path."""
    query = select(*ROW).where(upload.c.experiment == experiment)
    wanted = [file.path for file in files]
    if len(wanted) > _FEW:
        chosen = set(wanted)
        rows = [row for row in _mapped(connection, query) if row["path"] in chosen]
    else:  # of more than IN_LIMIT at once, PostgreSQL compares each with each
        rows = [
            row
            for start in range(0, len(wanted), IN_LIMIT)
            for row in _mapped(
                connection, query.where(upload.c.path.in_(wanted[start : start + IN_LIMIT]))
            )
        ]
    return {row["path"]: UploadRow(**row) for row in rows}


def _mapped(connection: Connection, query: Any) -> Any:
    return connection.execute(query).mappings()


def _sealed(path: str) -> BadName:
    """Return the error for a file of other bytes under the name of one that is kept."""
    there = PurePosixPath(path)
    another = str(there.with_stem(f"{there.stem}-repaired"))
    return BadName(
        "is there already: what was deposited is kept as it came, and never replaced.",
        subject=repr(path),
        remedy=f"Give the new file another name, such as {another!r}; the old one can be set aside "
        "on the experiment's page.",
    )


def collision(path: str, other: str) -> BadName:
    """Return the error for two names that fall on one another."""
    return BadName(
        f"is the same name as {other!r} on systems that ignore case or accents' form.",
        subject=repr(path),
        remedy="Rename one of the two.",
    )


def _no_file(experiment: str, path: str) -> NotFound:
    return NotFound(
        f"has no file {path!r}.", subject=experiment, remedy="Open a deposit with this file."
    )
