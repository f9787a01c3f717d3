"""Clarify: one short question back, or an honest "not that", with what can be asked instead.

    > Chloe M late visits
    < Which Chloe do you mean? 1. Chloe Martin 2. Chloe Marsh      (buttons: each a ready question)
    > the second one                          or the button; both are checked again under the presser's rights
    < 3 CP visits are overdue, held by Chloe Marsh ...

    > reading ages of our looked after children
    < I hold nothing on "reading ages". You can ask: ...

Every choice and every suggestion is one that the asker may see here; when none is left, the answer is
"not permitted", never "nothing found".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot import rights
from bot.cards import reading_card, refusal_card
from bot.dialogs import answer_json
from bot.dialogs.room import Room, Said
from bot.understanding.reading import Choice, Reading
from bot.wording import say_reading
from kpi_engine.errors import NotPermitted
from kpi_engine.question import Question

MOST_CHOICES = 5


def ask_back(room: Room, said: str, reading: Reading) -> Said:
    """The question back, or the refusal by scope; raises nothing."""
    seen = for_here(reading, room)
    if reading.choices and not seen.choices:
        return _all_forbidden(room, said, reading)
    choices = [choice.question for choice in seen.choices] if seen.outcome == "clarify" else []
    understood = reading.question if seen.outcome == "no_data" else None
    json = answer_json.in_words(said, seen.outcome, say_reading(seen), room.data, understood, choices)
    return Said(json, "answer", reading.question, reading_card(seen, room.client), reading=seen)


def for_here(reading: Reading, room: Room) -> Reading:
    """The reading with no other choice, suggestion or correction than may be offered here."""

    def offered(choices: Sequence[Choice]) -> tuple[Choice, ...]:
        return permitted([number_for_rows(choice, reading, room) for choice in choices], room)

    return replace(
        reading, choices=offered(reading.choices), nearby=permitted(reading.nearby, room),
        corrections=offered([c for c in reading.corrections if c.question != reading.question]),
    )  # fmt: skip


def number_for_rows(choice: Choice, reading: Reading, room: Room) -> Choice:
    """A choice of a bare "overdue X" is the number where its rows may not be seen (asking.md, Aspect 2)."""
    question = choice.question
    if question.show != "list" or question.worker or question.child or "rows" in reading.said:
        return choice
    if rights.can_ask(question, room.scope, room.engine):
        return choice
    return Choice(choice.label, question.but(show="headline", order=None, limit=None))


def permitted(choices: Sequence[Choice], room: Room) -> tuple[Choice, ...]:
    """Those of the choices that the asker may see here, at most five."""
    allowed = [choice for choice in choices if _may_offer(choice.question, room)]
    return tuple(allowed[:MOST_CHOICES])


def _may_offer(question: Question, room: Room) -> bool:
    """Whether the question may be asked here, and whether its label may name the worker it is about."""
    if question.worker is not None and not rights.can_see_worker(question.worker, room.scope, room.engine):
        return False
    return rights.can_ask(question, room.scope, room.engine)


def _all_forbidden(room: Room, said: str, reading: Reading) -> Said:
    question = reading.choices[0].question
    try:
        if question.worker is not None:
            rights.check_can_see_worker(question.worker, room.scope, room.engine)
        rights.check_can_ask(question, room.scope, room.engine)
    except NotPermitted as error:
        text = rights.refusal(error, question, room.person, room.audience, room.scope, room.engine)
        json = answer_json.in_words(said, "not_permitted", text, room.data)
        return Said(
            json, "refusal", question, refusal_card(text, room.client), reading=replace(reading, choices=())
        )
    raise AssertionError("a choice that was left out is permitted after all")
