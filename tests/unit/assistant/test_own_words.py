"""A running bot takes up a taught word at the next message, and keeps the last good ones beside a broken file."""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

import kpi_engine
from bot.assistant import Assistant
from bot.engines import FixedEngine
from bot.memory import Forgetful
from bot.own_words import FILE, OwnWords, Words, write_words
from bot.store.audit import Entry
from bot.turn import Turn

BOROUGH = Path(__file__).parents[2] / "conversations" / "authority"
NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


class Kept:
    async def keep(self, entry: Entry) -> None:
        self.last = entry


async def test_a_taught_word_counts_from_the_next_message(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = kpi_engine.open_folder(BOROUGH)
    bot = Assistant(FixedEngine(engine), Forgetful(), Kept(), own_words=OwnWords(tmp_path))

    async def outcome(text: str) -> str:
        (reply, *_) = await bot.reply(Turn("U-T11", text, NOW, text))
        return str(reply.answer["outcome"])

    assert await outcome("quokka trips overdue") != "answered"
    write_words(tmp_path, Words({"quokka trips": "cp_visits_overdue"}, {"the burrow": "T12"}))
    assert await outcome("quokka trips in the burrow") == "answered"
    with caplog.at_level(logging.ERROR):
        (tmp_path / FILE).write_text("{", "utf-8")
        assert await outcome("quokka trips in the burrow") == "answered"
    assert "synonyms.yaml" in caplog.text
    os.remove(tmp_path / FILE)
    assert await outcome("quokka trips overdue") != "answered"


def test_a_typing_error_is_not_seen_in_a_taught_word(tmp_path: Path) -> None:
    from bot.understanding.reader import read
    from tests.unit.understanding.example_authority import ExampleAuthority

    authority = ExampleAuthority()
    plain = read("visots", authority.listener("U-T11"), authority.vocabulary())
    assert [word.read_as for word in plain.words] == ["visits"]
    from bot.understanding.teaching import with_words

    taught = with_words(authority, {"visots": "core groups"}, {})
    question = read("visots overdue", authority.listener("U-T11"), taught).question
    assert question is not None
    assert question.measures == ("core_groups_overdue",)
