"""Break the glass: a restricted case opened for an hour by somebody whose unit holds the child, with a reason.

    > open restricted case C123 because I am the duty manager and the police are asking
    < C123 is open to you for an hour, in this chat alone. That, and your reason, is on record ...

An id that nobody knows, another team's child and a case that is not restricted are told apart for nobody who may not
see the child anyway, and nothing is told before there is a reason to keep on record. Heard before the reader: the
reason is free text and no question.
"""

from __future__ import annotations

import re

from bot import rights
from bot.dialogs import answer_json
from bot.dialogs.room import Room, Said
from bot.understanding.text import clean
from kpi_engine.errors import NotPermitted
from kpi_engine.question import Question

OPENED = (
    "{child} is open to you for an hour, in this chat alone. That, with your reason, is on record, and whoever "
    "looks after perfbot can list it for the directors."
)
NOT_RESTRICTED = "{child} is not a restricted case: ask about it as about any other."
SAY_WHY = 'Say why, in some words: "open restricted case ID because ...". The reason goes on record.'
ALONE = "A restricted case can be opened in your personal chat with me only."
SHORTEST_REASON = 10
LONGEST_REASON = 500
_OPENS = re.compile(
    r"(?:please )?open (?:the )?restricted case (?P<child>\S+?)[,:]?"
    r"(?:\s+(?:because|as|since|for)\b[,:]?\s*(?P<why>.*))?",
    re.IGNORECASE | re.DOTALL,
)


def hear(room: Room, said: str) -> Said | None:
    """What becomes of an order to open a restricted case; None for any other message."""
    found = _OPENS.fullmatch(clean(said).strip())
    if found is None:
        return None
    if room.audience.kind != "personal":
        return Said(answer_json.in_words("", "not_permitted", ALONE, room.data), "refusal")
    reason = " ".join((found["why"] or "").split())[:LONGEST_REASON]
    if len(reason) < SHORTEST_REASON:
        return Said(answer_json.in_words("", "not_understood", SAY_WHY, room.data), "answer")
    child = room.engine.knows_child(found["child"].rstrip(".")) or found["child"]
    done = {"show": "break_glass", "child": child}
    try:
        rights.check_can_hold_child(child, room.as_at, room.scope, room.engine)
    except NotPermitted as error:
        return Said(answer_json.in_words("", "not_permitted", str(error), room.data), "refusal", done=done)
    if not room.scope.restricts(child):
        return _words(room, NOT_RESTRICTED.format(child=child))
    told = _words(room, OPENED.format(child=child))
    return Said(told.json, "break_glass", done=done | {"reason": reason}, opens=child)


def _words(room: Room, text: str) -> Said:
    question = Question("help", unit=room.person.unit, as_at=room.as_at)
    return Said(answer_json.in_words("", "answered", text, room.data, question), "answer", question)
