"""A database that is read-only, restarted or gone: a clear sentence, nothing lost, nothing sent twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from cryptography.fernet import Fernet
from delivery_people import Clock, PlainComposer, authority, emptied, with_chats
from sqlalchemy.engine import make_url

from bot.__main__ import app
from bot.commands.guard import guarded
from bot.hosts.protocol import Sent
from bot.store import Cipher, Store, open_store
from bot.turn import Reply
from schedules.look import Deliveries
from schedules.notices import Notices
from schedules.timetable_file import read_timetable
from schedules.tools import StoredAddresses, Tools

MONDAY = datetime(2026, 11, 16, 8, 30, 5, tzinfo=UTC)
BOROUGH = Path(__file__).parents[1] / "conversations" / "authority"
EVERYBODY = ["19:t1", "a:U-S1", "a:U-T1", "a:U-T2", "a:U-T3"]


class Host:
    """Keeps what was posted; something may happen during the first post."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.during: Callable[[], Awaitable[None]] | None = None

    async def send(self, reference: Mapping[str, object], reply: Reply) -> Sent:
        during, self.during = self.during, None
        if during is not None:
            await during()
        self.sent.append(str(reference["conversation_id"]))
        return Sent(str(len(self.sent)))

    @property
    def briefed(self) -> list[str]:
        return sorted(each for each in self.sent if each != "a:U-ANALYST")


def replica(store: Store, host: Host, clock: Clock) -> Deliveries:
    directory = authority()
    table = read_timetable(tuple(directory.units))
    return Deliveries(Tools(
        store=store, engines=directory, composer=PlainComposer(), sender=host,
        addresses=StoredAddresses(store), timetable=lambda _: table, notices=Notices(store, clock), clock=clock,
    ))  # fmt: skip


async def ready(store: Store) -> None:
    await emptied(store)
    await with_chats(store, authority(), MONDAY)
    await store.schedule_marks.looked(MONDAY - timedelta(minutes=1))


# SQLite: read-only ------------------------------------------------------------------------------------------


def test_a_read_only_database_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PERFBOT_HOME", str(tmp_path))
    monkeypatch.delenv("PERFBOT_DATABASE_URL", raising=False)
    monkeypatch.setattr("sys.argv", ["perfbot", "deliveries"])
    assert guarded(app) == 0
    file = tmp_path / "perfbot.sqlite3"
    monkeypatch.setenv("PERFBOT_DATABASE_URL", f"sqlite+aiosqlite:///file:{file}?mode=ro&uri=true")
    monkeypatch.setattr("sys.argv", ["perfbot", "deliveries", "--again", "2026-11-16"])
    capsys.readouterr()
    status = guarded(app)
    out, err = capsys.readouterr()
    assert (status, out, len(err.splitlines())) == (2, "", 1)
    assert "cannot be used: attempt to write a readonly database" in err


# PostgreSQL: connections ended, server away -----------------------------------------------------------------


class Gate:
    """A way to the server that can be shut: connections break, new ones are refused."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self._server: asyncio.Server | None = None
        self._pipes: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        assert self._server is not None
        self._server.close()
        for each in list(self._pipes):
            each.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there = await asyncio.open_connection(*self._to)
        self._pipes |= {writer, there}
        await asyncio.gather(_pipe(reader, there), _pipe(there_reader, writer))
        self._pipes -= {writer, there}


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


@pytest.fixture
async def gate(postgres_url: str) -> AsyncIterator[tuple[Gate, str]]:
    url = make_url(postgres_url)
    made = Gate(url.host or "127.0.0.1", url.port or 5432)
    await made.open()
    through = url.set(host="127.0.0.1", port=made.port).render_as_string(hide_password=False)
    yield made, through
    await made.shut()


async def after(store: Store, host: Host, clock: Clock, deliveries: Deliveries) -> None:
    """Looks until everybody has theirs, as the running bot would; then everything is on record, once."""
    for _ in range(4):
        with suppress(Exception):
            await deliveries.look()
        clock.forward(minutes=6)
    assert host.briefed == EVERYBODY
    rows = [each for each in await store.briefings.list() if each.briefing.startswith("briefing")]
    assert {each.status for each in rows} == {"sent"}


@pytest.mark.postgres
async def test_every_connection_is_ended_in_mid_send(postgres_url: str) -> None:
    store = await open_store(postgres_url, Cipher(Fernet.generate_key()))
    await ready(store)
    host, clock = Host(), Clock(MONDAY)
    admin = await asyncpg.connect(
        make_url(postgres_url).set(drivername="postgresql").render_as_string(hide_password=False)
    )

    async def restart() -> None:
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    host.during = restart
    try:
        await after(store, host, clock, replica(store, host, clock))
    finally:
        await admin.close()
        await store.close()


@pytest.mark.postgres
async def test_the_server_refuses_connections_for_a_while_in_mid_send(gate: tuple[Gate, str]) -> None:
    way, url = gate
    store = await open_store(url, Cipher(Fernet.generate_key()))
    await ready(store)
    host, clock = Host(), Clock(MONDAY)
    again: list[asyncio.Task[None]] = []

    async def back_later() -> None:
        await asyncio.sleep(1.5)
        await way.open()

    async def away() -> None:
        await way.shut()
        again.append(asyncio.create_task(back_later()))

    host.during = away
    try:
        await after(store, host, clock, replica(store, host, clock))
    finally:
        await asyncio.gather(*again)
        await store.close()
