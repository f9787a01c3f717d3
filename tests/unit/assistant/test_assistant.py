"""One turn from message to reply: identity first, recorded before it is said, remembered for the next."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from small_engine import SmallEngine

from bot.assistant import TIMETABLE, Assistant
from bot.engines import FixedEngine
from bot.memory import Forgetful
from bot.seals import Seals
from bot.store import Cipher
from bot.store.audit import Entry
from bot.store.unclear import UnclearQuestion
from bot.turn import PERSONAL, Audience, Reply, Turn
from kpi_engine.errors import Unknown
from kpi_engine.question import UnitRef
from kpi_engine.users import Users

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
T11 = UnitRef("team", "T11")


class Kept:
    """Keeps what it is given; `broken` makes it fail, as a database that is away would."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.unclear: list[UnclearQuestion] = []
        self.broken = False

    async def keep(self, entry: Entry) -> None:
        if self.broken:
            raise OSError("the database is away")
        self.entries.append(entry)

    async def add(self, question: UnclearQuestion) -> None:
        self.unclear.append(question)


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def assistant(engine: SmallEngine, kept: Kept) -> Assistant:
    return Assistant(FixedEngine(engine), Forgetful(), kept, kept, clock=lambda: NOW)


def turn(text: str | None, who: str = "u-t11", **parts: Any) -> Turn:
    return replace(Turn(who, "c1", NOW, text), **parts)


async def one(assistant: Assistant, *turns: Turn) -> Reply:
    """The (first) reply to the last of some turns."""
    for each in turns:
        replies = await assistant.reply(each)
    return replies[0]


@pytest.mark.parametrize("who", ["u-left", "u-nobody", ""])
@pytest.mark.parametrize("text", ["hello", "help", "CP visits overdue in Unit T11", "", "stop"])
async def test_a_stranger_gets_one_sentence_and_nothing_is_computed(
    assistant: Assistant, engine: SmallEngine, kept: Kept, who: str, text: str
) -> None:
    reply = await one(assistant, turn(text, who))
    assert reply.answer["outcome"] == "not_permitted"
    assert reply.answer["understood"] is None
    assert reply.answer["answers"] == []
    assert reply.answer["data"] is None
    assert engine.asked == []
    assert [(e.person_id, e.event, e.outcome) for e in kept.entries] == [(who, "refusal", "not_permitted")]


async def test_a_stranger_cannot_press_a_button_either(assistant: Assistant, engine: SmallEngine) -> None:
    action = {"perfbot": "help"}
    reply = await one(assistant, turn(None, "u-left", action=action))
    assert reply.answer["outcome"] == "not_permitted"
    assert engine.asked == []


async def test_an_answer_is_recorded_with_the_children_shown(assistant: Assistant, kept: Kept) -> None:
    reply = await one(assistant, turn("which CP visits are overdue", audience=Audience("channel", T11)))
    assert reply.answer["outcome"] == "answered"
    entry = kept.entries[-1]
    assert (entry.at, entry.person_id, entry.channel, entry.audience) == (NOW, "u-t11", "c1", "T11")
    assert (entry.event, entry.outcome, entry.child_ids) == ("answer", "answered", ("K11",))
    assert entry.understood == reply.answer["understood"]


async def test_a_refusal_is_recorded_with_what_was_wanted(assistant: Assistant, kept: Kept) -> None:
    reply = await one(assistant, turn("which children have an overdue CP visit in Unit T12"))
    assert reply.answer["outcome"] == "not_permitted"
    entry = kept.entries[-1]
    assert (entry.event, entry.outcome, entry.child_ids) == ("refusal", "not_permitted", ())
    assert entry.understood["unit"] == {"kind": "team", "id": "T12"}


async def test_what_cannot_be_recorded_is_not_said(assistant: Assistant, kept: Kept) -> None:
    kept.broken = True
    with pytest.raises(OSError, match="away"):
        await assistant.reply(turn("which CP visits are overdue"))


async def test_the_same_question_gives_the_same_bytes(engine: SmallEngine) -> None:
    said = set()
    for hour in (1, 5):
        fresh = Assistant(FixedEngine(engine), Forgetful(), Kept())
        reply = await one(fresh, turn("which CP visits are overdue", now=NOW + timedelta(hours=hour)))
        said.add(json.dumps([reply.answer, reply.text, reply.card]))
    assert len(said) == 1


async def test_two_questions_in_one_message_get_two_replies(assistant: Assistant, kept: Kept) -> None:
    message = "how many CP visits are overdue? and how many CP plans do we have?"
    replies = await assistant.reply(turn(message))
    assert len(replies) == 2
    first, second = replies
    assert first.answer["also"] == second.answer
    assert first.answer["understood"]["measures"] == ["cp_visits_overdue"]
    assert second.answer["understood"]["measures"] == ["cp_open"]
    assert list(first.answer)[-1] == "data"
    assert len(kept.entries) == 2


