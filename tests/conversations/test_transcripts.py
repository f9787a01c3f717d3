"""Every transcript of this folder, held with the assistant itself over the small borough."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from transcripts import HERE, Exchange, Transcript, transcripts

import kpi_engine
from bot import rights
from bot.assistant import Assistant
from bot.dialogs.subscribe import Posts
from bot.engines import FixedEngine
from bot.hosts.local import audience_at
from bot.memory import Forgetful
from bot.store import Subscription
from bot.store.audit import Entry
from bot.turn import Reply, Turn
from kpi_engine.engine import Engine
from kpi_engine.errors import NotPermitted

CHILDREN = ("C101", "C102", "C103", "C201", "C202")
BEGIN = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


class Kept:
    """A recorder that keeps its entries in a list."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    async def keep(self, entry: Entry) -> None:
        self.entries.append(entry)


class KeptWishes:
    """Wishes about the scheduled posts, in memory."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str, str], Subscription] = {}

    async def all(self) -> list[Subscription]:
        return list(self.rows.values())

    async def set(self, subscription: Subscription) -> None:
        self.rows[subscription.owner, subscription.kind, subscription.subject] = subscription


@pytest.fixture(scope="session")
def engine() -> Engine:
    return kpi_engine.open_folder(Path(HERE / "authority"))


@pytest.mark.parametrize("transcript", transcripts(), ids=lambda transcript: transcript.name)
async def test_transcript(transcript: Transcript, engine: Engine) -> None:
    kept = Kept()
    posts = Posts(KeptWishes(), ZoneInfo("Europe/London"))
    assistant = Assistant(FixedEngine(engine), Forgetful(), kept, posts=posts)
    card: Mapping[str, Any] | None = None
    for number, exchange in enumerate(transcript.exchanges):
        turn = Turn(
            exchange.person,
            f"conversation {exchange.place}",
            BEGIN + timedelta(minutes=number),
            exchange.said,
            _button(card, exchange.pressed) if exchange.pressed else None,
            audience_at(engine, exchange.place),
        )
        replies = await assistant.reply(turn)
        _check(exchange, replies)
        _check_rights(exchange, turn, replies, engine)
        assert [entry.outcome for entry in kept.entries[-len(replies) :]] == [
            reply.answer["outcome"] for reply in replies
        ]
        card = replies[-1].card or card


def _button(card: Mapping[str, Any] | None, title: str) -> Mapping[str, Any]:
    buttons = {action["title"]: action["data"] for action in _actions(card) if "data" in action}
    assert title in buttons, f"there is no button {title!r} among {sorted(buttons)}"
    found: Mapping[str, Any] = buttons[title]
    return found


def _actions(part: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(part, Mapping):
        if str(part.get("type", "")).startswith("Action."):
            yield part
        for value in part.values():
            yield from _actions(value)
    elif isinstance(part, list):
        for value in part:
            yield from _actions(value)


def _check(exchange: Exchange, replies: list[Reply]) -> None:
    text = "\n".join(reply.text for reply in replies)
    if exchange.replies:
        assert re.search(exchange.pattern, text, re.DOTALL), f"{exchange.replies} is not in:\n{text}"
    answer = replies[0].answer
    for key, wanted in exchange.parts.items():
        assert _part(answer, key) == wanted, f"{key} of {exchange.said or exchange.pressed!r}: {text}"
    whole = _whole(replies)
    for word in exchange.absent:
        assert word not in whole, f"{word!r} was said"


def _part(answer: Mapping[str, Any], key: str) -> str:
    """One part of the answer as it is written in a transcript."""
    understood = answer.get("understood") or {}
    if key in ("outcome", "also"):
        return str(answer["outcome"] if key == "outcome" else answer["also"]["outcome"])
    if key == "choices":
        return str(len(answer.get("choices", ())))
    if key == "held_back":
        return ",".join(answer.get("held_back", ()))
    if key == "values":
        return ",".join(f"{part['value']:g}" for part in answer["answers"])
    if key == "rows":
        return ",".join(row["child_id"] for part in answer["answers"] for row in part.get("rows") or ())
    if key == "groups":
        parts = answer["answers"]
        return ",".join(f"{g['id']}:{g['value']:g}" for part in parts for g in part.get("groups") or ())
    value = understood.get(key)
    if key == "unit" and value:
        return str(value["id"])
    if key == "period" and value:
        return f"{value['from']}/{value['to']}"
    if isinstance(value, list):
        return ",".join(value)
    if isinstance(value, dict):
        return ",".join(f"{name}:{each}" for name, each in value.items())
    return str(value)


def _check_rights(exchange: Exchange, turn: Turn, replies: list[Reply], engine: Engine) -> None:
    """No child that the asker may not see here is named, unless the asker named it first."""
    try:
        scope = rights.scope_for(rights.identify(turn.person_id, engine), turn.audience, engine)
        hidden = {c for c in CHILDREN if not scope.sees_children_of(engine.child_team(c, engine.as_at))}
    except NotPermitted:
        hidden = set(CHILDREN)
    whole = _whole(replies)
    told = {child for child in hidden if child in whole}
    assert told <= {child for child in hidden if child.lower() in (exchange.said or "").lower()}


def _whole(replies: list[Reply]) -> str:
    return json.dumps([[reply.text, reply.answer, reply.card] for reply in replies])


@pytest.mark.parametrize(
    "wrong",
    [
        Exchange("u", "personal", replies=["3 CP visits"]),
        Exchange("u", "personal", replies=["overdue", "2 CP visits"]),  # not in this order
        Exchange("u", "personal", parts={"outcome": "clarify"}),
        Exchange("u", "personal", parts={"unit": "T12"}),
        Exchange("u", "personal", parts={"rows": "C101"}),
        Exchange("u", "personal", absent=["C102"]),
    ],
)
def test_a_transcript_that_is_not_kept_fails(wrong: Exchange) -> None:
    understood = {"show": "list", "unit": {"kind": "team", "id": "T11"}}
    rows = [{"child_id": "C102"}]
    answer = {"outcome": "answered", "understood": understood, "answers": [{"value": 2.0, "rows": rows}]}
    reply = Reply("2 CP visits are overdue", answer)
    _check(Exchange("u", "personal", replies=["2 CP ... overdue"], parts={"rows": "C102"}), [reply])
    with pytest.raises(AssertionError):
        _check(wrong, [reply])
