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
from typing import Any

from bot.dialogs import answer_json, ask, help
from bot.dialogs.room import Room, Said
from bot.understanding.reading import Reading
from kpi_engine.question import Question

ASK, HELP = "ask", "help"
"""The verbs of the bot's own buttons."""
UNKNOWN_BUTTON = "That button is from an older card and no longer works. Please ask again in words."


def press(room: Room, action: Mapping[str, Any]) -> Said:
    """What a pressed button opens; a button nobody made is answered with one sentence."""
    if action.get("perfbot") == HELP:
        return help.talk(room, "", Reading("answered", talk="help"))
    question = _question(action, room)
    if question is None:
        return Said(answer_json.in_words("", "not_understood", UNKNOWN_BUTTON, room.data), "drill_down")
    return ask.answer(
        room, "", question, reading=Reading("answered", question), event="drill_down",
        replaces=action.get("replace") is True,
    )  # fmt: skip


def _question(action: Mapping[str, Any], room: Room) -> Question | None:
    """The question of the button, or None for anything that is no question of ours."""
    if action.get("perfbot") != ASK or not isinstance(action.get("question"), Mapping):
        return None
    try:
        question = Question.from_json({"measures": [], **action["question"]})
    except (KeyError, ValueError, TypeError, AttributeError):
        return None
    known = question.unit.id in room.engine.units and all(
        unit in room.engine.units for unit in question.units
    )
    return question.but(unit=room.engine.units[question.unit.id].ref) if known else None
