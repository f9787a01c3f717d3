"""Kept: a briefing that was sent, shown again byte for byte.

    > what did Monday's say?                     (whoever was sent it, where it was sent)
    < (the same words and the same card)
    > what did last week's say?
    < (the one of the week before)

Only to whom it was sent, in the conversation it was sent to: a person's own in their own chat, a channel's in the
channel. Rights of this moment count: who has moved to another unit, and a briefing that holds a child whose case
was restricted since, get the reason instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.audit import children_shown
from bot.dialogs import answer_json
from bot.dialogs.room import Room, Said
from bot.store.briefings import Delivery
from kpi_engine.question import Question

BRIEFING = "briefing:"
NONE = 'I have not sent a briefing here{before}. Ask "briefing" for the numbers of now.'
NOT_YET = 'The briefing of {period} has not arrived here ({status}). Ask "briefing" for the numbers of now.'
EMPTIED = "What the briefing of {period} said is not kept any more; that it was sent is."
MOVED = "That briefing was of another unit than yours is now, so I can't show it again."
RESTRICTED = "That briefing names a child whose case has been restricted since, so I can't show it again."


class Sent(Protocol):
    """Where deliveries are kept; the store's own is `bot.store.briefings.Briefings`."""

    async def of(self, recipient: str, kind: str, limit: int = 20) -> list[Delivery]: ...


@dataclass(frozen=True)
class Wanted:
    """weeks_back: 0 = the last.  found: the briefings of this recipient, newest first."""

    weeks_back: int
    found: Sequence[Delivery]


def hear(room: Room, said: str, wanted: Wanted) -> Said:
    """The briefing as it was sent, or why there is none to show."""
    newest: dict[str, Delivery] = {}
    for each in wanted.found:
        newest.setdefault(each.period, each)
    periods = sorted(newest, reverse=True)
    if len(periods) <= wanted.weeks_back:
        before = " before this week's" if periods else ""
        return _words(room, said, NONE.format(before=before))
    one = newest[periods[wanted.weeks_back]]
    if one.status not in ("sent", "unknown"):
        return _words(room, said, NOT_YET.format(period=one.period, status=one.because or one.status))
    reply = one.payload.get("reply")
    if reply is None:
        return _words(room, said, EMPTIED.format(period=one.period))
    here = room.audience.unit or room.person.unit
    if one.payload["unit"]["id"] != here.id:
        return _words(room, said, MOVED, outcome="not_permitted")
    if any(room.scope.restricts(child) for child in children_shown(reply["answer"])):
        return _words(room, said, RESTRICTED, outcome="not_permitted")
    question = Question.from_json(reply["answer"]["understood"])
    return Said(reply["answer"], "briefing", question, card=reply["card"], again=reply["text"])


def _words(room: Room, said: str, text: str, outcome: Any = "answered") -> Said:
    question = Question("help", unit=room.audience.unit or room.person.unit, as_at=room.as_at)
    understood: Mapping[str, Any] = {"understood": question} if outcome == "answered" else {}
    json = answer_json.in_words(said, outcome, text, room.data, **understood)
    return Said(json, "answer" if outcome == "answered" else "refusal", question)
