"""Where data hang and what they were made with: projects, proposals, samples, instruments."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Table,
    Text,
)

from emfair.registry.tables.columns import (
    BARCODE_LIMIT,
    UtcDateTime,
    card,
    identifier,
    length,
    metadata,
    owned,
    titled,
)

project = Table(
    "project",
    metadata,
    identifier("id"),
    *titled(),
    *card(),
    *owned(),
)

proposal = Table(
    "proposal",
    metadata,
    Column("project", String(40), ForeignKey("project.id"), primary_key=True),
    identifier("id"),
    *titled(),
    *card(),
    *owned(),
)

sample = Table(
    "sample",
    metadata,
    identifier("project"),
    identifier("proposal"),
    identifier("id"),
    *titled(),
    *card(),
    *owned(),
    ForeignKeyConstraint(["project", "proposal"], ["proposal.project", "proposal.id"]),
)

for _level in (project, proposal, sample):
    Index(f"ix_{_level.name}_newest", _level.c.created_at, *_level.primary_key.columns)

instrument = Table("instrument", metadata, identifier("id"), *titled(), *card(), *owned())

derivation = Table(
    "derivation",
    metadata,
    identifier("project"),
    identifier("child_proposal"),
    identifier("child"),
    identifier("parent_proposal"),
    identifier("parent"),
    ForeignKeyConstraint(
        ["project", "child_proposal", "child"],
        ["sample.project", "sample.proposal", "sample.id"],
        name="fk_derivation_child",
    ),
    ForeignKeyConstraint(
        ["project", "parent_proposal", "parent"],
        ["sample.project", "sample.proposal", "sample.id"],
        name="fk_derivation_parent",
    ),
    CheckConstraint("child_proposal <> parent_proposal OR child <> parent", name="not_from_itself"),
    Index("ix_derivation_parent", "project", "parent_proposal", "parent"),
)

barcode = Table(
    "barcode",
    metadata,
    Column("text", Text, primary_key=True),
    identifier("project", primary_key=False),
    identifier("proposal", primary_key=False),
    identifier("sample", primary_key=False),
    Column("created_at", UtcDateTime, nullable=False),
    ForeignKeyConstraint(
        ["project", "proposal", "sample"], ["sample.project", "sample.proposal", "sample.id"]
    ),
    length("text", 1, BARCODE_LIMIT),
    Index("ix_barcode_sample", "project", "proposal", "sample"),
)
