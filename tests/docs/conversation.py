"""The README's conversation: five turns of one managers' meeting over a small invented authority, by the assistant."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import kpi_engine
from bot.assistant import Assistant
from bot.engines import FixedEngine
from bot.memory import Forgetful
from bot.store.audit import Entry
from bot.turn import PERSONAL, Turn

PERSON = "U-AD2"
CHILDREN, SEED, AS_AT = 60, 1, date(2026, 11, 15)
BEGIN = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
QUESTIONS = (
    "which CP conferences are overdue",
    "and in CSWT 2?",
    "why is the first one on there?",
    "who has the most overdue visits?",
    "what falls due this week?",
)


class NoRecord:
    """Nobody is answered here: nothing to record."""

    async def keep(self, entry: Entry) -> None:
        del entry


def assistant_in(folder: Path) -> Assistant:
    """The assistant over the small invented authority, which is written there."""
    kpi_engine.make_authority(folder, children=CHILDREN, as_at=AS_AT, seed=SEED)
    return Assistant(FixedEngine(kpi_engine.open_folder(folder)), Forgetful(), NoRecord())


async def conversation(folder: Path) -> str:
    """The transcript as it stands in the README: a line beginning with > for what was asked, then the reply."""
    assistant = assistant_in(folder)
    turns = []
    for number, question in enumerate(QUESTIONS):
        turn = Turn(PERSON, "readme", BEGIN + timedelta(minutes=number), question, audience=PERSONAL)
        replies = await assistant.reply(turn)
        turns.append("\n".join([f"> {question}", "", *(reply.text for reply in replies)]))
    return "\n\n".join(turns)
