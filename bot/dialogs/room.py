"""Where a conversation takes place: who asks, who listens, which extract answers; and what is said in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from bot.cards import Client
from bot.cards.elements import text
from bot.rights import Person
from bot.store.subscriptions import Subscription
from bot.told import Told
from bot.turn import Audience
from bot.understanding.reading import Reading
from bot.wording import Names
from kpi_engine.answer import Answer, Outcome
from kpi_engine.engine import Engine
from kpi_engine.question import Question, Scope, UnitRef


@dataclass(frozen=True)
class Room:
    """Everything that is settled before a word is read; made anew for each message, as rights do not last.

    as_at: the date asked from ("today", D); at most the extract's own.
    client: what the asker's client can draw, and where they stand in a drill-down.
    told: what was sent of each figure; None where the answer is not of the present data (`--known`).
    """

    engine: Engine
    person: Person
    audience: Audience
    scope: Scope
    as_at: date
    names: Names
    client: Client
    told: Told | None = None

    @property
    def data(self) -> Mapping[str, Any]:
        """The stamp of the data that answers here."""
        return self.engine.stamp.to_json()


@dataclass(frozen=True)
class Belonging:
    """A conversation's unit from now on; None: it belongs to none (numbers only)."""

    place_id: str
    unit: UnitRef | None


@dataclass(frozen=True)
class Order:
    """What an operator wants done with one delivery: sent again, or an unknown one settled."""

    what: Literal["again", "arrived", "lost"]
    delivery_id: int


@dataclass(frozen=True)
class Doubt:
    """A question to learn from. outcome: clarify, not_understood, out_of_scope or corrected.  text: as it was asked.
    reading: what the bot made of it.
    """

    outcome: str
    text: str
    reading: str


@dataclass(frozen=True)
class Said:
    """One thing said to the asker, before it is recorded and sent.

    json: the contract's answer JSON.  asked: the question as understood, also when it was refused.
    reading, answer: what the next turn may point back at; None where nothing was read or computed.
    event: what the record calls it.  done: what it keeps in place of a question (a change of settings).
    private: for the asker's own chat.  again: the words of a post that was sent, shown as it was.
    belonging, wishes, orders, forgets (the person's choices): what is changed once this has been recorded.
    opens: the restricted case it opens.  doubt: what analysts shall learn from.
    """

    json: Mapping[str, Any]
    event: str
    asked: Question | None = None
    card: Mapping[str, Any] | None = None
    replaces: bool = False
    reading: Reading | None = None
    answer: Answer | None = None
    done: Mapping[str, Any] | None = None
    belonging: Belonging | None = None
    opens: str | None = None
    wishes: tuple[Subscription, ...] = ()
    orders: tuple[Order, ...] = ()
    forgets: bool = False
    doubt: Doubt | None = None
    private: bool = False
    again: str | None = None

    @property
    def outcome(self) -> Outcome:
        outcome: Outcome = self.json["outcome"]
        return outcome

    @property
    def text(self) -> str:
        return str(self.json["text"])

    def adding(self, sentence: str) -> Said:
        """The same with one more sentence at the end, on the card as well."""
        card = self.card
        if card is not None:
            card = {**card, "body": [*card["body"], text(sentence)]}
        return replace(self, json={**self.json, "text": f"{self.text}\n{sentence}"}, card=card)
