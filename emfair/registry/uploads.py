"""Uploads: files added to an experiment one by one, each sent by itself and resumed by itself.

Which parts of a file are there, the store knows (`emfair.lake`), not the registry. What does not
belong here: opening and sealing the deposit as a whole (``deposits``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from emfair.errors import Conflict, FixityMismatch, NotFound
from emfair.model.states import ExperimentState, check_transition
from emfair.registry import experiment_row, incoming
from emfair.registry.audit import Deed, record
from emfair.registry.engine import IN_LIMIT, Database
from emfair.registry.experiment_row import ExperimentRow
from emfair.registry.incoming import ROW, NewFile, UploadRow
from emfair.registry.tables import upload

S = ExperimentState


class Uploads:
    """The uploads of one registry; every method is one transaction."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def add(
        self, experiment: str, files: Sequence[NewFile], *, actor: str, most: int | None = None
    ) -> tuple[UploadRow, ...]:
        """Announce files, in as many calls as it takes; return their uploads in the same order.

        A draft becomes an upload; in an experiment that was processed, a later deposit begins. A
        file that was announced before is the same upload, and goes on where it stopped. Each call
        looks through the names that are there: a caller with thousands names many at once.

        Parameters
        ----------
        most
            Files that the experiment takes in all, those sealed before included.

        Raises
        ------
        NotFound
            There is no such experiment.
        BadCall, BadName
            There is no file, or two names fall together.
        TooMuch
            They would be more than `most`.
        Conflict
            A file was announced with other bytes, or is sealed already; the deposit is being
            sealed; or the experiment's state forbids a deposit.
        """
        incoming.check(files)
        now = self._now()
        with self._database.writing() as connection:
            found = experiment_row.lock(connection, experiment)
            _check_takes_files(found)
            there = incoming.named(connection, experiment, files)
            for file in files:
                _check_same(there.get(file.path), file)
            new = [file for file in files if file.path not in there]
            if new:
                incoming.check_beside(connection, experiment, new, most)
                incoming.begin(connection, experiment, new, now)
                _note(connection, found, len(new), actor, now)
            there = incoming.named(connection, experiment, files)
            return tuple(there[file.path] for file in files)

    def get(self, identifier: str) -> UploadRow:
        """Return one upload. Raises `NotFound`, also once its deposit is sealed."""
        with self._database.reading() as connection:
            return _read(connection, identifier)

    def some(self, experiment: str, identifiers: Collection[str]) -> list[UploadRow]:
        """Return those of a few uploads that an experiment has, in no order."""
        with self._database.reading() as connection:
            return _rows(connection, experiment, identifiers)

    def of(self, experiment: str) -> tuple[UploadRow, ...]:
        """Return the uploads of the deposit in progress, by path. Raises `NotFound`."""
        with self._database.reading() as connection:
            experiment_row.read(connection, experiment)
            return incoming.rows(connection, experiment)

    @contextmanager
    def free(self, experiment: str, paths: Collection[str]) -> Iterator[frozenset[str]]:
        """Yield those of a few paths that no file has, on its way or sealed.

        None is announced under them until the block ends: what lies there may go meanwhile.
        """
        with self._database.writing() as connection:
            experiment_row.hold(connection, experiment)
            yield frozenset(paths) - incoming.taken(connection, experiment, paths)

    @contextmanager
    def held(self, identifier: str) -> Iterator[UploadRow]:
        """Yield an upload that nobody takes out until the block ends. Raises `NotFound`."""
        with self._database.writing() as connection:
            experiment_row.hold(connection, _read(connection, identifier).experiment)
            yield _read(connection, identifier)

    def unfinished(self, experiments: Iterable[str]) -> frozenset[str]:
        """Return what the store calls those uploads of `experiments` that are not whole yet."""
        wanted, found = sorted(set(experiments)), set[str]()
        query = select(upload.c.store_upload).where(
            upload.c.store_upload.is_not(None), upload.c.done_at.is_(None)
        )
        with self._database.reading() as connection:
            for start in range(0, len(wanted), IN_LIMIT):
                some = upload.c.experiment.in_(wanted[start : start + IN_LIMIT])
                found.update(connection.execute(query.where(some)).scalars())
        return frozenset(found)

    def authorize(self, identifier: str, capability: str) -> None:
        """Set the SHA-256 of an upload's own token; the one before is void. Raises `NotFound`."""
        self._change(identifier, capability=capability)

    def begin(self, identifier: str, *, store_upload: str, part_size: int) -> UploadRow:
        """Note what the store calls an upload; return what holds.

        Of two that begin at once the first one's stands: the other sees its name, and gives its
        own up. Raises `NotFound`.
        """
        self._change(identifier, only_new=True, store_upload=store_upload, part_size=part_size)
        return self.get(identifier)

    def touch(self, identifier: str) -> None:
        """Note that an upload is alive. Raises `NotFound`."""
        self._change(identifier)

    def finish(self, identifier: str, sha256: str) -> UploadRow:
        """Note that a file is whole in the store; again is no error.

        Raises
        ------
        NotFound
            There is no such upload.
        FixityMismatch
            It was announced, or finished before, with another checksum.
        """
        with self._database.writing() as connection:
            # The experiment first, as everywhere: two transactions that lock in different orders
            # can wait for one another.
            experiment_row.lock(connection, _read(connection, identifier).experiment)
            found, now = _read(connection, identifier), self._now()
            if found.sha256 not in (None, sha256):
                raise FixityMismatch(
                    f"its SHA-256 is {sha256}, not {found.sha256} as announced.",
                    subject=found.name,
                    remedy="Remove the upload, announce the file again, and send it.",
                )
            if found.done_at is not None:
                return found
            values = {"sha256": sha256, "done_at": now, "touched_at": now}
            connection.execute(update(upload).where(upload.c.id == identifier).values(values))
            experiment_row.touch(connection, found.experiment, now)
            return _read(connection, identifier)

    def finish_proved(self, experiment: str, identifiers: Collection[str]) -> list[UploadRow]:
        """Note that files are whole whose bytes were proved by the SHA-256 announced.

        Returns those that are still announced: others were taken out meanwhile.
        """
        if not identifiers:
            return []
        now = self._now()
        those = (upload.c.experiment == experiment) & upload.c.id.in_(identifiers)
        with self._database.writing() as connection:
            experiment_row.hold(connection, experiment)
            connection.execute(
                update(upload)
                .where(those, upload.c.done_at.is_(None))
                .values(done_at=now, touched_at=now)
            )
            experiment_row.touch(connection, experiment, now)
            return _rows(connection, experiment, identifiers)

    def remove(self, identifier: str, *, actor: str, anew: bool = False) -> UploadRow:
        """Take a file out of a deposit that is not closed; return it, for the store to clean up.

        Parameters
        ----------
        anew
            Announce it again, as another upload, where its deposit is closed and still awaits
            files: it was opened with all that it is to have.

        Raises
        ------
        NotFound
            There is no such upload.
        Conflict
            The deposit is closed.
        """
        now = self._now()
        with self._database.writing() as connection:
            found = _read(connection, identifier)
            of = experiment_row.lock(connection, found.experiment)
            awaited = anew and of.closed_at is not None and incoming.todo(connection, of.id)
            if not awaited:
                _check_takes_files(of)
            connection.execute(delete(upload).where(upload.c.id == identifier))
            if awaited:
                incoming.begin(connection, of.id, [found], now)
            record(connection, now, Deed(actor, "file-removed", of.id, {"path": found.path}))
            return found

    def _change(self, identifier: str, *, only_new: bool = False, **values: str | int) -> None:
        changing = update(upload).where(upload.c.id == identifier)
        if only_new:
            changing = changing.where(upload.c.store_upload.is_(None))
        with self._database.writing() as connection:
            _read(connection, identifier)
            connection.execute(changing.values(touched_at=self._now(), **values))


