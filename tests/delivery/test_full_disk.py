"""The disk under the database is full: one sentence to the operator, nothing lost, each post once when there is room.

Twice: a small disk of its own (tmpfs, where this process may mount one), and SQLite's own limit of pages, which fails
in the same place with the same words and needs no rights.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest
from cryptography.fernet import Fernet
from delivery_people import Clock, PlainComposer, authority, with_chats
from sqlalchemy import event

from bot.__main__ import app
from bot.commands.guard import guarded
from bot.hosts.protocol import Sent
from bot.settings import Settings
from bot.store import Cipher, Store, open_store
from bot.turn import Audience, Reply
from schedules.look import Deliveries
from schedules.notices import Notices
from schedules.runner import start
from schedules.timetable_file import read_timetable
from schedules.tools import StoredAddresses, Tools

BOROUGH = Path(__file__).parents[1] / "conversations" / "authority"
MONDAY = datetime(2026, 11, 16, 8, 30, 5, tzinfo=UTC)
EVERYBODY = ["19:t1", "a:U-S1", "a:U-T1", "a:U-T2", "a:U-T3"]
FULL = "The database cannot be used (database or disk is full); what is due waits for it."
NO_LIMIT = 1_073_741_823


class Room(Protocol):
    """Takes the room away, and gives it back."""

    def fill(self) -> None: ...

    def make_room(self) -> None: ...


class SmallDisk:
    """A file takes all that is left of the disk."""

    def __init__(self, folder: Path) -> None:
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        with suppress(OSError), self._ballast.open("wb", buffering=0) as file:
            while file.write(b"\0" * 4096):
                pass

    def make_room(self) -> None:
        self._ballast.unlink()


class PageLimit:
    """The database may not grow by a page: SQLite never sets the limit below what it has."""

    def __init__(self, store: Store) -> None:
        self._pages = NO_LIMIT
        event.listen(store.database.engine.sync_engine, "checkout", self._limited)

    def _limited(self, connection: Any, *_: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA max_page_count = {self._pages}")
        cursor.close()

    def fill(self) -> None:
        self._pages = 1

    def make_room(self) -> None:
        self._pages = NO_LIMIT


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 32 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if mount is None:
        pytest.skip("there is no mount command here")
    made = subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if made.returncode:
        pytest.skip(f"a small disk may not be mounted here: {made.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture(params=["a small disk", "a limit of pages"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """A store, and the room under it."""
    small = request.param == "a small disk"
    folder = request.getfixturevalue("disk") if small else tmp_path
    store = await open_store(f"sqlite+aiosqlite:///{folder / 'store.sqlite3'}", Cipher(Fernet.generate_key()))
    yield store, SmallDisk(folder) if small else PageLimit(store)
    await store.close()


class Host:
    """Keeps what was posted; something may happen during the first post."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.during: Callable[[], None] | None = None

    async def send(self, reference: Mapping[str, object], reply: Reply) -> Sent:
        during, self.during = self.during, None
        if during is not None:
            during()
        self.sent.append(str(reference["conversation_id"]))
        return Sent(str(len(self.sent)))


class LongComposer(PlainComposer):
    """Briefings as long as real ones, so that none fits into a page that is there already."""

    async def briefing(
        self, unit_id: str, person_id: str | None, audience: Audience, *, conversation_id: str
    ) -> Reply:
        reply = await super().briefing(unit_id, person_id, audience, conversation_id=conversation_id)
        return Reply(reply.text, reply.answer, {"type": "AdaptiveCard", "body": ["x" * 30_000]})


async def ready(store: Store) -> None:
    await with_chats(store, authority(), MONDAY)
    await store.schedule_marks.looked(MONDAY - timedelta(minutes=1))


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await true():
            await asyncio.sleep(0.02)


async def all_sent_once(store: Store, host: Host) -> bool:
    rows = [each for each in await store.briefings.list() if each.briefing.startswith("briefing")]
    return sorted(host.sent) == EVERYBODY and [each.status for each in rows] == ["sent"] * len(EVERYBODY)


async def test_full_before_the_briefings_they_wait_and_go_out_once_when_there_is_room(
    place: tuple[Store, Room], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store, room = place
    await ready(store)
    host = Host()
    room.fill()
    running = await start(
        settings=Settings(home=tmp_path / "home"), store=store, engines=authority(), composer=LongComposer(),
        sender=host, clock=Clock(MONDAY), every=0.05,
    )  # fmt: skip
    try:

        async def told_twice() -> bool:
            return caplog.messages.count(FULL) >= 2  # so that it looked again, in vain

        await until(told_twice)
        assert host.sent == []
        assert await store.briefings.list() == []
        room.make_room()
        await until(lambda: all_sent_once(store, host))
        told = caplog.messages.count(FULL)
        await running.send_now("U-T1")  # the running bot goes on as if nothing had been
        assert sorted(host.sent) == sorted([*EVERYBODY, "a:U-T1"])
        assert caplog.messages.count(FULL) == told
    finally:
        await running.stop()
    assert not [each for each in caplog.messages if "\n" in each or "Traceback" in each]


async def test_full_in_mid_send_nothing_is_lost_and_nothing_sent_twice(
    place: tuple[Store, Room], caplog: pytest.LogCaptureFixture
) -> None:
    """The first post fills the disk: what became of it is recorded when there is room, the others wait."""
    store, room = place
    await ready(store)
    host, clock, directory = Host(), Clock(MONDAY), authority()
    table = read_timetable(tuple(directory.units))
    deliveries = Deliveries(Tools(
        store=store, engines=directory, composer=LongComposer(), sender=host,
        addresses=StoredAddresses(store), timetable=lambda _: table, notices=Notices(store, clock), clock=clock,
    ))  # fmt: skip
    host.during = room.fill
    asyncio.get_running_loop().call_later(1.5, room.make_room)
    for _ in range(4):
        with suppress(Exception):
            await deliveries.look()
        clock.forward(minutes=6)
    assert await all_sent_once(store, host)


def test_without_room_for_the_record_there_is_no_answer_and_one_sentence(
    disk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PERFBOT_HOME", str(disk))
    monkeypatch.delenv("PERFBOT_DATABASE_URL", raising=False)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["perfbot", *arguments])
        status = guarded(app)
        return status, *capsys.readouterr()

    question = ("ask", "CP visits overdue", "--as", "U-T11")
    assert run("load", str(BOROUGH))[0] == 0
    answered = run(*question)
    assert answered[0] == 0
    room = SmallDisk(disk)
    room.fill()
    status, out, err = run(*question)
    assert (status, out, len(err.splitlines())) == (2, "", 1)
    assert "disk is full" in err or "disk I/O error" in err
    status, out, err = run("load", str(BOROUGH))
    assert (status, len(err.splitlines())) == (2, 1), err
    room.make_room()
    assert run(*question) == answered
    assert run("audit", "verify")[0] == 0
