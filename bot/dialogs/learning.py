"""Learning: what is kept, sealed, of a question that was not understood, or was understood as something else.

    > how is the moo measure            not understood: kept with what the bot said it did not know
    > CP visits   [In time]             a correction pressed: kept with both readings
    > no, I meant initial               the same in words

Analysts read it with `perfbot questions review` and teach the bot the word (bot.synonyms).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.dialogs.room import Doubt, Room, Said
from bot.understanding.context import Context, mark_of
from bot.understanding.reading import Reading
from bot.wording.plain import lines
from bot.wording.replies import read_as

UNCLEAR = ("clarify", "not_understood", "out_of_scope")
INSTEAD_OF = "instead_of"
"""What a correction's button carries: the mark of the question that it corrects."""


def heard(room: Room, text: str, said: Said, before: Context) -> Said:
    """The reply with what shall be kept of its question; before: the conversation until then."""
    reading = said.reading
    if reading is not None and reading.corrects and said.outcome == "answered":
        return _corrected(room, said, before)
    if said.outcome in UNCLEAR and text:
        return replace(said, doubt=Doubt(said.outcome, text, _why(reading)))
    return said


def pressed(room: Room, action: Mapping[str, Any], said: Said, before: Context) -> Said:
    """The same for a pressed button: one that corrects the last answer of this conversation."""
    question = before.question
    if question is None or action.get(INSTEAD_OF) != mark_of(question) or said.outcome != "answered":
        return said
    return _corrected(room, said, before)


def _corrected(room: Room, said: Said, before: Context) -> Said:
    if before.question is None or said.asked is None or not before.text or before.question == said.asked:
        return said
    was, now = read_as(before.question, room.names), read_as(said.asked, room.names)
    return replace(said, doubt=Doubt("corrected", before.text, f"{was}; meant: {now}"))


def _why(reading: Reading | None) -> str:
    if reading is None:
        return ""
    asked = [reading.ask, "; ".join(choice.label for choice in reading.choices)] if reading.ask else []
    return " ".join(lines([reading.because, *asked]).split("\n"))
