"""Privately: what may not be said here goes to the asker's own chat.

    > which CP visits are overdue?                      (in a group chat with guests)
    < People from outside the authority are in this conversation, so it gets numbers only. ... [Send it to me privately]
    > [Send it to me privately]                         (or, in words: "send it to me privately")
    < I have sent it to your own chat with me.          (here; the list itself arrives in the personal chat)

The answer is worked out anew, under the rights of whoever pressed, as if it had been asked in the personal chat, and
recorded as shown there.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.dialogs import answer_json, ask
from bot.dialogs.room import Room, Said
from bot.understanding.context import Context
from kpi_engine.question import Question

SENT = "I have sent it to your own chat with me."
_WISH = re.compile(
    r"(?:please |can you |could you )*(?:send|show|give|tell|message) (?:it|that|them|this|me) ?(?:to me )?"
    r"(?:it |that |them |this )?(?:privately|in private|in my (?:own |personal |private )?chat)(?: please)?[.!?]*",
    re.IGNORECASE,
)


def wished(room: Room, said: str, context: Context) -> Question | None:
    """What "send it to me privately" means here: what was refused or held back just now; None for other words."""
    if (
        room.audience.kind == "personal"
        or not room.client.sends_privately
        or not _WISH.fullmatch(said.strip())
    ):
        return None
    return context.pending or context.question


def send(here: Room, alone: Room, said: str, question: Question) -> list[Said]:
    """What is said here, and what goes to the own chat; a refusal there is said here instead."""
    private = ask.answer(alone, "", question, event="sent_privately")
    if (
        private.outcome == "not_permitted"
    ):  # a sentence without ids; whatever else was found out is not for here
        return [replace(private, card=None)]
    told = Question("help", unit=here.person.unit, as_at=here.as_at)
    json = answer_json.in_words(said, "answered", SENT, here.data, told)
    return [Said(json, "answer", told), replace(private, private=True)]
