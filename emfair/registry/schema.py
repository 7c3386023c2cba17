"""Bringing a database to the tables of this version of emfair.

What does not belong here: the tables (``tables``) and the steps (``migrations/versions``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from emfair.errors import BadSetting, Unavailable
from emfair.registry.engine import Database
from emfair.registry.migrations import HEAD
from emfair.registry.tables import VERSION_TABLE

if TYPE_CHECKING:
    from alembic.config import Config

_LOCK = 0x656D66616972  # "emfair": any number no other user of the database locks


def upgrade(database: Database) -> None:
    """Migrate to the newest revision; any number of processes may do so at once.

    Raises
    ------
    BadSetting
        A newer emfair has migrated the database.
    Unavailable
        The server does not answer.
    """
    if revision(database) == HEAD:
        return
    with database.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        migrate(connection, "head")


def check(database: Database) -> None:
    """Refuse a database that is not at the newest revision.

    Raises
    ------
    Unavailable
        It is not: whoever migrates it has not done so yet.
    """
    found = revision(database)
    if found != HEAD:
        raise Unavailable(
            f"the registry's tables are at revision {found or 'none'}, not at {HEAD}.",
            subject=database.name,
            remedy="Open it once with this version of emfair and the right to migrate.",
        )


def revision(database: Database) -> str | None:
    """Return the revision the database is at, or None for an empty one."""
    with database.reading() as connection:
        if not inspect(connection).has_table(VERSION_TABLE):
            return None
        found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608 -- a constant of ours
        return found.scalar_one_or_none()


def migrate(connection: Connection, target: str) -> None:
    """Go up to `target` (a revision or ``head``), inside the caller's transaction.

    Raises
    ------
    BadSetting
        The database is at a revision this version of emfair does not know.
    """
    from alembic import command
    from alembic.util import CommandError

    try:
        command.upgrade(configuration(connection), target)
    except CommandError as error:
        raise BadSetting(
            f"the registry was migrated by another version of emfair ({error}).",
            subject=connection.engine.url.render_as_string(hide_password=True),
            remedy="Update emfair, or point EMFAIR_REGISTRY_URL to another registry.",
        ) from error


def configuration(connection: Connection) -> Config:
    """Return what Alembic's commands need to work on `connection`; no ``alembic.ini``."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "emfair.registry:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
