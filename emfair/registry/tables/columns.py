"""What the tables are made of: types, limits, and the checks that many of them share.

What does not belong here: tables.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Integer,
    MetaData,
    String,
    Text,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

TITLE_LIMIT = 500
"""Characters. PostgreSQL takes 2,704 bytes into one index row, and titles stand in one."""

PERSON_LIMIT = 200
RUN_KEY_LIMIT = 100
BARCODE_LIMIT = 200
SHA256_LENGTH = 64  # hexadecimal digits

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time; stored as UTC (SQLite knows no zones), returned as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 -- SQLAlchemy's signature
    ) -> datetime | None:
        """Refuse a time without zone: nobody could say later when it was."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 -- SQLAlchemy's signature
    ) -> datetime | None:
        """Give the zone back that SQLite dropped."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def length(column: str, least: int, most: int) -> CheckConstraint:
    """Return a check on how many characters a text has."""
    return CheckConstraint(f"length({column}) BETWEEN {least} AND {most}", name=f"{column}_length")


def is_in(column: str, words: tuple[str, ...]) -> str:
    """Return the SQL for: one of these words."""
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
    """Return a check that a text is one of these words."""
    return CheckConstraint(is_in(column, words), name=f"{column}_known")


def at_least(column: str, least: int) -> CheckConstraint:
    """Return a check on a number."""
    return CheckConstraint(f"{column} >= {least}", name=f"{column}_least")


def sha256(column: str, *, nullable: bool = False) -> list[Any]:
    """Return a column for a SHA-256, and the check on its length."""
    return [
        Column(column, String(SHA256_LENGTH), nullable=nullable),
        length(column, SHA256_LENGTH, SHA256_LENGTH),
    ]


def identifier(name: str, *, primary_key: bool = True) -> Column[str]:
    """Return a column for an identifier (``emfair.model.identifiers``)."""
    return Column(name, String(40), primary_key=primary_key, nullable=False)


def person_column(name: str, *, primary_key: bool = False) -> list[Any]:
    """Return a column for the subject of a person, and the check on its length."""
    return [
        Column(name, String(PERSON_LIMIT), primary_key=primary_key, nullable=False),
        length(name, 1, PERSON_LIMIT),
    ]


def serial() -> Column[int]:
    """Return a number that only grows; SQLite counts only plain integers by itself."""
    return Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True)


def titled() -> list[Any]:
    """Return what everything with an identifier and a title has."""
    return [
        Column("title", String(TITLE_LIMIT), nullable=False),
        Column("created_at", UtcDateTime, nullable=False),
        length("id", 1, 40),
        length("title", 1, TITLE_LIMIT),
    ]


def card() -> list[Any]:
    """Return the columns of a card that people edit.

    ``about`` is the card without its title (canonical JSON), ``search`` what a search for words
    looks through (case-folded), ``version`` counts the edits from 1.
    """
    return [
        Column("about", Text, nullable=False, server_default="{}"),
        Column("search", Text, nullable=False, server_default=text("''")),
        Column("version", Integer, nullable=False, server_default="1"),
        at_least("version", 1),
    ]


def owned() -> list[Any]:
    """Return the column for whoever made it; unknown where an earlier emfair did."""
    return [Column("owner", String(PERSON_LIMIT)), length("owner", 1, PERSON_LIMIT)]
