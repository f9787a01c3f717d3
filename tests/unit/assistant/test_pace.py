"""One person's pace: so many in a minute, each person for themselves, and nothing lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from small_engine import SmallEngine

from bot.assistant import Assistant
from bot.engines import FixedEngine
from bot.memory import Forgetful
from bot.pace import Pace
from bot.store.audit import Entry
from bot.turn import Turn

BEGIN = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def test_so_many_in_any_minute() -> None:
    pace = Pace(3)
    assert [pace.too_fast("a", at(second)) for second in (0, 10, 20)] == [None, None, None]
    told = pace.too_fast("a", at(30.5))
    assert told is not None
    assert "more than 3 messages in a minute" in told
    assert "in 30 seconds" in told
    assert pace.too_fast("b", at(31)) is None
    assert pace.too_fast("a", at(59.9)) is not None
    assert pace.too_fast("a", at(60)) is None
    assert pace.too_fast("a", at(61)) is not None


def test_people_who_are_quiet_take_no_memory() -> None:
    pace = Pace(1)
    for number in range(1_500):
        pace.too_fast(f"p{number}", at(number * 61))
    assert len(pace._turns) < 1_001


class Kept:
    def __init__(self) -> None:
        self.entries: list[Entry] = []

    async def keep(self, entry: Entry) -> None:
        self.entries.append(entry)


async def test_who_asks_too_fast_is_told_and_the_conversation_stands() -> None:
    engine, kept = SmallEngine(), Kept()
    assistant = Assistant(FixedEngine(engine), Forgetful(), kept, pace=Pace(1))
    assert (await assistant.reply(Turn("u-t11", "c", at(0), "CP visits overdue")))[0].answer[
        "outcome"
    ] == "answered"
    asked = len(engine.asked)
    reply = (await assistant.reply(Turn("u-t11", "c", at(1), "and in Unit T12?")))[0]
    assert "was not answered" in reply.text
    assert len(engine.asked) == asked
    again = (await assistant.reply(Turn("u-t11", "c", at(61), "how many in Unit T12?")))[0]
    assert again.answer["outcome"] == "answered"
    assert again.answer["understood"]["measures"] == ["cp_visits_overdue"]
    assert [entry.event for entry in kept.entries] == ["answer", "too_fast", "answer"]
