"""`perfbot purge`: what is older than the settings say is gone, what is younger stays, the record is untouched."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.__main__ import app
from bot.commands.guard import guarded
from bot.settings import load_settings
from bot.store import SavedAnswer, Store, UnclearQuestion, open_store
from bot.store.encryption import load_cipher

NOW = datetime.now(UTC)


async def fill(store: Store, days: int) -> None:
    """One of everything, that many days old."""
    then, who = NOW - timedelta(days=days), f"person-{days}"
    await store.contexts.save(who, "c", {"x": 1}, then)
    await store.choices.remember(who, "a phrase", {"x": 1}, then)
    await store.unclear.add(UnclearQuestion(then, who, "clarify", "some words"))
    await store.activities.first_time(who, then)
    await store.activities.answered(who, SavedAnswer(200, None))
    payload = {
        "unit": {"kind": "team", "id": "T11"},
        "audience": "personal",
        "reply": {"text": "3 are overdue"},
    }
    for status in ("sent", "failed", "claimed"):
        lease = timedelta(minutes=5)
        made = await store.briefings.claim(status, who, "w", payload, holder="h", now=then, lease=lease)
        assert made is not None
        if status != "claimed":
            await store.briefings.mark_sending(made.id, holder="h", now=then, lease=lease)
        if status == "sent":
            await store.briefings.mark_sent(made.id, holder="h", activity_id="1", now=then)
        if status == "failed":
            await store.briefings.mark_failed(made.id, holder="h", because="x", now=then)


def test_the_old_is_forgotten_the_young_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PERFBOT_HOME", str(tmp_path))
    monkeypatch.delenv("PERFBOT_DATABASE_URL", raising=False)
    monkeypatch.setattr("sys.argv", ["perfbot", "purge", "--json"])
    config = load_settings()

    async def with_store(*ages: int) -> dict[str, object]:
        store = await open_store(config.store_url, load_cipher(config))
        for days in ages:
            await fill(store, days)
        found = {
            "contexts": [days for days in (0, 400) if await store.contexts.load(f"person-{days}", "c")],
            "choices": [days for days in (0, 400) if await store.choices.all_of(f"person-{days}")],
            "unclear": [each.person_id for each in await store.unclear.list()],
            "answers": [days for days in (0, 400) if await store.activities.answer(f"person-{days}")],
            "posts": {(each.briefing, each.recipient): each.payload["reply"] is not None
                      for each in await store.briefings.list()},
            "record": [each.entry.event async for each in store.audit.records()],
            "whole": (await store.audit.verify()).whole,
        }  # fmt: skip
        await store.close()
        return found

    asyncio.run(with_store(0, 400))
    assert guarded(app) == 0
    gone = json.loads(capsys.readouterr().out)
    assert gone == {
        "contexts": 1,
        "choices": 1,
        "unclear_questions": 1,
        "posts_emptied": 2,
        "activities": 1,
        "buttons": 0,
    }
    left = asyncio.run(with_store())
    assert (left["contexts"], left["choices"], left["answers"]) == ([0], [0], [0])
    assert left["unclear"] == ["person-0"]
    assert left["posts"] == {
        ("sent", "person-0"): True, ("failed", "person-0"): True, ("claimed", "person-0"): True,
        ("sent", "person-400"): False, ("failed", "person-400"): False, ("claimed", "person-400"): True,
    }  # fmt: skip
    assert (left["record"], left["whole"]) == (["purge"], True)
    assert guarded(app) == 0
    assert set(json.loads(capsys.readouterr().out).values()) == {0}
