"""Drill down: one card that replaces itself, service > team > worker > child, and back.

    < (card: CP visits overdue, Children's Social Work, a button for each team)
    > [CSWT 1]
    < (the same card, now CSWT 1, a button for each worker)
    > [Nadia Rahman]
    < (the same card, now her children, Back)

A button carries a ready question, not an answer. It is checked again when it is pressed, under the rights of
whoever presses it, at that moment: a card in a channel opens for one and refuses another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from bot.dialogs import answer_json, ask, help
from bot.dialogs.learning import INSTEAD_OF
from bot.dialogs.room import Room, Said
from bot.understanding.context import EMPTY, Context, mark_of
from bot.understanding.reading import Reading
from kpi_engine.engine import Engine
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import By, Order, Question

ASK, HELP, PRIVATE = "ask", "help", "private"
"""The verbs of the bot's own buttons."""
UNKNOWN_BUTTON = "That button is from an older card and no longer works. Please ask again in words."


def press(room: Room, action: Mapping[str, Any], before: Context = EMPTY) -> Said:
    """What a pressed button opens; a button nobody made is answered with one sentence.

    before: the conversation: a card that comes back keeps what its question could have been instead.
    """
    if action.get("perfbot") == HELP:
        return help.talk(room, "", Reading("answered", talk="help"))
    question = _question(action, room)
    if question is None:
        return not_ours(room)
    settles = action.get("settles")
    back = mark_of(question) == before.corrections_of
    reading = Reading(
        "answered", question, settles=settles if isinstance(settles, str) else "",
        corrections=before.corrections if back else (), returns=back,
    )  # fmt: skip
    return ask.answer(
        room, "", question, reading=reading, event="correction" if INSTEAD_OF in action else "drill_down",
        replaces=action.get("replace") is True,
    )  # fmt: skip


def private_question(action: Mapping[str, Any], room: Room) -> Question | None:
    """The question of a button that wants its answer in the person's own chat; None for any other button."""
    if action.get("perfbot") != PRIVATE:
        return None
    return _question({**action, "perfbot": ASK}, room)


def not_ours(room: Room) -> Said:
    """A press that opens nothing: forged, changed, expired, or of a card made for somebody else."""
    return Said(answer_json.in_words("", "not_understood", UNKNOWN_BUTTON, room.data), "button_refused")


def _question(action: Mapping[str, Any], room: Room) -> Question | None:
    """The question of the button, or None for anything that is no question of ours."""
    carried = action.get("question")
    if action.get("perfbot") != ASK or not isinstance(carried, Mapping):
        return None
    try:
        question = Question.from_json({"measures": [], **carried})
    except (KeyError, ValueError, TypeError, AttributeError):
        return None
    if not _is_well_formed(question, room.engine):
        return None
    return question.but(unit=room.engine.units[question.unit.id].ref)


def _is_well_formed(question: Question, engine: Engine) -> bool:
    """Whether every part is of its kind: what a client sends is not to be trusted further than that."""
    texts = [*question.measures, *question.units, question.unit.id]
    texts += [part for part in (question.worker, question.child) if part is not None]
    limit = question.limit
    return (
        all(isinstance(text, str) for text in texts)
        and all(slug in CATALOGUE for slug in question.measures)
        and all(unit in engine.units for unit in (question.unit.id, *question.units))
        and all(isinstance(value, (int, str)) for _, value in question.filters)
        and question.by in (None, *get_args(By))
        and question.order in (None, *get_args(Order))
        and (limit is None or (type(limit) is int and limit > 0))
        and question.as_at <= engine.as_at
    )
