"""What runs with the timetable until it is stopped: `perfbot demo` (a browser chat) and `serve` (Teams)."""

from __future__ import annotations

import asyncio
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands import common
from bot.commands.chatting import log_to_stderr
from kpi_engine.errors import InputError

if TYPE_CHECKING:
    from aiohttp import web

    from bot.commands.common import Desk
    from bot.engines import CurrentEngine, Engines
    from bot.hosts.protocol import Sender
    from bot.settings import Settings
    from kpi_engine.engine import Engine
    from schedules.pulse import Pulse
    from schedules.runner import Schedules
    from schedules.tools import Addresses

DEMO = "demo"
"""The folder of the invented authority in PERFBOT_HOME: it never mixes with a real extract."""
DEMO_CHILDREN = 3_000
PORT = 3978


def demo(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")] = PORT,
    at: Annotated[str | None, typer.Option("--at", metavar="DATE", help="Default: yesterday.")] = None,
) -> None:
    """An invented authority in a browser chat, with the timetable running. Nothing else is needed."""
    day = common.parse_date(at, "--at") or common.now().date() - timedelta(days=1)
    home = common.settings().home / DEMO
    _make_demo(home, day)
    config = common.settings(home=home, database_url="")
    log_to_stderr(config)
    common.run(_serve_browser(config, port))


def _make_demo(home: Path, day: date) -> None:
    """The invented authority as at that day, unless it is there already."""
    import kpi_engine

    try:
        if kpi_engine.open_current(home).as_at == day:
            return
    except InputError:
        common.say("Making an invented authority; this takes some seconds, once.")
    with tempfile.TemporaryDirectory() as folder:
        kpi_engine.make_authority(Path(folder), children=DEMO_CHILDREN, as_at=day, seed=1)
        kpi_engine.load(folder, day, home, common.now().isoformat(timespec="seconds"))


async def _serve_browser(config: Settings, port: int) -> None:
    from bot.hosts.browser import BrowserChat, serving
    from bot.hosts.webchat.fetch import fetch, folder_in, read_script
    from schedules.local import LocalHost

    folder = folder_in(config.home.parent)
    try:
        await asyncio.to_thread(fetch, folder)
    except InputError as error:
        common.say(str(error))
    engines = _engines(config)
    async with common.desk(config=config, engines=engines, remember=True) as desk:
        await desk.assistant.warm()
        chat = BrowserChat(desk.assistant, desk.engine, web_chat=read_script(folder))
        local = LocalHost(chat)
        pulse, routes = _watched(desk, engines)
        async with (
            engines.kept_fresh(),
            serving(chat, port=port, routes=routes) as address,
            _timetable(desk, engines, pulse, local, local) as posts,
        ):

            async def send_now(person_id: str) -> None:
                await posts.send_now(person_id)

            chat.send_now = send_now
            common.say(f"perfbot is at {address} (an invented authority; Ctrl-C ends it)")
            await _until_stopped()


def serve() -> None:
    """The bot for Teams, with the timetable."""
    config = common.settings()
    log_to_stderr(config)
    common.run(_serve_teams(config))


async def _serve_teams(config: Settings) -> None:
    from bot.hosts.botbuilder import TeamsHost, serving

    config.check_can_serve()
    extracts = _engines(config)
    engines = common.with_groups(config, extracts)
    async with common.desk(config=config, engines=engines, remember=True) as desk:
        await desk.assistant.warm()
        host = TeamsHost(config, desk.assistant, desk.store)
        pulse, routes = _watched(desk, engines)
        async with (
            extracts.kept_fresh(),
            _people_kept_fresh(engines),
            serving(host, routes) as address,
            _timetable(desk, engines, pulse, host),
        ):
            common.say(f"perfbot listens at {address}")
            await _until_stopped()


@asynccontextmanager
async def _people_kept_fresh(engines: Engines) -> AsyncIterator[None]:
    """Membership of Entra groups, where there are any, is looked up before the first question comes."""
    from bot.entra.people import WithGroups

    if not isinstance(engines, WithGroups):
        yield
        return
    await engines.renew()
    async with engines.kept_fresh():
        yield


def _engines(config: Settings) -> CurrentEngine:
    """The current extract, swapped under the running bot when a new one is loaded."""
    from bot.engines import CurrentEngine

    def opened() -> Engine:
        engine = common.open_engine(config.home)
        engine.warm()  # so that nobody's first question waits for it
        return engine

    return CurrentEngine(opened, config.home / "extracts")


def _watched(desk: Desk, engines: Engines) -> tuple[Pulse, list[web.RouteDef]]:
    """The dead man's switch of this process, and what a monitor may ask it."""
    from schedules.health import Health
    from schedules.pulse import Pulse

    pulse = Pulse(desk.settings.heartbeat_url.get_secret_value(), common.now)
    return pulse, Health(desk.settings, desk.store, engines, pulse).routes()


@asynccontextmanager
async def _timetable(
    desk: Desk, engines: Engines, pulse: Pulse, sender: Sender, addresses: Addresses | None = None
) -> AsyncIterator[Schedules]:
    """The running timetable, stopped before the store is closed."""
    from schedules.runner import start

    running = await start(
        settings=desk.settings, store=desk.store, engines=engines, composer=desk.assistant, sender=sender,
        addresses=addresses, corrector=desk.assistant, pulse=pulse,
    )  # fmt: skip
    try:
        yield running
    finally:
        await running.stop()


async def _until_stopped() -> None:
    """Waits for Ctrl-C or the service manager's SIGTERM."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stopped.set)
    await stopped.wait()