async def test_a_follow_up_is_understood_by_its_own_person_in_its_own_conversation(
    assistant: Assistant,
) -> None:
    await assistant.reply(turn("how many CP visits are overdue"))
    follow_up = "and in Unit T12?"
    assert (await one(assistant, turn(follow_up))).answer["outcome"] == "answered"
    elsewhere = await one(assistant, turn(follow_up, conversation_id="c2"))
    assert elsewhere.answer["outcome"] != "answered"
    somebody_else = await one(assistant, turn(follow_up, "u-t12"))
    assert somebody_else.answer["outcome"] != "answered"


async def test_a_conversation_ends_after_thirty_idle_minutes(assistant: Assistant) -> None:
    await assistant.reply(turn("how many CP visits are overdue"))
    later = await one(assistant, turn("and in Unit T12?", now=NOW + timedelta(minutes=30)))
    assert later.answer["outcome"] == "answered"
    too_late = await one(assistant, turn("and in Unit T21?", now=NOW + timedelta(minutes=61)))
    assert too_late.answer["outcome"] != "answered"


async def test_rights_removed_are_gone_at_the_next_message(assistant: Assistant, engine: SmallEngine) -> None:
    question = turn("which CP visits are overdue in Unit T11")
    assert (await one(assistant, question)).answer["outcome"] == "answered"
    engine._users = Users([replace(engine.users["u-t11"], unit_id="T12")])
    assert (await one(assistant, question)).answer["outcome"] == "not_permitted"
    engine._users = Users([replace(engine.users["u-t11"], active=False)])
    assert (await one(assistant, turn("hello"))).answer["outcome"] == "not_permitted"


async def test_what_was_not_understood_is_kept_apart_and_its_words_nowhere_else(
    assistant: Assistant, kept: Kept
) -> None:
    text = "zxqv blorptangle"
    reply = await one(assistant, turn(text))
    assert reply.answer["outcome"] in ("not_understood", "out_of_scope")
    assert [(each.person_id, each.text) for each in kept.unclear] == [("u-t11", text)]
    assert "blorp" not in repr(kept.entries)


async def test_what_was_understood_is_not_kept_as_unclear(assistant: Assistant, kept: Kept) -> None:
    await assistant.reply(turn("which CP visits are overdue"))
    assert kept.unclear == []


async def test_turns_at_the_same_time_are_all_answered_each_for_its_own_person(assistant: Assistant) -> None:
    people = ["u-t11", "u-t12", "u-t31"] * 5
    question = "which CP visits are overdue"
    replies = await asyncio.gather(*(assistant.reply(turn(question, who)) for who in people))
    for who, reply in zip(people, replies, strict=True):
        rows = reply[0].answer["answers"][0]["rows"]
        assert [row["team_id"] for row in rows] == [f"T{who[3:]}"]


async def test_only_sealed_buttons_are_pressed(engine: SmallEngine, kept: Kept) -> None:
    sealing = Assistant(FixedEngine(engine), Forgetful(), kept, seals=Seals(Cipher(Fernet.generate_key())))
    card = (await one(sealing, turn("which CP visits are overdue"))).card
    action = next(a["data"] for a in _actions(card) if a.get("data", {}).get("perfbot") == "ask")
    assert (await one(sealing, turn(None, action=action))).answer["outcome"] == "answered"
    forged = action | {"question": action["question"] | {"show": "trend"}}
    for pressed in (forged, {k: v for k, v in action.items() if k != "seal"}):
        reply = await one(sealing, turn(None, action=pressed))
        assert reply.answer["outcome"] == "not_understood"
        assert kept.entries[-1].event == "button_refused"


def _actions(part: Any) -> list[dict[str, Any]]:
    if isinstance(part, dict):
        found = [part] if str(part.get("type", "")).startswith("Action.") else []
        return found + [each for value in part.values() for each in _actions(value)]
    return [each for value in part for each in _actions(value)] if isinstance(part, list) else []


async def test_a_briefing_is_composed_for_its_audience(
    assistant: Assistant, engine: SmallEngine, kept: Kept
) -> None:
    await assistant.briefing("T11", "u-t11", PERSONAL)
    await assistant.briefing("S1", None, Audience("channel", T11), conversation_id="channel 7")
    assert [(q.show, q.unit.id) for q in engine.asked] == [("briefing", "T11"), ("briefing", "S1")]
    assert [(e.person_id, e.channel, e.audience, e.event) for e in kept.entries] == [
        ("u-t11", "server", "personal", "briefing"),
        (TIMETABLE, "channel 7", "T11", "briefing"),
    ]


async def test_a_stranger_gets_no_briefing(assistant: Assistant, engine: SmallEngine) -> None:
    reply = await assistant.briefing("T11", "u-left", PERSONAL)
    assert reply.answer["outcome"] == "not_permitted"
    assert engine.asked == []


async def test_a_briefing_of_no_unit_is_a_mistake(assistant: Assistant) -> None:
    with pytest.raises(Unknown):
        await assistant.briefing("T99", "u-t11", PERSONAL)


async def test_parsing_computes_nothing(assistant: Assistant, engine: SmallEngine, kept: Kept) -> None:
    reading, line = await assistant.parse("u-t11", PERSONAL, "which CP visits are overdue")
    assert reading.question is not None
    assert line.startswith("CP visits overdue, list, ")
    assert (engine.asked, kept.entries) == ([], [])
