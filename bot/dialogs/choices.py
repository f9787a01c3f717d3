"""Choices: how somebody settled doubtful words before, told and forgotten on demand.

    > which plans are overdue?            asked back once; "CIN" settles it
    < I took “plans” to mean CIN without a plan over 8 weeks, as you chose on Mon 9 Nov. Not this time? ...
    > my choices
    < What you have chosen: 1. plans overdue: CIN without a plan over 8 weeks (Mon 9 Nov)
    > forget my choices
    < I have forgotten what you chose and will ask again.

Heard before the reader: nothing of it is a question.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.dialogs import answer_json
from bot.dialogs.room import Room, Said
from bot.understanding.context import Chosen
from bot.understanding.text import clean
from bot.wording.plain import day, lines
from bot.wording.sentences import topic
from kpi_engine.question import Question

FORGOTTEN = "I have forgotten what you chose, and will ask again when a word can mean several things."
NONE = "I keep no choices of yours: when a word can mean several things, I ask, and remember what you choose."
KEPT = 'What you have chosen, for words that can mean several things (say "forget my choices" to be asked again):'
_LEAD = r"(?:please |can you |could you )*"
_FORGET = re.compile(
    rf"{_LEAD}forget (?:all |all of )?(?:(?:my|the) (?:past |earlier |old |remembered )?choices?"
    r"|what i (?:chose|picked|have chosen))(?: please)?",
    re.IGNORECASE,
)
_SHOW = re.compile(
    rf"{_LEAD}(?:(?:show|list|tell) (?:me )?)?(?:what are )?my (?:past |earlier |remembered )?choices(?: please)?"
    r"|what (?:have i chosen|did i choose|do you remember of me)",
    re.IGNORECASE,
)


def hear(room: Room, said: str, choices: Mapping[str, Chosen]) -> Said | None:
    """What is said of the choices; None for any other message."""
    words = clean(said).strip().rstrip("?.! ")
    if _FORGET.fullmatch(words):
        done = {"show": "choices", "forgotten": len(choices)}
        return replace(_words(room, said, FORGOTTEN if choices else NONE), forgets=True, done=done)
    if _SHOW.fullmatch(words):
        told = [f"{n}. {_line(room, key, one)}" for n, (key, one) in enumerate(sorted(choices.items()), 1)]
        return _words(room, said, lines([KEPT, *told]) if told else NONE)
    return None


def _line(room: Room, key: str, chosen: Chosen) -> str:
    kind, _, words = key.partition(":")
    if kind == "unit":
        meant = room.names.unit(chosen.value)
    elif kind == "worker":
        meant = room.names.worker(chosen.value)
    else:
        words = " ".join(part for part in (kind.replace("_", " "), words) if part)
        meant = topic(chosen.value.split(","))
    on = f" ({day(chosen.on, room.as_at)})" if chosen.on else ""
    return f"{words}: {meant}{on}"


def _words(room: Room, said: str, text: str) -> Said:
    question = Question("help", unit=room.person.unit, as_at=room.as_at)
    return Said(answer_json.in_words(said, "answered", text, room.data, question), "answer", question)
