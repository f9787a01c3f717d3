"""The running timetable: starts, looks again and again, survives faults, stops cleanly."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from delivery_people import Clock, PlainComposer, authority, with_chats

from bot.hosts.protocol import Sent
from bot.settings import Settings
from bot.store import Cipher, Store, open_store
from bot.turn import Reply
from kpi_engine.errors import InputError
from kpi_engine.question import UnitRef
from schedules.runner import Schedules, start

MONDAY = datetime(2026, 11, 16, 8, 30, 5, tzinfo=UTC)


class Host:
    """Keeps what it was given; `hold` makes posts wait for `go`."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.begun = asyncio.Event()
        self.go = asyncio.Event()
        self.go.set()

    async def send(self, reference: Mapping[str, Any], reply: Reply) -> Sent:
        self.begun.set()
        await self.go.wait()
        self.sent.append(reference["conversation_id"])
        return Sent(str(len(self.sent)))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(
        f"sqlite+aiosqlite:///{tmp_path / 'store.sqlite3'}", Cipher(Fernet.generate_key())
    )
    yield opened
    await opened.close()


@asynccontextmanager
async def running(
    store: Store, host: Host, home: Path, clock: Callable[[], datetime]
) -> AsyncIterator[Schedules]:
    directory = authority()
    await with_chats(store, directory, MONDAY)
    schedules = await start(
        settings=Settings(home=home),
        store=store,
        engines=directory,
        composer=PlainComposer(),
        sender=host,
        clock=clock,
        every=0.02,
    )
    try:
        yield schedules
    finally:
        await schedules.stop()


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await true():
            await asyncio.sleep(0.01)


async def test_mondays_briefings_go_out_once_and_again_after_a_restart_not(
    store: Store, tmp_path: Path
) -> None:
    host, clock = Host(), Clock(MONDAY)

    async def all_sent() -> bool:
        return len(await store.briefings.list(status="sent")) == 5

    async with running(store, host, tmp_path, clock):
        await until(all_sent)
    looked = await store.schedule_marks.last_look()

    async def looked_again() -> bool:
        last = await store.schedule_marks.last_look()
        return last is not None and looked is not None and last > looked

    async with running(store, host, tmp_path, clock):
        await until(looked_again)
    assert sorted(host.sent) == ["19:t1", "a:U-S1", "a:U-T1", "a:U-T2", "a:U-T3"]


async def test_the_button_sends_at_once(store: Store, tmp_path: Path) -> None:
    host = Host()
    async with running(store, host, tmp_path, Clock(datetime(2026, 11, 18, 15, 0, tzinfo=UTC))) as schedules:
        delivery = await schedules.send_now("U-T2")
    assert (delivery.status, host.sent) == ("sent", ["a:U-T2"])


async def test_stopping_waits_for_posts_that_have_begun_and_records_them(
    store: Store, tmp_path: Path
) -> None:
    host = Host()
    host.go.clear()
    async with running(store, host, tmp_path, Clock(MONDAY)) as schedules:
        await host.begun.wait()
        stopping = asyncio.create_task(schedules.stop())
        await asyncio.sleep(0.05)
        assert not stopping.done()
        host.go.set()
        await stopping
    rows = await store.briefings.list()
    assert {row.status for row in rows} <= {"sent", "claimed"}
    assert len([row for row in rows if row.status == "sent"]) == len(host.sent) > 0


async def test_a_look_that_fails_is_logged_without_values_and_followed_by_another(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    faults: list[Exception] = [OSError("C1234"), ValueError("C1234")]
    original = store.briefings.expire

    async def expire(now: datetime) -> list[Any]:
        if faults:
            raise faults.pop()
        return await original(now)

    monkeypatch.setattr(store.briefings, "expire", expire)

    async def all_sent() -> bool:
        return len(await store.briefings.list(status="sent")) == 5

    with caplog.at_level(logging.INFO):
        async with running(store, Host(), tmp_path, Clock(MONDAY)):
            await until(all_sent)
    assert "The database cannot be used (" in caplog.text
    assert "Looking at the timetable failed: ValueError." in caplog.text
    assert "C1234" not in caplog.text


async def test_a_timetable_that_cannot_be_used_stops_the_start_with_one_sentence(
    store: Store, tmp_path: Path
) -> None:
    (tmp_path / "timetable.yaml").write_text("units:\n  T77: {briefing: off}\n")
    with pytest.raises(InputError, match=r"^timetable\.yaml, line 2: the extract has no unit 'T77'\.$"):
        async with running(store, Host(), tmp_path, Clock(MONDAY)):
            pass


async def test_a_channel_of_the_file_belongs_to_its_unit_from_the_start(store: Store, tmp_path: Path) -> None:
    (tmp_path / "timetable.yaml").write_text('units:\n  T2: {channel: "19:two"}\n')
    async with running(store, Host(), tmp_path, Clock(datetime(2026, 11, 18, 15, 0, tzinfo=UTC))):
        assert await store.channels.unit_of("19:two") == UnitRef("team", "T2")
