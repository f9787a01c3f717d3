"""The tables of the store, as SQLAlchemy sees them. Migrations make them; a test keeps the two in step."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, LargeBinary, MetaData, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bot.store.times import UtcDateTime

Serial = BigInteger().with_variant(Integer, "sqlite")
"""A growing number; SQLite only counts upwards for INTEGER keys."""


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime(), str: String, dict[str, Any]: JSON, bytes: LargeBinary}  # noqa: RUF012


class ContextRow(Base):
    """What a person's conversation is about, for follow-ups. `sealed` is the context's JSON."""

    __tablename__ = "conversation_contexts"
    person_id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[bytes]
    last_turn_at: Mapped[datetime] = mapped_column(index=True)


class ReferenceRow(Base):
    """Where a conversation can be reached: our own words, no SDK object."""

    __tablename__ = "conversation_references"
    channel_id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(primary_key=True)
    conversation_type: Mapped[str]
    service_url: Mapped[str]
    tenant_id: Mapped[str]
    bot_id: Mapped[str]
    user_id: Mapped[str]
    aad_id: Mapped[str] = mapped_column(index=True)
    saved_at: Mapped[datetime]
    closed_because: Mapped[str | None]


class ChannelUnitRow(Base):
    """Which unit a channel or group chat belongs to (rights.md 4)."""

    __tablename__ = "channel_units"
    conversation_id: Mapped[str] = mapped_column(primary_key=True)
    unit_kind: Mapped[str]
    unit_id: Mapped[str]
    set_by: Mapped[str]
    set_at: Mapped[datetime]


class AuditRow(Base):
    """One record of the append-only chain (rights.md 9). Triggers refuse UPDATE and DELETE."""

    __tablename__ = "audit_records"
    seq: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)
    person_id: Mapped[str] = mapped_column(index=True)
    channel: Mapped[str]
    audience: Mapped[str]
    event: Mapped[str]
    understood: Mapped[dict[str, Any]]
    child_ids: Mapped[list[str]] = mapped_column(JSON)
    outcome: Mapped[str]
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class AuditHeadRow(Base):
    """The last record's number and hash, so that a cut-off tail is noticed. One row."""

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(Serial)
    hash: Mapped[str] = mapped_column(String(64))
    seal: Mapped[str] = mapped_column(String(64))


class BriefingRow(Base):
    """One post to one recipient for one period: at most one, whatever happens (bot/store/briefings.py)."""

    __tablename__ = "sent_briefings"
    __table_args__ = (UniqueConstraint("briefing", "recipient", "period"),)
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    briefing: Mapped[str]
    recipient: Mapped[str]
    period: Mapped[str]
    status: Mapped[str] = mapped_column(index=True)
    payload: Mapped[bytes]
    composed_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    holder: Mapped[str]
    lease_until: Mapped[datetime]
    tries: Mapped[int]
    activity_id: Mapped[str | None]
    because: Mapped[str | None]
    until: Mapped[datetime | None]
    figures: Mapped[bytes | None]


class ActivityRow(Base):
    """An activity that has arrived, so that its repeats are answered with the same reply and run nothing."""

    __tablename__ = "seen_activities"
    key: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int | None]
    reply: Mapped[bytes | None]


class CardReferenceRow(Base):
    """What a card's button opens, kept here so that the card itself carries only an id."""

    __tablename__ = "card_references"
    id: Mapped[str] = mapped_column(primary_key=True)
    audience: Mapped[str]
    sealed: Mapped[bytes]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class UnclearQuestionRow(Base):
    """A question the bot did not understand; its words are sealed."""

    __tablename__ = "unclear_questions"
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    person_id: Mapped[str]
    outcome: Mapped[str]
    sealed: Mapped[bytes]


class SubscriptionRow(Base):
    """A change to the timetable made in chat: what a unit or a person wants sent, when, who asked."""

    __tablename__ = "subscriptions"
    __table_args__ = (UniqueConstraint("owner", "kind", "subject"),)
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    owner: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[str]
    wanted: Mapped[dict[str, Any]]
    active: Mapped[bool]
    paused_until: Mapped[datetime | None]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]


class ScheduleMarkRow(Base):
    """A moment of the scheduler (bot/store/schedule_marks.py)."""

    __tablename__ = "schedule_marks"
    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class ChoiceRow(Base):
    """What a person meant by a phrase, chosen once from a clarification. The phrase is kept as a keyed mark
    only.
    """

    __tablename__ = "remembered_choices"
    person_id: Mapped[str] = mapped_column(primary_key=True)
    phrase_mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    sealed: Mapped[bytes]
    chosen_at: Mapped[datetime]
