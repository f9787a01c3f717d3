"""A lost machine: what `perfbot backup` wrote is all there again after `perfbot restore`, or nothing is."""

from __future__ import annotations

import asyncio
import io
import json
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from delivery_people import personal

from bot.__main__ import app
from bot.commands import common
from bot.commands.guard import guarded
from bot.store import Delivery, Subscription

BOROUGH = Path(__file__).parents[1] / "conversations" / "authority"
NOW = datetime(2026, 11, 16, 8, 30, tzinfo=UTC)


class Ended(NamedTuple):
    status: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command over the home folder of that name."""
    monkeypatch.delenv("PERFBOT_DATABASE_URL", raising=False)
    monkeypatch.delenv("PERFBOT_STORE_KEY", raising=False)

    def once(home: str, *arguments: str) -> Ended:
        monkeypatch.setenv("PERFBOT_HOME", str(tmp_path / home))
        monkeypatch.setattr("sys.argv", ["perfbot", *arguments])
        status = guarded(app)
        out, err = capsys.readouterr()
        return Ended(status, out, err)

    return once


@pytest.fixture
def backup(run: Run, tmp_path: Path) -> Path:
    """A backup of a home that has an extract, deliveries, wishes, conversations and a timetable."""
    assert run("old", "load", str(BOROUGH)).status == 0
    (tmp_path / "old" / "timetable.yaml").write_text("units:\n  T11: {briefing: off}\n")
    asyncio.run(fill())
    file = tmp_path / "all.backup"
    ended = run("old", "backup", str(file))
    assert (ended.status, ended.err) == (0, "")
    return file


async def fill() -> None:
    async with common.opened_store(common.settings()) as store:
        await store.subscriptions.set(Subscription("T11", "briefing", "", {}, False, None, "U-T11", NOW))
        await store.references.save(personal("U-T11"), NOW)
        hour = timedelta(hours=1)
        mine = await store.briefings.claim(
            "briefing:T11", "U-T11", "2026-W47", {"text": "é £"}, holder="h", now=NOW, lease=hour
        )
        assert mine is not None
        await store.briefings.mark_sending(mine.id, holder="h", now=NOW, lease=hour)
        await store.briefings.mark_sent(mine.id, holder="h", activity_id="a1", now=NOW)


async def kept() -> tuple[Delivery | None, list[Subscription], object]:
    async with common.opened_store(common.settings()) as store:
        return (
            await store.briefings.find("briefing:T11", "U-T11", "2026-W47"),
            await store.subscriptions.all(),
            await store.references.find_personal("U-T11"),
        )


def test_everything_is_there_again(run: Run, backup: Path, tmp_path: Path) -> None:
    before = asyncio.run(kept())
    assert before[0] is not None
    assert before[0].status == "sent"
    said = run("old", "ask", "CP visits overdue", "--as", "U-T11", "--json").out
    ended = run("new", "restore", str(backup))
    assert (ended.status, ended.err) == (0, "")
    assert asyncio.run(kept()) == before
    assert run("new", "ask", "CP visits overdue", "--as", "U-T11", "--json").out == said
    assert run("new", "audit", "verify").status == 0
    assert (tmp_path / "new" / "timetable.yaml").read_text() == "units:\n  T11: {briefing: off}\n"
    assert (tmp_path / "new" / "perfbot.sqlite3").stat().st_mode & 0o077 == 0
    assert backup.stat().st_mode & 0o077 == 0


def test_a_backup_of_a_restored_home_holds_the_same_files(run: Run, backup: Path, tmp_path: Path) -> None:
    assert run("new", "restore", str(backup)).status == 0
    assert run("new", "backup", str(tmp_path / "again.backup")).status == 0
    names = [_names(each) for each in (backup, tmp_path / "again.backup")]
    assert names[0] == names[1]
    assert {"database.sqlite3", "manifest.json", "home/timetable.yaml"} < set(names[0])
    assert not [name for name in names[0] if "sqlite3-" in name]


def _names(backup: Path) -> list[str]:
    with tarfile.open(backup) as archive:
        return sorted(archive.getnames())


def test_a_backup_while_somebody_writes_is_whole(run: Run, backup: Path, tmp_path: Path) -> None:
    async def write_during_backup() -> None:
        async with common.opened_store(common.settings()) as store, store.database.writing() as session:
            await store.database.serialise(session, 1)
            ended = await asyncio.to_thread(_back_up, tmp_path / "during.backup")
            assert ended > 0

    run("old", "settings")
    asyncio.run(write_during_backup())
    assert run("third", "restore", str(tmp_path / "during.backup")).status == 0


def _back_up(file: Path) -> int:
    from bot.backup import back_up

    return back_up(common.settings(), file, "2026-11-16").files


def test_nothing_that_is_there_is_overwritten(run: Run, backup: Path, tmp_path: Path) -> None:
    before = backup.read_bytes()
    ended = run("old", "backup", str(backup))
    assert (ended.status, ended.err) == (2, f"{backup} is there already: name a new file.\n")
    assert backup.read_bytes() == before
    ended = run("old", "restore", str(backup))
    assert ended.status == 2
    assert "is not empty: a backup is restored into a new PERFBOT_HOME." in ended.err


def _changed(backup: Path, target: Path, change: str) -> Path:
    """The backup with one thing wrong."""
    with tarfile.open(backup) as old, tarfile.open(target, "w") as new:
        for member in old:
            data = old.extractfile(member).read()  # type: ignore[union-attr]
            if change == "byte" and member.name == "home/timetable.yaml":
                data = data.replace(b"off", b"on ")
            if change == "version" and member.name == "manifest.json":
                data = json.dumps({**json.loads(data), "format": 99}).encode()
            if change == "missing" and member.name == "home/timetable.yaml":
                continue
            member.size = len(data)
            new.addfile(member, io.BytesIO(data))
        if change == "outside":
            new.addfile(tarfile.TarInfo("home/../../outside"), io.BytesIO(b""))
    return target


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("byte", "is damaged: home/timetable.yaml is not what was backed up. Nothing was restored."),
        ("missing", "is damaged: home/timetable.yaml is not what was backed up. Nothing was restored."),
        ("version", "was made by another version of perfbot"),
        ("outside", "it holds more than its list says"),
    ],
)
def test_a_damaged_backup_restores_nothing(
    run: Run, backup: Path, tmp_path: Path, change: str, sentence: str
) -> None:
    ended = run("new", "restore", str(_changed(backup, tmp_path / "wrong", change)))
    assert ended.status == 2
    assert sentence in ended.err
    assert not (tmp_path / "new").exists() or not any((tmp_path / "new").iterdir())
    assert not (tmp_path.parent / "outside").exists()


@pytest.mark.parametrize("content", [b"", b"not a backup", None])
def test_what_is_no_backup_is_said(run: Run, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "x"
    if content is not None:
        file.write_bytes(content)
    ended = run("new", "restore", str(file))
    assert ended.status == 2
    assert len(ended.err.splitlines()) == 1


def test_a_cut_off_backup_restores_nothing(run: Run, backup: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut"
    cut.write_bytes(backup.read_bytes()[:-20_000])
    ended = run("new", "restore", str(cut))
    assert ended.status == 2
    assert not (tmp_path / "new").exists() or not any((tmp_path / "new").iterdir())


@pytest.mark.postgres
def test_a_postgres_database_is_left_to_pg_dump(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres_url: str
) -> None:
    monkeypatch.setenv("PERFBOT_DATABASE_URL", postgres_url)
    assert run("old", "load", str(BOROUGH)).status == 0
    ended = run("old", "backup", str(tmp_path / "rest.backup"))
    assert ended.status == 0
    assert "back that up with pg_dump" in ended.out
    assert postgres_url not in ended.out
    ended = run("new", "restore", str(tmp_path / "rest.backup"))
    assert (ended.status, "pg_restore" in ended.out) == (0, True)
    assert run("new", "ask", "CP visits overdue", "--as", "U-T11").status == 0
