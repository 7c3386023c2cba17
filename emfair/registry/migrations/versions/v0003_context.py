"""What the records said, beside each version of the annotations.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; nobody knows any more what the records said before."""
    context = sa.Column("context", sa.Text(), nullable=False, server_default=sa.text("''"))
    op.add_column("annotation", context)


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("annotation", "context")
