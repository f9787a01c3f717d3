"""The first tables; the record of answers refuses to be changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "conversation_contexts",
        sa.Column("person_id", sa.String, primary_key=True),
        sa.Column("conversation_id", sa.String, primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("last_turn_at", Moment, nullable=False),
    )
    op.create_index("ix_conversation_contexts_last_turn_at", "conversation_contexts", ["last_turn_at"])
    op.create_table(
        "conversation_references",
        sa.Column("channel_id", sa.String, primary_key=True),
        sa.Column("conversation_id", sa.String, primary_key=True),
        sa.Column("conversation_type", sa.String, nullable=False),
        sa.Column("service_url", sa.String, nullable=False),
        sa.Column("tenant_id", sa.String, nullable=False),
        sa.Column("bot_id", sa.String, nullable=False),
        sa.Column("user_id", sa.String, nullable=False),
        sa.Column("aad_id", sa.String, nullable=False),
        sa.Column("saved_at", Moment, nullable=False),
        sa.Column("closed_because", sa.String),
    )
    op.create_index("ix_conversation_references_aad_id", "conversation_references", ["aad_id"])
    op.create_table(
        "channel_units",
        sa.Column("conversation_id", sa.String, primary_key=True),
        sa.Column("unit_kind", sa.String, nullable=False),
        sa.Column("unit_id", sa.String, nullable=False),
        sa.Column("set_by", sa.String, nullable=False),
        sa.Column("set_at", Moment, nullable=False),
    )
    op.create_table(
        "audit_records",
        sa.Column("seq", Serial, primary_key=True, autoincrement=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("person_id", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("audience", sa.String, nullable=False),
        sa.Column("event", sa.String, nullable=False),
        sa.Column("understood", sa.JSON, nullable=False),
        sa.Column("child_ids", sa.JSON, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.UniqueConstraint("hash", name="uq_audit_records_hash"),
    )
    op.create_index("ix_audit_records_at", "audit_records", ["at"])
    op.create_index("ix_audit_records_person_id", "audit_records", ["person_id"])
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", Serial, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
    )
    op.create_table(
        "sent_briefings",
        sa.Column("id", Serial, primary_key=True),
        sa.Column("briefing", sa.String, nullable=False),
        sa.Column("recipient", sa.String, nullable=False),
        sa.Column("period", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("composed_at", Moment, nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.Column("holder", sa.String, nullable=False),
        sa.Column("lease_until", Moment, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("activity_id", sa.String),
        sa.Column("because", sa.String),
        sa.UniqueConstraint(
            "briefing", "recipient", "period", name="uq_sent_briefings_briefing_recipient_period"
        ),
    )
    op.create_index("ix_sent_briefings_status", "sent_briefings", ["status"])
    op.create_table(
        "seen_activities",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("seen_at", Moment, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("reply", sa.LargeBinary),
    )
    op.create_index("ix_seen_activities_seen_at", "seen_activities", ["seen_at"])
    op.create_table(
        "card_references",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("audience", sa.String, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("made_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
    )
    op.create_index("ix_card_references_expires_at", "card_references", ["expires_at"])
    op.create_table(
        "unclear_questions",
        sa.Column("id", Serial, primary_key=True),
        sa.Column("at", Moment, nullable=False),
        sa.Column("person_id", sa.String, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_unclear_questions_at", "unclear_questions", ["at"])
    op.create_table(
        "subscriptions",
        sa.Column("id", Serial, primary_key=True),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("wanted", sa.JSON, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("paused_until", Moment),
        sa.Column("changed_by", sa.String, nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.UniqueConstraint("owner", "kind", "subject", name="uq_subscriptions_owner_kind_subject"),
    )
    op.create_table(
        "remembered_choices",
        sa.Column("person_id", sa.String, primary_key=True),
        sa.Column("phrase_mark", sa.String(64), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("chosen_at", Moment, nullable=False),
    )
    _make_append_only()


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_records_fixed ON audit_records")
        op.execute("DROP FUNCTION refuse_audit_change()")
    else:
        op.execute("DROP TRIGGER audit_records_no_update")
        op.execute("DROP TRIGGER audit_records_no_delete")
    for table in (
        "remembered_choices",
        "subscriptions",
        "unclear_questions",
        "card_references",
        "seen_activities",
        "sent_briefings",
        "audit_head",
        "audit_records",
        "channel_units",
        "conversation_references",
        "conversation_contexts",
    ):
        op.drop_table(table)


def _make_append_only() -> None:
    """Changing or removing a record fails, whoever asks, unless the triggers are dropped first."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the record of answers is append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_records_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_records "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_records_no_{verb.lower()} BEFORE {verb} ON audit_records "
            "BEGIN SELECT RAISE(ABORT, 'the record of answers is append-only'); END"
        )
