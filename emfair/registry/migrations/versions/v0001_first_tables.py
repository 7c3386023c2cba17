"""The first tables.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables."""
    _project()
    _proposal()
    _sample()
    _experiment()
    _upload()
    _file()
    _annotation()
    _audit()
    _outbox()


def downgrade() -> None:
    """Drop all tables."""
    for table in (
        "outbox",
        "audit",
        "annotation",
        "file",
        "upload",
        "experiment",
        "sample",
        "proposal",
        "project",
    ):
        op.drop_table(table)


def _project() -> None:
    op.create_table(
        "project",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(id) BETWEEN 1 AND 40", name=op.f("ck_project_id_length")),
        sa.CheckConstraint("length(title) BETWEEN 1 AND 500", name=op.f("ck_project_title_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
    )


def _proposal() -> None:
    op.create_table(
        "proposal",
        sa.Column("project", sa.String(length=40), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(id) BETWEEN 1 AND 40", name=op.f("ck_proposal_id_length")),
        sa.CheckConstraint(
            "length(title) BETWEEN 1 AND 500", name=op.f("ck_proposal_title_length")
        ),
        sa.ForeignKeyConstraint(["project"], ["project.id"], name=op.f("fk_proposal_project")),
        sa.PrimaryKeyConstraint("project", "id", name=op.f("pk_proposal")),
    )


def _sample() -> None:
    op.create_table(
        "sample",
        sa.Column("project", sa.String(length=40), nullable=False),
        sa.Column("proposal", sa.String(length=40), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(id) BETWEEN 1 AND 40", name=op.f("ck_sample_id_length")),
        sa.CheckConstraint("length(title) BETWEEN 1 AND 500", name=op.f("ck_sample_title_length")),
        sa.ForeignKeyConstraint(
            ["project", "proposal"],
            ["proposal.project", "proposal.id"],
            name=op.f("fk_sample_proposal"),
        ),
        sa.PrimaryKeyConstraint("project", "proposal", "id", name=op.f("pk_sample")),
    )


def _experiment() -> None:
    op.create_table(
        "experiment",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("project", sa.String(length=40), nullable=False),
        sa.Column("proposal", sa.String(length=40), nullable=False),
        sa.Column("sample", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=False),
        sa.Column("depositor", sa.String(length=200), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("manifest_version", sa.Integer(), nullable=True),
        sa.Column("annotations_version", sa.Integer(), nullable=True),
        sa.Column("content_digest", sa.String(length=64), nullable=True),
        sa.Column("processed_key", sa.String(length=100), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'uploading', 'sealed', 'processing', 'needs-input', 'invalid',"
            " 'valid', 'failed', 'published', 'tombstoned')",
            name=op.f("ck_experiment_state_known"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'uploading', 'tombstoned') OR (manifest_version IS NOT NULL"
            " AND annotations_version IS NOT NULL AND content_digest IS NOT NULL)",
            name=op.f("ck_experiment_sealed_is_complete"),
        ),
        sa.CheckConstraint(
            "annotations_version >= 1", name=op.f("ck_experiment_annotations_version_least")
        ),
        sa.CheckConstraint(
            "length(content_digest) BETWEEN 64 AND 64",
            name=op.f("ck_experiment_content_digest_length"),
        ),
        sa.CheckConstraint(
            "length(depositor) BETWEEN 1 AND 200", name=op.f("ck_experiment_depositor_length")
        ),
        sa.CheckConstraint("length(id) BETWEEN 1 AND 40", name=op.f("ck_experiment_id_length")),
        sa.CheckConstraint(
            "length(title) BETWEEN 1 AND 500", name=op.f("ck_experiment_title_length")
        ),
        sa.CheckConstraint(
            "manifest_version >= 1", name=op.f("ck_experiment_manifest_version_least")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_experiment_version_least")),
        sa.ForeignKeyConstraint(
            ["project", "proposal", "sample"],
            ["sample.project", "sample.proposal", "sample.id"],
            name=op.f("fk_experiment_sample"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experiment")),
    )
    op.create_index("ix_experiment_newest", "experiment", ["created_at", "id"], unique=False)
    op.create_index("ix_experiment_state", "experiment", ["state"], unique=False)
    op.create_index(
        "uq_experiment_deposit",
        "experiment",
        ["project", "proposal", "sample", "content_digest", "title"],
        unique=True,
        sqlite_where=sa.text("state <> 'tombstoned'"),
        postgresql_where=sa.text("state <> 'tombstoned'"),
    )


def _upload() -> None:
    op.create_table(
        "upload",
        sa.Column("experiment", sa.String(length=40), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(path) BETWEEN 1 AND 700", name=op.f("ck_upload_path_length")),
        sa.CheckConstraint(
            "length(sha256) BETWEEN 64 AND 64", name=op.f("ck_upload_sha256_length")
        ),
        sa.CheckConstraint("size >= 0", name=op.f("ck_upload_size_least")),
        sa.ForeignKeyConstraint(
            ["experiment"], ["experiment.id"], name=op.f("fk_upload_experiment")
        ),
        sa.PrimaryKeyConstraint("experiment", "path", name=op.f("pk_upload")),
    )


def _file() -> None:
    op.create_table(
        "file",
        sa.Column("experiment", sa.String(length=40), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("length(path) BETWEEN 1 AND 700", name=op.f("ck_file_path_length")),
        sa.CheckConstraint("length(sha256) BETWEEN 64 AND 64", name=op.f("ck_file_sha256_length")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_file_size_least")),
        sa.ForeignKeyConstraint(["experiment"], ["experiment.id"], name=op.f("fk_file_experiment")),
        sa.PrimaryKeyConstraint("experiment", "path", name=op.f("pk_file")),
    )
    op.create_index("ix_file_sha256", "file", ["sha256"], unique=False)


def _annotation() -> None:
    op.create_table(
        "annotation",
        sa.Column("experiment", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "length(author) BETWEEN 1 AND 200", name=op.f("ck_annotation_author_length")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_annotation_version_least")),
        sa.ForeignKeyConstraint(
            ["experiment"], ["experiment.id"], name=op.f("fk_annotation_experiment")
        ),
        sa.PrimaryKeyConstraint("experiment", "version", name=op.f("pk_annotation")),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.CheckConstraint("length(action) BETWEEN 1 AND 60", name=op.f("ck_audit_action_length")),
        sa.CheckConstraint("length(actor) BETWEEN 1 AND 200", name=op.f("ck_audit_actor_length")),
        sa.CheckConstraint(
            "length(subject) BETWEEN 0 AND 200", name=op.f("ck_audit_subject_length")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_subject", "audit", ["subject", "id"], unique=False)


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("experiment", sa.String(length=40), nullable=False),
        sa.Column("run_key", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('deposit-sealed', 'annotations-changed')", name=op.f("ck_outbox_kind_known")
        ),
        sa.CheckConstraint(
            "length(run_key) BETWEEN 1 AND 100", name=op.f("ck_outbox_run_key_length")
        ),
        sa.ForeignKeyConstraint(
            ["experiment"], ["experiment.id"], name=op.f("fk_outbox_experiment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_experiment", "outbox", ["experiment", "id"], unique=False)
