"""Contexts belong to one person in one conversation, end when idle, and last from call to call."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.memory import IDLE, Forgetful, Memory, SessionFile, StoreMemory
from bot.settings import load_settings
from bot.store import load_cipher, open_store
from bot.understanding.context import AnswerSummary, Context, advance
from bot.understanding.reading import Reading
from kpi_engine.errors import InputError
from kpi_engine.question import Question

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
QUESTION = Question("headline", ("cp_open",), as_at=date(2026, 11, 15))


def filled() -> Context:
    return advance(Context(), Reading("answered", QUESTION), AnswerSummary("answered", ("K1",), ("P1",)))


@pytest.fixture(params=["process", "file", "store"])
async def memory(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Memory]:
    if request.param == "process":
        yield Forgetful()
    elif request.param == "file":
        yield SessionFile(tmp_path / "session.json")
    else:
        cipher = load_cipher(load_settings(home=tmp_path))
        store = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'store.sqlite3'}", cipher)
        yield StoreMemory(store.contexts, store.choices)
        await store.close()


async def test_what_is_kept_comes_back(memory: Memory) -> None:
    await memory.save("u", "c", filled(), NOW)
    assert await memory.load("u", "c", NOW + IDLE) == filled()
    assert await memory.load("u", "c", NOW + IDLE + timedelta(seconds=1)) == Context()


async def test_people_and_conversations_do_not_mix(memory: Memory) -> None:
    await memory.save("u", "c", filled(), NOW)
    assert await memory.load("v", "c", NOW) == Context()
    assert await memory.load("u", "d", NOW) == Context()
    await memory.save("u", "d", Context(), NOW)
    assert await memory.load("u", "c", NOW) == filled()


async def test_a_session_file_carries_on_in_the_next_process(tmp_path: Path) -> None:
    await SessionFile(tmp_path / "s").save("u", "c", filled(), NOW)
    assert await SessionFile(tmp_path / "s").load("u", "c", NOW) == filled()
    assert [path.name for path in tmp_path.iterdir()] == ["s"]
    assert (tmp_path / "s").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", [b"not JSON", b"[1]", b"\xff\xfe", b'"text"'])
async def test_a_file_that_is_no_session_is_named_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"notes\.txt"):
        await SessionFile(path).load("u", "c", NOW)
    with pytest.raises(InputError, match=r"notes\.txt"):
        await SessionFile(path).save("u", "c", filled(), NOW)
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "content", ["", "{}", '{"[\\"u\\", \\"c\\"]": {"at": 1}}', '{"[\\"u\\", \\"c\\"]": 7}']
)
async def test_an_empty_or_strange_entry_is_an_empty_context(tmp_path: Path, content: str) -> None:
    path = tmp_path / "s"
    path.write_text(content, encoding="utf-8")
    assert await SessionFile(path).load("u", "c", NOW) == Context()


async def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        await SessionFile(tmp_path / "nowhere" / "s").save("u", "c", filled(), NOW)
