"""`perfbot bench delivery`: a Monday morning of so many briefings, composed by the real assistant, posted by the
real Teams adapter over HTTP to a connector on this machine that counts. JSON; the machine is named by its cores.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands import common
from schedules.bench_asking import asked

if TYPE_CHECKING:
    from bot.assistant import Assistant
    from bot.follows import Follow
    from bot.hosts.protocol import Sender, Sent
    from bot.store import Store
    from bot.turn import Audience, Reply
    from kpi_engine.engine import Engine
    from kpi_engine.question import Question

AS_AT = date(2026, 11, 15)
MONDAY = datetime(2026, 11, 16, 8, 30, tzinfo=UTC)
WINDOW = 1.0


def delivery(
    briefings: Annotated[int, typer.Option("--briefings", min=1, help="How many to send.")] = 200,
    children: Annotated[int, typer.Option("--children", min=1, help="Open children.")] = 3000,
    people: Annotated[int, typer.Option("--people", min=0, help="People who ask afterwards; 0: none.")] = 0,
    minutes: Annotated[float, typer.Option("--minutes", min=0.01, help="How long they go on asking.")] = 5.0,
    reading: Annotated[
        float, typer.Option("--reading", min=0.0, help="Seconds each reads an answer, on average.")
    ] = 30.0,
) -> None:
    """Composes and delivers a morning's briefings to a connector on this machine, within Teams' limits; then, with
    --people, so many ask at once: all within seconds first, then each again and again."""
    import kpi_engine

    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home, data = Path(folder) / "home", Path(folder) / "data"
        kpi_engine.make_authority(data, children=children, as_at=AS_AT, seed=1)
        kpi_engine.load(str(data), None, home, "2026-11-16T06:00:00+00:00")
        connector = stack.enter_context(Connector())
        figures = common.run(_morning(home, connector, briefings))
        if people:
            figures["asking"] = asked(Path(folder), data, people, minutes, reading)
    common.say_json({"cores": os.cpu_count(), "children": children, **figures})


async def _morning(home: Path, connector: Connector, briefings: int) -> dict[str, Any]:
    from bot.hosts.botbuilder import TeamsHost
    from schedules.look import Deliveries
    from schedules.notices import Notices
    from schedules.outlook import timetable_of
    from schedules.tools import StoredAddresses, Tools

    config = common.settings(home=home, database_url="", local_mode=True, app_id="")
    start = perf_counter()

    def clock() -> datetime:
        return MONDAY + timedelta(seconds=perf_counter() - start)

    async with common.desk(config=config) as desk:
        desk.engine.warm()  # as `perfbot serve` does when it opens an extract
        expected = await _open_chats(desk.store, desk.engine, connector.url, briefings)
        await desk.store.schedule_marks.looked(MONDAY - timedelta(minutes=1))
        composer = TimedComposer(desk.assistant)
        host = TimedSender(TeamsHost(config, desk.assistant, desk.store))
        table = timetable_of(config, desk.engine)
        deliveries = Deliveries(
            Tools(
                store=desk.store, engines=_Fixed(desk.engine), composer=composer, sender=host,
                addresses=StoredAddresses(desk.store), timetable=lambda directory: table,
                notices=Notices(desk.store, clock), clock=clock,
            )
        )  # fmt: skip
        begun = perf_counter()
        await deliveries.look()
        whole = perf_counter() - begun
        statuses = Counter(each.status for each in await desk.store.briefings.list(limit=10_000))
    times = sorted(connector.taken)
    per_conversation = Counter(connector.conversations)
    return {
        "briefings": expected,
        "units": len(desk.engine.units),
        "compose_seconds": round(composer.seconds, 3),
        "compose_processor_seconds": round(composer.processor_seconds, 3),
        "compose_slowest_seconds": round(composer.slowest, 3),
        "deliver_seconds": round(host.last - host.first, 3),
        "whole_look_seconds": round(whole, 3),
        "statuses": dict(sorted(statuses.items())),
        "accepted": len(times),
        "accepted_twice": sum(count - 1 for count in per_conversation.values()),
        "most_posts_in_one_second": max((_within(times, at) for at in times), default=0),
    }


def _within(times: list[float], at: float) -> int:
    return sum(at <= each < at + WINDOW for each in times)


async def _open_chats(store: Store, engine: Engine, url: str, briefings: int) -> int:
    """So many recipients: every unit's managers first, then channels, the units in turn; how many there are."""
    from bot.store import Reference
    from schedules.briefings import recipients

    people = [each.id for those in recipients(engine, []).values() for each in those]
    for person_id in people:
        await store.references.save(
            Reference(
                "msteams", url, f"a:{person_id}", "personal", "tenant", "bot", f"29:{person_id}", person_id
            ),
            MONDAY,
        )
    units = sorted(engine.units)
    for n in range(briefings - len(people)):
        place = f"19:channel-{n}"
        await store.references.save(Reference("msteams", url, place, "channel", "tenant", "bot"), MONDAY)
        await store.channels.assign(place, engine.units[units[n % len(units)]].ref, "bench", MONDAY)
    return max(briefings, len(people))


class _Fixed:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def current(self) -> Engine:
        return self._engine


class TimedComposer:
    """The assistant, with a watch on it."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self.seconds = self.slowest = self.processor_seconds = 0.0

    async def briefing(
        self, unit_id: str, person_id: str | None, audience: Audience, *, conversation_id: str
    ) -> Reply:
        begun, worked = perf_counter(), process_time()
        reply = await self._assistant.briefing(unit_id, person_id, audience, conversation_id=conversation_id)
        took = perf_counter() - begun
        self.seconds += took
        self.processor_seconds += process_time() - worked
        self.slowest = max(self.slowest, took)
        return reply

    async def post(
        self, question: Question, person_id: str | None, audience: Audience, *, conversation_id: str
    ) -> Reply:
        return await self._assistant.post(question, person_id, audience, conversation_id=conversation_id)

    async def stands(self, follow: Follow, person_id: str) -> bool | None:
        return await self._assistant.stands(follow, person_id)

    async def alert(self, follow: Follow, person_id: str, *, is_over: bool, conversation_id: str) -> Reply:
        return await self._assistant.alert(
            follow, person_id, is_over=is_over, conversation_id=conversation_id
        )


class TimedSender:
    """The Teams host, and when its first post began and its last ended."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self.first = self.last = 0.0

    async def send(self, reference: Mapping[str, Any], reply: Reply) -> Sent:
        self.first = self.first or perf_counter()
        try:
            return await self._sender.send(reference, reply)
        finally:
            self.last = perf_counter()


class Connector:
    """Takes every post, in a thread and an event loop of its own. taken: when; conversations: where."""

    def __init__(self) -> None:
        self.taken: list[float] = []
        self.conversations: list[str] = []
        self.url = ""
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Connector:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _serve(self) -> None:
        import asyncio

        async def main() -> None:
            from aiohttp import web

            self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
            app = web.Application()
            for tail in ("", "/{activity}"):
                app.router.add_post("/v3/conversations/{conversation}/activities" + tail, self._take)
            runner = web.AppRunner(app, access_log=None)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            self._ready.set()
            await self._stop.wait()
            await runner.cleanup()

        asyncio.run(main())

    async def _take(self, request: Any) -> Any:
        from aiohttp import web

        await request.read()
        self.taken.append(perf_counter())
        self.conversations.append(request.match_info["conversation"])
        return web.json_response({"id": f"activity-{len(self.taken)}"}, status=201)
