"""What people keep for themselves.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "shelf",
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(500), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("put_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", "kind", "name", name="pk_shelf"),
        sa.CheckConstraint(
            "length(subject) BETWEEN 1 AND 200", name=op.f("ck_shelf_subject_length")
        ),
        sa.CheckConstraint(
            "kind IN ('search', 'template', 'seen')", name=op.f("ck_shelf_kind_known")
        ),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 500", name=op.f("ck_shelf_name_length")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("shelf")
