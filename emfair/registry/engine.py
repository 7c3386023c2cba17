"""The connection to the database: URL, pragmas, transactions, and errors in emfair's words.

What does not belong here: tables and queries.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from emfair.errors import BadCall, BadSetting, Conflict, Unavailable

BUSY_TIMEOUT = 30  # seconds one SQLite writer waits for another
CONNECT_TIMEOUT = 10  # seconds to wait for a PostgreSQL server
IN_LIMIT = 500  # values in one IN list; SQLite stops at 32,766 variables
_WRITER = "emfair_writer"
_ADDRESS = re.compile(r'connection to server (at|on) .*? failed: |"[^"]*"|(?<!\S)([A-Z]:\\|/)\S+')
"""What of a driver's words tells hosts, ports, users, databases and folders."""
_REMEDY = "Set EMFAIR_REGISTRY_URL to sqlite:////path/registry.db or postgresql+psycopg://…"


class Database:
    """Transactions on one engine.

    Attributes
    ----------
    engine
        SQLAlchemy's engine, for the migrations.
    name
        The URL without its password, for whoever runs emfair.
    is_open
        Whether it has been opened: from then on errors reach whoever asks for anything, and tell
        nothing of where it is.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.name = engine.url.render_as_string(hide_password=True)
        self.is_open = False

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection whose changes are thrown away. Raises `Unavailable`."""
        with self._in_our_words(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection that commits at the end, all or nothing.

        On SQLite the transaction begins as the one writer, so that it never fails half way.

        Raises
        ------
        Unavailable
            The server does not answer, or another writer did not finish in time.
        """
        with self._in_our_words(), self.engine.connect() as connection:
            connection.execution_options(**{_WRITER: True})
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def _in_our_words(self) -> Iterator[None]:
        try:
            yield
        except (OperationalError, InterfaceError, PoolTimeoutError) as error:
            raise Unavailable(
                f"the registry does not answer ({self._cause(error)}).",
                subject=self._told,
                remedy="Check that the database runs and can be reached, then try again.",
            ) from error
        except IntegrityError as error:
            raise Conflict(
                f"the registry refuses this change ({self._cause(error)}).",
                subject=self._told,
                remedy="Look at what is there already, then try again.",
            ) from error
        except DataError as error:
            raise BadCall(
                f"a value does not fit into the registry ({self._cause(error)}).",
                subject=self._told,
                remedy="Correct the value.",
            ) from error
        except DatabaseError as error:
            raise BadSetting(
                f"this is not a registry ({self._cause(error)}).",
                subject=self._told,
                remedy=_REMEDY,
            ) from error

    @property
    def _told(self) -> str:
        return "registry" if self.is_open else self.name

    def _cause(self, error: Exception) -> str:
        """Return the driver's own words, without the statement, its values, and where it is."""
        lines = str(getattr(error, "orig", None) or error).strip().splitlines()
        words = lines[0].rstrip(".") if lines else type(error).__name__
        return _ADDRESS.sub("", words) if self.is_open else words


def connect(url: str) -> Database:
    """Return the database at `url`; nothing is asked of it yet, but SQLite's folder is made.

    Raises
    ------
    BadSetting
        The URL is none, names another kind of database, or SQLite's folder cannot be made.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        _make_folder(parsed)
        engine = create_engine(parsed)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return Database(engine)
    try:
        engine = create_engine(
            parsed, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_TIMEOUT}
        )
    except ModuleNotFoundError as error:
        raise BadSetting(
            f"PostgreSQL's driver is not installed ({error}).",
            subject="EMFAIR_REGISTRY_URL",
            remedy="Install emfair[postgres].",
        ) from error
    return Database(engine)


def insert_new(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless a unique constraint knows it already; say whether it was inserted.

    Asks for the key back, since PostgreSQL's driver does not count what an INSERT did.
    """
    postgres = connection.dialect.name == "postgresql"
    insert = postgresql.insert(table) if postgres else sqlite.insert(table)
    statement = insert.values(dict(values)).on_conflict_do_nothing()
    return connection.execute(statement.returning(*table.primary_key)).first() is not None


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
        driver = parsed.get_driver_name()
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as error:
        raise BadSetting(
            "not the URL of a database.", subject="EMFAIR_REGISTRY_URL", remedy=_REMEDY
        ) from error
    if (backend, driver) not in {("sqlite", "pysqlite"), ("postgresql", "psycopg")}:
        raise BadSetting(
            f"{parsed.drivername} is no database emfair works with.",
            subject="EMFAIR_REGISTRY_URL",
            remedy=_REMEDY,
        )
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise BadSetting(
            "a registry in memory would forget everything.",
            subject="EMFAIR_REGISTRY_URL",
            remedy=_REMEDY,
        )
    return parsed


def _make_folder(url: URL) -> None:
    folder = Path(str(url.database)).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetting(
            f"the registry's folder cannot be made ({error.strerror}).",
            subject=str(folder),
            remedy=_REMEDY,
        ) from error


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late: see _begin_sqlite
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT * 1000}")
    connection.execute("PRAGMA foreign_keys = ON")
    _use_wal(connection)


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log, which readers and a writer use side by side.

    Two processes that switch a new file at once do not wait for one another: SQLite ignores the
    busy timeout here and says "locked" immediately, so the waiting is ours.
    """
    give_up = time.monotonic() + BUSY_TIMEOUT
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > give_up:
                raise
            time.sleep(0.02)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    """Begin as a writer where one writes: a reader that becomes one cannot wait, only fail."""
    writer = connection.get_execution_options().get(_WRITER, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")