def _read(connection: Connection, identifier: str) -> UploadRow:
    row = connection.execute(select(*ROW).where(upload.c.id == identifier)).mappings().one_or_none()
    if row is None:
        raise NotFound(
            "there is no such upload.",
            subject=identifier,
            remedy="Its deposit is sealed or was given up: look at the experiment.",
        )
    return UploadRow(**row)


def _rows(connection: Connection, experiment: str, identifiers: Collection[str]) -> list[UploadRow]:
    query = select(*ROW).where(upload.c.experiment == experiment, upload.c.id.in_(identifiers))
    return [UploadRow(**row) for row in connection.execute(query).mappings()]


def _check_takes_files(found: ExperimentRow) -> None:
    if found.closed_at is not None:
        raise Conflict(
            "its deposit is closed: its files are fixed.",
            subject=found.id,
            remedy="Seal it, and announce more files once it is processed; or give it up.",
        )
    if found.state is not S.UPLOADING:
        check_transition(found.state, S.UPLOADING, found.id)


def _check_same(there: UploadRow | None, file: NewFile) -> None:
    if there is None:
        return
    if there.name != file.name:
        raise incoming.collision(file.name, there.name)
    checksums = {there.sha256, file.sha256} - {None}
    if there.size != file.size or len(checksums) > 1:
        raise Conflict(
            "was announced with other bytes.",
            subject=file.path,
            remedy="Remove its upload first, or give this one another name.",
        )


def _note(
    connection: Connection, found: ExperimentRow, number: int, actor: str, now: datetime
) -> None:
    """Let files be on their way, and write down who sends them."""
    record(connection, now, Deed(actor, "files-announced", found.id, {"files": number}))
    if found.state is S.UPLOADING:
        experiment_row.touch(connection, found.id, now)
        return
    state_before = found.state.value if found.manifest_version else None
    changes = {"state": S.UPLOADING.value, "state_reason": "", "state_before": state_before}
    experiment_row.change(connection, found.id, now, changes)
