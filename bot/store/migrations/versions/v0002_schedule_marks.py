"""When the scheduler last looked; until when each delivery is worth sending."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "schedule_marks",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("at", Moment, nullable=False),
    )
    op.add_column("sent_briefings", sa.Column("until", Moment))


def downgrade() -> None:
    op.drop_column("sent_briefings", "until")
    op.drop_table("schedule_marks")
