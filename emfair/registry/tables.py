"""The registry's tables as they are now.

How they came to be stands in ``migrations``; a test holds the two together. What does not belong
here: queries.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from emfair.model.states import ExperimentState

VERSION_TABLE = "emfair_alembic_version"
"""Not Alembic's default name: Dagster stamps that one, and may share the database."""

TITLE_LIMIT = 500
"""Characters. PostgreSQL takes 2,704 bytes into one index row, and titles stand in one."""

PERSON_LIMIT = 200
RUN_KEY_LIMIT = 100
KINDS = ("deposit-sealed", "annotations-changed")
UNSEALED = ("draft", "uploading", "tombstoned")
"""States of an experiment that may lack manifest and annotations."""


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


def _length(column: str, least: int, most: int) -> CheckConstraint:
    return CheckConstraint(f"length({column}) BETWEEN {least} AND {most}", name=f"{column}_length")


def _is_in(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def _one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
    return CheckConstraint(_is_in(column, words), name=f"{column}_known")


def _at_least(column: str, least: int) -> CheckConstraint:
    return CheckConstraint(f"{column} >= {least}", name=f"{column}_least")


def _identifier(name: str, *, primary_key: bool = True) -> Column[str]:
    return Column(name, String(40), primary_key=primary_key, nullable=False)


def _experiment_key() -> Column[str]:
    return Column("experiment", String(40), ForeignKey("experiment.id"), primary_key=True)


def _serial() -> Column[int]:
    """Return a number that only grows; SQLite counts only plain integers by itself."""
    return Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True)


def _titled() -> list[Any]:
    return [
        Column("title", String(TITLE_LIMIT), nullable=False),
        Column("created_at", UtcDateTime, nullable=False),
        _length("id", 1, 40),
        _length("title", 1, TITLE_LIMIT),
    ]


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

project = Table("project", metadata, _identifier("id"), *_titled())

proposal = Table(
    "proposal",
    metadata,
    Column("project", String(40), ForeignKey("project.id"), primary_key=True),
    _identifier("id"),
    *_titled(),
)

sample = Table(
    "sample",
    metadata,
    _identifier("project"),
    _identifier("proposal"),
    _identifier("id"),
    *_titled(),
    ForeignKeyConstraint(["project", "proposal"], ["proposal.project", "proposal.id"]),
)

experiment = Table(
    "experiment",
    metadata,
    _identifier("id"),
    _identifier("project", primary_key=False),
    _identifier("proposal", primary_key=False),
    _identifier("sample", primary_key=False),
    *_titled(),
    Column("state", String(20), nullable=False),
    Column("state_reason", Text, nullable=False),
    Column("depositor", String(PERSON_LIMIT), nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
    Column("manifest_version", Integer),
    Column("annotations_version", Integer),
    Column("content_digest", String(64)),
    Column("processed_key", String(RUN_KEY_LIMIT)),
    ForeignKeyConstraint(
        ["project", "proposal", "sample"], ["sample.project", "sample.proposal", "sample.id"]
    ),
    _one_of("state", tuple(state.value for state in ExperimentState)),
    _length("depositor", 1, PERSON_LIMIT),
    _length("content_digest", 64, 64),
    _at_least("version", 1),
    _at_least("manifest_version", 1),
    _at_least("annotations_version", 1),
    CheckConstraint(
        f"{_is_in('state', UNSEALED)} OR (manifest_version IS NOT NULL"
        " AND annotations_version IS NOT NULL AND content_digest IS NOT NULL)",
        name="sealed_is_complete",
    ),
)

Index("ix_experiment_newest", experiment.c.created_at, experiment.c.id)
Index("ix_experiment_state", experiment.c.state)
Index(
    "uq_experiment_deposit",
    experiment.c.project,
    experiment.c.proposal,
    experiment.c.sample,
    experiment.c.content_digest,
    experiment.c.title,
    unique=True,
    sqlite_where=text("state <> 'tombstoned'"),
    postgresql_where=text("state <> 'tombstoned'"),
)

upload = Table(
    "upload",
    metadata,
    _experiment_key(),
    Column("path", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("modified_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),
    _length("path", 1, 700),
    _length("sha256", 64, 64),
    _at_least("size", 0),
)

file = Table(
    "file",
    metadata,
    _experiment_key(),
    Column("path", Text, primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    _length("path", 1, 700),
    _length("sha256", 64, 64),
    _at_least("size", 0),
    Index("ix_file_sha256", "sha256"),
)

annotation = Table(
    "annotation",
    metadata,
    _experiment_key(),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("document", Text, nullable=False),
    Column("author", String(PERSON_LIMIT), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
    _at_least("version", 1),
    _length("author", 1, PERSON_LIMIT),
)

audit = Table(
    "audit",
    metadata,
    _serial(),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(PERSON_LIMIT), nullable=False),
    Column("action", String(60), nullable=False),
    Column("subject", String(PERSON_LIMIT), nullable=False),
    Column("detail", JSON, nullable=False),
    _length("actor", 1, PERSON_LIMIT),
    _length("action", 1, 60),
    _length("subject", 0, PERSON_LIMIT),
    Index("ix_audit_subject", "subject", "id"),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    _serial(),
    Column("kind", String(30), nullable=False),
    Column("experiment", String(40), ForeignKey("experiment.id"), nullable=False),
    Column("run_key", String(RUN_KEY_LIMIT), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    _one_of("kind", KINDS),
    _length("run_key", 1, RUN_KEY_LIMIT),
    Index("ix_outbox_experiment", "experiment", "id"),
    sqlite_autoincrement=True,
)
