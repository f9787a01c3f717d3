"""What a monitor is told: alive, ready, figures without people; and a call that stops when looking stops."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from delivery_people import Clock, PlainComposer, SmallAuthority, authority, with_chats
from sqlalchemy.exc import OperationalError

from bot.hosts.protocol import Final, Retryable, Sent, UnknownOutcome
from bot.settings import Settings, SettingsError, load_settings
from bot.store import Store
from bot.turn import Reply
from kpi_engine.answer import DataStamp
from schedules.health import Health
from schedules.look import Deliveries
from schedules.notices import Notices
from schedules.outlook import timetable_of
from schedules.pulse import PATIENCE, Pulse
from schedules.runner import start
from schedules.tools import StoredAddresses, Tools

MONDAY = datetime(2026, 11, 16, 8, 30, 5, tzinfo=UTC)
SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@dataclass
class Stamped(SmallAuthority):
    @property
    def stamp(self) -> DataStamp:
        return DataStamp(self.as_at, "2026-11-16T06:30:05+00:00", "x1", 0)

    def current(self) -> Stamped:
        return self


class Host:
    """Takes every post but those of three people."""

    async def send(self, reference: dict[str, str], reply: Reply) -> Sent:
        ends = {
            "a:U-T1": Final("blocked"), "a:U-T2": UnknownOutcome("cut off"), "a:U-T3": Retryable("busy"),
        }  # fmt: skip
        if error := ends.get(reference["conversation_id"]):
            raise error
        return Sent("1")


class Monitor:
    """Counts the calls it gets; `status` is how it answers."""

    def __init__(self) -> None:
        self.calls, self.status, self.url = 0, 200, ""

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Monitor]:
        app = web.Application()
        app.router.add_get("/ping", self._ping)
        async with TestServer(app) as server:
            self.url = str(server.make_url("/ping"))
            yield self

    async def _ping(self, _: web.Request) -> web.Response:
        self.calls += 1
        return web.Response(status=self.status)


def small() -> Stamped:
    people = authority()
    return Stamped(people.units, people.users, date(2026, 11, 15))


@asynccontextmanager
async def asking(health: Health) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    app = web.Application()
    app.add_routes(health.routes())
    async with TestClient(TestServer(app)) as client:
        yield client


async def read(client: TestClient[web.Request, web.Application], path: str) -> tuple[int, str]:
    async with client.get(path) as answer:
        return answer.status, await answer.text()


def figures(text: str) -> dict[str, float]:
    lines = [line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")]
    return {name.removeprefix("perfbot_"): float(value) for name, value in lines}


async def test_the_figures_tell_what_was_due_what_became_of_it_and_what_waits(
    store: Store, tmp_path: Path
) -> None:
    directory, clock, settings = small(), Clock(MONDAY), Settings(home=tmp_path)
    await with_chats(store, directory, MONDAY)
    await store.schedule_marks.looked(MONDAY - timedelta(minutes=1))
    tools = Tools(
        store=store, engines=directory, composer=PlainComposer(), sender=Host(),
        addresses=StoredAddresses(store), timetable=lambda units: timetable_of(settings, units),
        notices=Notices(store, clock), clock=clock,
    )  # fmt: skip
    pulse = Pulse("", clock)
    await Deliveries(tools).look()
    await pulse.looked(well=True)
    clock.forward(minutes=3)
    async with asking(Health(settings, store, directory, pulse, clock)) as client:
        assert await read(client, "/healthz") == (200, "ok\n")
        assert await read(client, "/readyz") == (200, "ok\n")
        status, text = await read(client, "/metrics")
    assert status == 200
    found = figures(text)
    assert found["briefings_due"] == 5  # S1, T1 to T3, the channel of T1
    assert found['briefings{status="sent"}'] == 2
    assert found['briefings{status="failed"}'] == 1
    assert found['briefings{status="unknown"}'] == 1
    assert found['briefings{status="waiting"}'] == 2  # T3's, and the notice to the analyst
    assert found["delivery_lag_seconds"] == pytest.approx(185, abs=1)
    assert found["extract_age_seconds"] == pytest.approx(2 * 3600 + 180, abs=1)
    assert found["data_age_seconds"] == pytest.approx(32 * 3600 + 1985, abs=1)
    assert found["last_look_age_seconds"] == pytest.approx(180, abs=1)
    assert (found["database_up"], found["scheduler_alive"], found["looks_failed"]) == (1, 1, 0)
    assert not [word for word in ("U-T1", "T1", "19:", "Manager", "Team") if word in text]


@SQLITE
async def test_a_scheduler_that_stopped_looking_is_not_healthy(store: Store, tmp_path: Path) -> None:
    clock = Clock(MONDAY)
    pulse = Pulse("", clock)
    async with asking(Health(Settings(home=tmp_path), store, small(), pulse, clock)) as client:
        assert (await read(client, "/healthz"))[0] == 200  # it has only just begun
        await pulse.looked(well=False)
        clock.now += PATIENCE - timedelta(seconds=1)
        assert (await read(client, "/healthz"))[0] == 200
        clock.forward(seconds=2)
        assert await read(client, "/healthz") == (503, "The timetable has not been looked at for minutes.\n")
        found = figures((await read(client, "/metrics"))[1])
    assert (found["scheduler_alive"], found["looks_failed"]) == (0, 1)
    assert found["last_look_age_seconds"] == float("inf")


@SQLITE
async def test_without_its_database_it_is_alive_but_not_ready(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away() -> None:
        raise OperationalError("SELECT", {}, Exception("password"))

    monkeypatch.setattr(store.subscriptions, "all", away)
    async with asking(Health(Settings(home=tmp_path), store, small(), Pulse("", lambda: MONDAY))) as client:
        assert (await read(client, "/healthz"))[0] == 200
        assert await read(client, "/readyz") == (503, "The database does not answer.\n")
        status, text = await read(client, "/metrics")
    assert (status, figures(text)["database_up"]) == (200, 0)
    assert "password" not in text


@SQLITE
async def test_the_monitor_is_called_after_looks_that_ended_well_and_only_then(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = small()
    async with Monitor().serving() as monitor:
        settings = load_settings(home=tmp_path, heartbeat_url=monitor.url)
        pulse = Pulse(settings.heartbeat_url.get_secret_value(), lambda: MONDAY)
        running = await start(
            settings=settings, store=store, engines=directory, composer=PlainComposer(), sender=Host(),
            clock=lambda: MONDAY, pulse=pulse, every=0.02,
        )  # fmt: skip
        try:
            async with asyncio.timeout(20):
                while monitor.calls < 3:
                    await asyncio.sleep(0.01)

            async def broken(now: datetime) -> None:
                raise OSError

            monkeypatch.setattr(store.briefings, "expire", broken)
            async with asyncio.timeout(20):
                while pulse.looks_failed < 3:
                    await asyncio.sleep(0.01)
                called, failed = monitor.calls, pulse.looks_failed
                while pulse.looks_failed < failed + 3:
                    await asyncio.sleep(0.01)
            assert monitor.calls == called
        finally:
            await running.stop()


async def test_a_monitor_that_is_away_is_logged_once_without_its_address(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with Monitor().serving() as monitor:
        pulse = Pulse(monitor.url + "?secret", lambda: MONDAY)
        with caplog.at_level(logging.WARNING):
            monitor.status = 500
            await pulse.looked(well=True)
            await pulse.looked(well=True)
            monitor.status = 200
            await pulse.looked(well=True)
            monitor.status = 404
            await pulse.looked(well=True)
        await pulse.close()
    said = [record.getMessage() for record in caplog.records]
    assert [each[each.index("(") :] for each in said] == ["(it answered 500).", "(it answered 404)."]
    assert monitor.calls == 4
    assert "secret" not in caplog.text


def test_the_monitors_address_is_a_secret_and_is_checked(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, heartbeat_url="https://monitor.invalid/secret")
    assert ("PERFBOT_HEARTBEAT_URL", "set") in [(name, value) for name, value, _ in settings.listing()]
    with pytest.raises(SettingsError, match=r"^PERFBOT_HEARTBEAT_URL must start with https://"):
        load_settings(heartbeat_url="ftp://monitor.invalid")
