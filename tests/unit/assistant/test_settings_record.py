"""Every changed setting is on record before it counts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from bot.audit import StoreRecorder
from bot.entra.people import CANNOT_TELL
from bot.settings import Settings, load_settings
from bot.settings_record import SettingsOnRecord
from bot.store import Cipher, Store, open_store
from kpi_engine.users import User, Users

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
ANN = User("ann", "Ann", "team_manager", "T11", True)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(
        f"sqlite+aiosqlite:///{tmp_path / 'db' / 'x.sqlite3'}", Cipher(Fernet.generate_key())
    )
    yield opened
    await opened.close()


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path)


def watch(config: Settings, store: Store, *, environment: bool = False) -> SettingsOnRecord:
    return SettingsOnRecord(config, store.audit, StoreRecorder(store.audit), environment=environment)


async def recorded(store: Store) -> list[tuple[str, Any]]:
    found = [record.entry.understood async for record in store.audit.records(event="settings")]
    return [(each["changed"], each["now"]) for each in found]


@pytest.mark.parametrize(
    "name", ["targets.yaml", "local_standards.yaml", "timetable.yaml", "restricted.csv", "groups.yaml"]
)
async def test_a_file_that_comes_changes_and_goes(config: Settings, store: Store, name: str) -> None:
    looking, users, file = watch(config, store), Users([ANN]), config.home / name
    await looking.look(users, NOW)
    before = len(await recorded(store))
    for content in ("one", "two is longer"):
        file.write_text(content, encoding="utf-8")
        await looking.look(users, NOW)
        await looking.look(users, NOW)
    file.unlink()
    await looking.look(users, NOW)
    assert (await recorded(store))[before:] == [(name, "one"), (name, "two is longer"), (name, None)]
    assert (await store.audit.verify()).whole


async def test_another_process_records_nothing_twice(config: Settings, store: Store) -> None:
    (config.home / "targets.yaml").write_text("one", encoding="utf-8")
    for _ in range(2):
        await watch(config, store, environment=True).look(Users([ANN]), NOW)
    assert sorted(what for what, _ in await recorded(store)) == ["environment", "people", "targets.yaml"]


async def test_joiners_movers_and_leavers(config: Settings, store: Store) -> None:
    looking = watch(config, store)
    for users in (
        Users([ANN]),
        Users([replace(ANN, unit_id="T12")]),
        Users([replace(ANN, active=False)]),
        Users(),
    ):
        await looking.look(users, NOW)
        await looking.look(Users(users.values()), NOW)
    held = [now.get("ann", {}) for what, now in await recorded(store) if what == "people"]
    assert [(each.get("unit"), each.get("active")) for each in held] == [
        ("T11", True), ("T12", True), ("T11", False), (None, None),
    ]  # fmt: skip


async def test_people_of_groups_have_not_gone_when_nobody_can_look(config: Settings, store: Store) -> None:
    looking = watch(config, store)
    await looking.look(Users([ANN]), NOW)
    await looking.look(Users([], otherwise=CANNOT_TELL), NOW)
    assert len(await recorded(store)) == 1


async def test_neither_secrets_nor_addresses_are_kept(config: Settings, store: Store) -> None:
    secret = load_settings(home=config.home, app_password="hunter2 is long")
    (config.home / "emails.yaml").write_text("ann: ann@example.org", encoding="utf-8")
    await watch(secret, store, environment=True).look(Users([ANN]), NOW)
    spoken = repr([record async for record in store.audit.records()])
    assert "emails.yaml" in spoken
    assert "ann@example.org" not in spoken
    assert "hunter2" not in spoken
