"""What comes in from a person and what goes back: the bot's own words, free of any SDK."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from kpi_engine.question import UnitRef

Outsiders = Literal["", "some", "unknown"]
"""Whether people listen who are not the authority's own: nobody, some, or nobody knows."""


@dataclass(frozen=True)
class Audience:
    """Who will see the reply (rights.md 4).

    kind "personal": the asker alone. "channel" / "group": everybody in that conversation; `unit` is the unit the
    conversation belongs to, None when it belongs to none (then numbers only). outsiders: whether guests listen (then
    numbers only as well).
    """

    kind: Literal["personal", "channel", "group"] = "personal"
    unit: UnitRef | None = None
    outsiders: Outsiders = ""


PERSONAL = Audience()


@dataclass(frozen=True)
class Turn:
    """One message or one pressed button.

    person_id: Entra object id, from the verified activity alone.
    conversation_id: context is kept for this person in this conversation.
    place_id: the channel or chat without its thread, which can be given to a unit; empty where it cannot.
    action: what a pressed button carries; the bot's own are `{"perfbot": verb, ...}`.
    now: when it arrived (aware). Used for idle time only; it never reaches the engine.
    charts: whether the client draws Teams chart elements; executes: whether it knows Action.Execute.
    sends_privately: whether the host can take a reply to the person's own chat instead.
    """

    person_id: str
    conversation_id: str
    now: datetime
    text: str | None = None
    action: Mapping[str, Any] | None = None
    audience: Audience = PERSONAL
    charts: bool = True
    executes: bool = True
    place_id: str = ""
    sends_privately: bool = False


@dataclass(frozen=True)
class Reply:
    """What goes back. `text` always says everything that matters, for clients that show no card.

    answer: the contract's JSON (`perfbot ask --json`).
    card: an Adaptive Card as a dict, or None.
    replaces: True when the card takes the place of the one whose button was pressed.
    private: it is for the person's own chat, not for the conversation it was asked in.
    """

    text: str
    answer: Mapping[str, Any] = field(default_factory=dict)
    card: Mapping[str, Any] | None = None
    replaces: bool = False
    private: bool = False
