"""Who is known, who may do what, and what was done: people, rights, and the audit log."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from emfair.registry.tables.columns import (
    PERSON_LIMIT,
    TITLE_LIMIT,
    UtcDateTime,
    at_least,
    card,
    identifier,
    length,
    metadata,
    one_of,
    person_column,
    serial,
    sha256,
)

ROLES = ("owner", "editor", "viewer")
SHELVES = ("search", "template", "seen")

person = Table(
    "person",
    metadata,
    *person_column("subject", primary_key=True),
    Column("name", String(TITLE_LIMIT), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    *card(),
    length("name", 1, TITLE_LIMIT),
    Index("ix_person_newest", "created_at", "subject"),
)

membership = Table(
    "membership",
    metadata,
    Column("project", String(40), ForeignKey("project.id"), primary_key=True),
    *person_column("subject", primary_key=True),
    Column("role", String(20), nullable=False),
    Column("until", UtcDateTime),
    *person_column("granted_by"),
    Column("granted_at", UtcDateTime, nullable=False),
    one_of("role", ROLES),
    Index("ix_membership_subject", "subject"),
)

referee_link = Table(
    "referee_link",
    metadata,
    identifier("id"),
    Column("project", String(40), ForeignKey("project.id")),
    Column("experiment", String(40), ForeignKey("experiment.id")),
    *sha256("secret_sha256"),
    Column("until", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    *person_column("created_by"),
    Column("created_at", UtcDateTime, nullable=False),
    length("id", 1, 40),
    CheckConstraint("(project IS NULL) <> (experiment IS NULL)", name="to_one_thing"),
    UniqueConstraint("secret_sha256"),
    Index("ix_referee_link_project", "project"),
    Index("ix_referee_link_experiment", "experiment"),
)

token = Table(
    "token",
    metadata,
    identifier("id"),
    *person_column("subject"),
    Column("name", String(TITLE_LIMIT), nullable=False),
    *sha256("secret_sha256"),
    Column("scopes", JSON, nullable=False),
    Column("groups", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("last_used_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    length("id", 1, 40),
    length("name", 1, TITLE_LIMIT),
    Index("ix_token_subject", "subject"),
)

login = Table(
    "login",
    metadata,
    *person_column("subject", primary_key=True),
    Column("groups", JSON, nullable=False),
    Column("since", UtcDateTime, nullable=False),
)

shelf = Table(
    "shelf",
    metadata,
    *person_column("subject", primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("name", String(TITLE_LIMIT), primary_key=True),
    Column("content", Text, nullable=False),
    Column("put_at", UtcDateTime, nullable=False),
    one_of("kind", SHELVES),
    length("name", 1, TITLE_LIMIT),
)

idempotency = Table(
    "idempotency",
    metadata,
    *person_column("actor", primary_key=True),
    Column("key", String(200), primary_key=True),
    *sha256("digest"),
    Column("status", Integer),
    Column("answer", Text),
    Column("created_at", UtcDateTime, nullable=False),
    length("key", 1, 200),
    at_least("status", 100),
    CheckConstraint("(status IS NULL) = (answer IS NULL)", name="answered_whole"),
    Index("ix_idempotency_created", "created_at"),
)

audit = Table(
    "audit",
    metadata,
    serial(),
    Column("at", UtcDateTime, nullable=False),
    *person_column("actor"),
    Column("action", String(60), nullable=False),
    Column("subject", String(PERSON_LIMIT), nullable=False),
    Column("detail", JSON, nullable=False),
    length("action", 1, 60),
    length("subject", 0, PERSON_LIMIT),
    Index("ix_audit_subject", "subject", "id"),
    Index("ix_audit_actor", "actor", "id"),
    Index("ix_audit_action", "action", "id"),
    Index("ix_audit_at", "at", "id"),
    sqlite_autoincrement=True,
)
