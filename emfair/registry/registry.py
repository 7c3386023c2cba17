"""The registry as one object, and how it is opened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from sqlalchemy import text

from emfair.registry import schema, word_index
from emfair.registry.annotations import Annotations
from emfair.registry.audit import Audit
from emfair.registry.changes import Changes
from emfair.registry.deposits import Deposits
from emfair.registry.engine import Database, connect
from emfair.registry.experiments import Experiments
from emfair.registry.files import Files
from emfair.registry.idempotency import Idempotency
from emfair.registry.instruments import Instruments
from emfair.registry.logins import Logins
from emfair.registry.memberships import Memberships
from emfair.registry.outbox import Outbox
from emfair.registry.people import People
from emfair.registry.projects import Projects, Proposals
from emfair.registry.referees import Referees
from emfair.registry.samples import Samples
from emfair.registry.shelves import Shelves
from emfair.registry.standings import Standings
from emfair.registry.tokens import Tokens
from emfair.registry.uploads import Uploads
from emfair.registry.withdrawals import Withdrawals

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time, aware."""
    return datetime.now(UTC)


class Registry:
    """An open registry: a context manager, or closed by `close`.

    Safe to share between threads; a forked process opens its own.

    Parameters
    ----------
    database
        A database whose tables are up to date.
    now
        The clock: aware times.
    """

    def __init__(self, database: Database, now: Clock = utc_now) -> None:
        self._database = database
        self.url = database.name
        self.experiments = Experiments(database, now)
        self.deposits = Deposits(database, now)
        self.annotations = Annotations(database, now)
        self.uploads = Uploads(database, now)
        self.files = Files(database, now)
        self.changes = Changes(database)
        self.standings = Standings(database)
        self.withdrawals = Withdrawals(database, now)
        self.outbox = Outbox(database)
        self.projects = Projects(database, now)
        self.proposals = Proposals(database, now)
        self.samples = Samples(database, now)
        self.instruments = Instruments(database, now)
        self.people = People(database, now)
        self.memberships = Memberships(database, now)
        self.referees = Referees(database, now)
        self.logins = Logins(database)
        self.tokens = Tokens(database, now, self.logins)
        self.shelves = Shelves(database, now)
        self.idempotency = Idempotency(database, now)
        self.audit = Audit(database, now)

    def check(self) -> None:
        """Ask the database for an answer. Raises `Unavailable`."""
        with self._database.reading() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close all connections."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_registry(url: str, *, migrate: bool = True, now: Clock = utc_now) -> Registry:
    """Open the registry at `url`; SQLite's file and folder are made if there are none.

    Parameters
    ----------
    url
        ``sqlite:///relative.db``, ``sqlite:////absolute.db`` or
        ``postgresql+psycopg://user:password@host/database``.
    migrate
        Bring the tables up to date. Without, they must be.

    Raises
    ------
    BadSetting
        The URL is wrong, what it names is no registry, or a newer emfair has migrated it.
    Unavailable
        The server does not answer, or (without `migrate`) the tables are not up to date.
    """
    database = connect(url)
    try:
        if migrate:
            schema.upgrade(database)
            word_index.ensure(database)
        else:
            schema.check(database)
    except BaseException:
        database.close()
        raise
    database.is_open = True
    return Registry(database, now)
