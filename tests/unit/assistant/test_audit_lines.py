"""The second copy of the record: in order, whole, caught up after trouble, and never in the first one's way."""

from __future__ import annotations

import asyncio
import json
import logging
import stat
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.audit import StoreRecorder, server_entry
from bot.audit_lines import AuditLines
from bot.store import Cipher, Entry, Store, open_store

AT = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'x.sqlite3'}", Cipher(Fernet.generate_key()))
    yield opened
    await opened.close()


def entry(number: int) -> Entry:
    return server_entry(AT, "export", {"number": number, "where": "caf\u00e9 \u2028"})


def numbers(path: Path) -> list[int]:
    return [json.loads(line)["seq"] for line in path.read_text("utf-8").split("\n") if line]


async def test_every_record_is_a_line_for_its_owner_alone(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "second.jsonl"
    lines = AuditLines(path, store.audit)
    recorder = StoreRecorder(store.audit, lines)
    for number in range(3):
        await recorder.keep(entry(number))
    kept = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
    assert [(each["seq"], each["understood"]["number"]) for each in kept] == [(1, 0), (2, 1), (3, 2)]
    assert [each["hash"] for each in kept] == [each.hash async for each in store.audit.records()]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert await lines.fault() == ""


async def test_writers_at_once_keep_the_records_order(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "second.jsonl"
    recorders = [StoreRecorder(store.audit, AuditLines(path, store.audit)) for _ in range(3)]
    await asyncio.gather(*(recorders[number % 3].keep(entry(number)) for number in range(24)))
    assert numbers(path) == list(range(1, 25))


async def test_a_failing_copy_is_told_once_loses_nothing_and_is_caught_up(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "away" / "second.jsonl"
    recorder = StoreRecorder(store.audit, AuditLines(path, store.audit))
    with caplog.at_level(logging.WARNING):
        await recorder.keep(entry(0))
        await recorder.keep(entry(1))
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "second copy of the record cannot be written (FileNotFoundError)" in caplog.text
    assert (await store.audit.verify()).records == 2
    path.parent.mkdir()
    with caplog.at_level(logging.WARNING):
        await recorder.keep(entry(2))
    assert "caught up" in caplog.text
    assert numbers(path) == [1, 2, 3]


async def test_half_a_line_is_written_again(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "second.jsonl"
    lines = AuditLines(path, store.audit)
    recorder = StoreRecorder(store.audit, lines)
    await recorder.keep(entry(0))
    await recorder.keep(entry(1))
    path.write_bytes(path.read_bytes()[:-40])
    await recorder.keep(entry(2))
    assert numbers(path) == [1, 2, 3]
    assert await lines.fault() == ""


async def test_a_line_longer_than_a_block_is_found_again(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "second.jsonl"
    recorder = StoreRecorder(store.audit, AuditLines(path, store.audit))
    await recorder.keep(server_entry(AT, "export", {"much": "x" * 200_000}))
    await recorder.keep(entry(1))
    await recorder.keep(entry(2))
    assert numbers(path) == [1, 2, 3]


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (
            lambda kept: [kept[0], kept[1].replace("operator", "somebody"), kept[2]],
            "its line 2 is not record 2",
        ),
        (lambda kept: [kept[0], kept[2]], "its line 2 is not record 2"),
        (lambda kept: [kept[1], kept[0], kept[2]], "its line 1 is not record 1"),
        (lambda kept: kept[:2], "it ends after record 2; 1 are missing"),
        (lambda kept: [*kept, kept[2]], "it holds records after number 3"),
        (lambda kept: [], "it ends after record 0; 3 are missing"),
    ],
)
async def test_a_copy_that_differs_is_found(store: Store, tmp_path: Path, spoil, fault: str) -> None:
    path = tmp_path / "second.jsonl"
    lines = AuditLines(path, store.audit)
    for number in range(3):
        await StoreRecorder(store.audit, lines).keep(entry(number))
    kept = path.read_text("utf-8").split("\n")[:-1]
    path.write_text("".join(f"{line}\n" for line in spoil(kept)), encoding="utf-8")
    assert fault in await lines.fault()


async def test_an_older_copy_of_the_whole_database_is_found(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "second.jsonl"
    lines = AuditLines(path, store.audit)
    recorder = StoreRecorder(store.audit, lines)
    await recorder.keep(entry(0))
    other = await open_store(
        f"sqlite+aiosqlite:///{tmp_path / 'older.sqlite3'}", Cipher(Fernet.generate_key())
    )
    await recorder.keep(entry(1))
    assert (
        await AuditLines(path, other.audit).fault()
        == "it holds records after number 0, which the record does not"
    )
    await other.close()
