"""Experiments, the files that arrive and lie in them, and what people say of them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from emfair.model.states import ExperimentState
from emfair.registry.tables.columns import (
    RUN_KEY_LIMIT,
    UtcDateTime,
    at_least,
    identifier,
    is_in,
    length,
    metadata,
    one_of,
    person_column,
    serial,
    sha256,
    titled,
)

KINDS = ("deposit-sealed", "annotations-changed")
STATES = tuple(state.value for state in ExperimentState)
UNSEALED = ("draft", "uploading", "tombstoned")
"""States of an experiment that may lack manifest and annotations."""

experiment = Table(
    "experiment",
    metadata,
    identifier("id"),
    identifier("project", primary_key=False),
    identifier("proposal", primary_key=False),
    identifier("sample", primary_key=False),
    *titled(),
    Column("state", String(20), nullable=False),
    Column("state_reason", Text, nullable=False),
    *person_column("depositor"),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
    Column("manifest_version", Integer),
    Column("annotations_version", Integer),
    *sha256("content_digest", nullable=True),
    Column("processed_key", String(RUN_KEY_LIMIT)),
    Column("instrument", String(40), ForeignKey("instrument.id")),
    Column("restricted", Boolean, nullable=False, server_default=false()),
    Column("search", Text, nullable=False, server_default=text("''")),
    # Of the deposit in progress: since when it takes no more files, and what the experiment was
    # before it began.
    Column("closed_at", UtcDateTime),
    Column("state_before", String(20)),
    ForeignKeyConstraint(
        ["project", "proposal", "sample"], ["sample.project", "sample.proposal", "sample.id"]
    ),
    one_of("state", STATES),
    one_of("state_before", STATES),
    at_least("version", 1),
    at_least("manifest_version", 1),
    at_least("annotations_version", 1),
    CheckConstraint(
        f"{is_in('state', UNSEALED)} OR (manifest_version IS NOT NULL"
        " AND annotations_version IS NOT NULL AND content_digest IS NOT NULL)",
        name="sealed_is_complete",
    ),
)

_NEWEST = (experiment.c.created_at, experiment.c.id)
Index("ix_experiment_newest", *_NEWEST)
for _name in ("project", "state", "instrument", "depositor"):
    Index(f"ix_experiment_{_name}", experiment.c[_name], *_NEWEST)
Index(
    "ix_experiment_sample",
    experiment.c.project,
    experiment.c.proposal,
    experiment.c.sample,
    *_NEWEST,
)
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


def _experiment() -> Column[str]:
    return Column("experiment", String(40), ForeignKey("experiment.id"), nullable=False)


def _experiment_key() -> Column[str]:
    return Column("experiment", String(40), ForeignKey("experiment.id"), primary_key=True)


upload = Table(
    "upload",
    metadata,
    identifier("id"),
    _experiment(),
    Column("path", Text, nullable=False),
    Column("folded", Text, nullable=False),  # the path as systems see it that ignore case
    Column("name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    *sha256("sha256", nullable=True),
    Column("modified_at", UtcDateTime, nullable=False),
    Column("store_upload", Text),
    Column("part_size", BigInteger),
    *sha256("capability", nullable=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("touched_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),
    length("id", 1, 40),
    length("path", 1, 700),
    at_least("size", 0),
    at_least("part_size", 1),
    CheckConstraint("done_at IS NULL OR sha256 IS NOT NULL", name="done_is_known"),
    UniqueConstraint("experiment", "path"),
    UniqueConstraint("experiment", "folded"),
    Index("ix_upload_touched", "touched_at"),
)

file = Table(
    "file",
    metadata,
    _experiment_key(),
    Column("path", Text, primary_key=True),
    Column("folded", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    *sha256("sha256"),
    Column("modified_at", UtcDateTime),  # unknown where an earlier emfair sealed it
    Column("manifest_version", Integer, nullable=False),
    Column("refuted_at", UtcDateTime),  # since when the lake is known to lack its bytes
    length("path", 1, 700),
    at_least("size", 0),
    at_least("manifest_version", 1),
    Index("ix_file_folded", "experiment", "folded"),
    Index("ix_file_sha256", "sha256"),
)

annotation = Table(
    "annotation",
    metadata,
    _experiment_key(),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("document", Text, nullable=False),
    *person_column("author"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
    # What the records said when this version was first to be processed; empty before.
    Column("context", Text, nullable=False, server_default=text("''")),
    at_least("version", 1),
)

outbox = Table(
    "outbox",
    metadata,
    serial(),
    Column("kind", String(30), nullable=False),
    _experiment(),
    Column("run_key", String(RUN_KEY_LIMIT), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    one_of("kind", KINDS),
    length("run_key", 1, RUN_KEY_LIMIT),
    Index("ix_outbox_experiment", "experiment", "id"),
    sqlite_autoincrement=True,
)
