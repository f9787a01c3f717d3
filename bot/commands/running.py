"""What runs until it is stopped: `perfbot demo`, `serve`, `chat`; what it sends: `timetable`, `deliveries`.

The timetable lives above the bot (schedules -> bot -> kpi_engine), so it is looked up by name when a process
is put together here, and nothing in the bot imports it.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands import common
from kpi_engine.errors import InputError

if TYPE_CHECKING:
    from bot.commands.common import Desk
    from bot.engines import CurrentEngine
    from bot.settings import Settings

DEMO = "demo"
"""The folder of the invented authority in PERFBOT_HOME: it never mixes with a real extract."""
DEMO_CHILDREN = 3_000
PORT = 3978


def register(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command("demo")(demo)
    app.command("serve")(serve)
    app.command("chat")(chat)
    app.command("timetable")(timetable)
    app.command("deliveries")(deliveries)


def demo(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")] = PORT,
    at: Annotated[str | None, typer.Option("--at", metavar="DATE", help="Default: yesterday.")] = None,
) -> None:
    """An invented authority in a browser chat, with the timetable running. Nothing else is needed."""
    day = common.parse_date(at, "--at") or common.now().date() - timedelta(days=1)
    home = common.settings().home / DEMO
    _make_demo(home, day)
    config = common.settings(home=home, database_url="")
    _log(config)
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

    folder = folder_in(config.home.parent)
    try:
        await asyncio.to_thread(fetch, folder)
    except InputError as error:
        common.say(str(error))
    engines = _engines(config)
    async with common.desk(config=config, engines=engines, remember=True) as desk:
        chat = BrowserChat(desk.assistant, desk.engine, web_chat=read_script(folder))
        local = importlib.import_module("schedules.local").LocalHost(chat)
        async with serving(chat, port=port) as address, _timetable(desk, engines, local, local) as posts:

            async def send_now(person_id: str) -> None:
                await posts.send_now(person_id)

            chat.send_now = send_now
            common.say(f"perfbot is at {address} (an invented authority; Ctrl-C ends it)")
            await _until_stopped()


def serve() -> None:
    """The bot for Teams, with the timetable."""
    config = common.settings()
    _log(config)
    common.run(_serve_teams(config))


async def _serve_teams(config: Settings) -> None:
    from bot.hosts.botbuilder import TeamsHost, serving

    config.check_can_serve()
    engines = _engines(config)
    async with common.desk(config=config, engines=engines, remember=True) as desk:
        host = TeamsHost(config, desk.assistant, desk.store)
        async with serving(host) as address, _timetable(desk, engines, host):
            common.say(f"perfbot listens at {address}")
            await _until_stopped()


def chat(
    as_: common.As = None,
    in_: Annotated[
        str, typer.Option("--in", metavar="personal|TEAM_ID", help="Alone, or in a unit's channel.")
    ] = "personal",
    at: common.At = None,
    known: common.Known = None,
) -> None:
    """The chat in this terminal."""
    if as_ is None:
        raise InputError("--as USER_ID is missing: perfbot users review lists the users.")
    _log(common.settings())

    async def talk() -> None:
        from bot.hosts.terminal import chat as terminal_chat

        async with common.desk(at=at, known=known) as desk:
            await terminal_chat(desk.assistant, desk.engine, as_, place=in_)

    common.run(talk())


def timetable(
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="How far ahead.")] = 14,
    as_json: common.AsJson = False,
) -> None:
    """What goes out when, and to whom."""

    async def gather() -> list[dict[str, Any]]:
        reading = importlib.import_module("schedules.timetable_file")
        composing = importlib.import_module("schedules.briefings")
        config = common.settings()
        engine = common.open_engine(config.home)
        table = reading.read_timetable(
            tuple(engine.units), config.home, zone=config.zone, closed=config.office_closed
        )
        async with common.opened_store(config) as store:
            recipients = composing.recipients(engine, await store.channels.all())
        return [
            {
                "at": due.at.astimezone(table.zone).isoformat(timespec="minutes"),
                "post": due.post,
                "unit": due.unit_id,
                "recipients": [each.id for each in recipients.get(due.unit_id, [])],
            }
            for due in table.next_days(common.now(), days)
        ]

    found = common.run(gather())
    if as_json:
        common.say_json(found)
        return
    for each in found:
        to = ", ".join(each["recipients"]) or "nobody yet"
        common.say(f"{each['at']}  {each['post']:<9} {each['unit']:<8} to {to}")
    if not found:
        common.say(f"Nothing goes out in the next {days} days.")


def deliveries(
    again: Annotated[
        str | None,
        typer.Option(
            "--again", metavar="DATE", help="Send again what failed since then (never what is unknown)."
        ),
    ] = None,
    as_json: common.AsJson = False,
) -> None:
    """What was sent to whom, what failed, and of what nobody can tell."""
    since = common.parse_date(again, "--again")

    async def gather() -> list[Any]:
        async with common.opened_store(common.settings()) as store:
            if since is None:
                return list(await store.briefings.list())
            delivery = importlib.import_module("schedules.delivery")
            return list(await delivery.send_failed_again(store, common.now(), common.midnight(since)))

    rows = [
        {
            "briefing": each.briefing,
            "recipient": each.recipient,
            "period": each.period,
            "status": each.status,
            "tries": each.tries,
            "changed_at": each.changed_at.isoformat(timespec="seconds"),
            "because": each.because,
        }
        for each in common.run(gather())
    ]
    if since is not None:
        common.record_operator("settings", {"deliveries_again": len(rows)})
    if as_json:
        common.say_json(rows)
        return
    for row in rows:
        because = f"  ({row['because']})" if row["because"] else ""
        common.say(f"{row['changed_at']}  {row['status']:<8} {row['briefing']} to {row['recipient']}, "
                   f"{row['period']}{because}")  # fmt: skip
    if not rows:
        common.say("Nothing to show.")


def _engines(config: Settings) -> CurrentEngine:
    """The current extract, swapped under the running bot when a new one is loaded."""
    from bot.engines import CurrentEngine

    return CurrentEngine(lambda: common.open_engine(config.home), config.home / "extracts")


@asynccontextmanager
async def _timetable(
    desk: Desk, engines: CurrentEngine, sender: Any, addresses: Any = None
) -> AsyncIterator[Any]:
    """The running timetable, stopped before the store is closed."""
    runner = importlib.import_module("schedules.runner")
    running = await runner.start(
        settings=desk.settings, store=desk.store, engines=engines, composer=desk.assistant, sender=sender,
        addresses=addresses,
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


def _log(config: Settings) -> None:
    logging.basicConfig(level=config.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for loud in ("apscheduler", "msrest", "urllib3", "sqlalchemy"):
        logging.getLogger(loud).setLevel(logging.WARNING)
