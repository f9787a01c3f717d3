"""The figures that a post tells, kept beside it: they outlast its words and are compared with later extracts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sent_briefings", sa.Column("figures", sa.LargeBinary))


def downgrade() -> None:
    op.drop_column("sent_briefings", "figures")
