"""The people of `perfbot bench delivery --people`: a process of their own, with a connector to be answered at.

Each asks, reads the answer for a while, asks again. Measured is what a person waits: from the message going out to
the answer's arrival at the connector, over HTTP both ways.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiohttp import ClientSession, web

    from bot.hosts.teams.practice import PracticeTeams

TEXTS = (
    "which CP visits are overdue?", "how are we doing?", "how many children are on a plan?", "overdue LAC reviews",
    "assessments in time last month", "unallocated cases", "what falls due this week?", "who has the most overdue?",
    "trend of CIN cases", "CP visits overdue by worker", "briefing", "how are CP visits counted?",
)  # fmt: skip
PATIENCE = 60.0
"""An answer that has not come after so many seconds is an error."""
BURST_SECONDS = 3.0
STRETCH_SECONDS = 300


@dataclass(frozen=True)
class Load:
    """seconds: how long the people go on.  reading: seconds between an answer and the next question, on average.

    sorry: the bot's words for a turn that went wrong: an answer that holds them is an error.
    """

    people: Sequence[str]
    seconds: float
    reading: float
    sorry: str


def people(pipe: Connection, load: Load) -> None:
    """The process: says where its connector is, is told where the bot is, gives its figures back."""
    asyncio.run(_Crowd(load).run(pipe))


class _Crowd:
    def __init__(self, load: Load) -> None:
        self._load = load
        self._lot = random.Random(1)
        self._asked = 0
        self._waiting: dict[str, asyncio.Future[float]] = {}
        self._errors: dict[str, int] = {}

    async def run(self, pipe: Connection) -> None:
        from aiohttp import ClientSession, ClientTimeout, TCPConnector, web

        from bot.hosts.teams.practice import PracticeTeams

        teams = PracticeTeams()
        runner = web.AppRunner(self._connector(teams), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        teams.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        pipe.send(teams.url)
        address = await asyncio.to_thread(pipe.recv)
        async with ClientSession(connector=TCPConnector(limit=0), timeout=ClientTimeout(PATIENCE)) as session:
            ask = _Asking(self, teams, session, address)
            burst = await self._burst(ask)
            pipe.send(("burst", burst))
            steady = await self._steady(ask)
        await runner.cleanup()
        pipe.send(("steady", steady | {"errors": self._errors}))

    def _connector(self, teams: PracticeTeams) -> web.Application:
        from aiohttp import web

        async def take(request: web.Request) -> web.Response:
            arrived, body = perf_counter(), await request.json()
            waiting = (
                self._waiting.pop(str(body.get("replyToId")), None) if body["type"] == "message" else None
            )
            if waiting is not None and not waiting.done():
                if self._load.sorry in str(body.get("text")):
                    self.error("an answer that went wrong")
                waiting.set_result(arrived)
            return web.json_response({"id": "taken"}, status=201)

        async def metadata(_: web.Request) -> web.Response:
            return web.json_response(teams.metadata())

        async def keys(_: web.Request) -> web.Response:
            return web.json_response(teams.keys())

        app = web.Application()
        for tail in ("", "/{activity}"):
            app.router.add_post("/v3/conversations/{conversation}/activities" + tail, take)
        app.router.add_get("/metadata", metadata)
        app.router.add_get("/keys", keys)
        return app

    async def _burst(self, ask: _Asking) -> dict[str, Any]:
        """Everybody asks once within a few seconds."""
        begun = perf_counter()

        async def one(person: str) -> float:
            await asyncio.sleep(self._lot.random() * BURST_SECONDS)
            return await ask.once(person)

        waits = await asyncio.gather(*(one(person) for person in self._load.people))
        return {"asked_within_seconds": BURST_SECONDS, **waited(list(waits)),
                "all_answered_after_seconds": round(perf_counter() - begun, 1)}  # fmt: skip

    async def _steady(self, ask: _Asking) -> dict[str, Any]:
        """Everybody reads, asks, reads, asks, until the time is over."""
        begun, waits = perf_counter(), list[tuple[float, float]]()

        async def one(person: str) -> None:
            await asyncio.sleep(self._lot.random() * self._load.reading)
            while perf_counter() - begun < self._load.seconds:
                asked = perf_counter() - begun
                waits.append((asked, await ask.once(person)))
                await asyncio.sleep(self._load.reading * (0.5 + self._lot.random()))

        await asyncio.gather(*(one(person) for person in self._load.people))
        seconds = perf_counter() - begun
        return {
            "seconds": round(seconds),
            **waited([wait for _, wait in waits]),
            "answers_a_second": round(len(waits) / seconds, 1),
            "each_five_minutes": [
                waited([wait for asked, wait in waits if first <= asked < first + STRETCH_SECONDS])
                for first in range(0, int(self._load.seconds), STRETCH_SECONDS)
            ],
        }

    def number(self) -> int:
        self._asked += 1
        return self._asked

    def text(self) -> str:
        return self._lot.choice(TEXTS)

    def expect(self, activity_id: str) -> asyncio.Future[float]:
        self._waiting[activity_id] = asyncio.get_running_loop().create_future()
        return self._waiting[activity_id]

    def error(self, what: str) -> None:
        self._errors[what] = self._errors.get(what, 0) + 1


class _Asking:
    def __init__(self, crowd: _Crowd, teams: PracticeTeams, session: ClientSession, address: str) -> None:
        self._crowd, self._teams, self._session, self._address = crowd, teams, session, address
        self._headers = {"Authorization": teams.header()}

    async def once(self, person: str) -> float:
        """One question and its answer; seconds waited."""
        activity = self._teams.activity(self._crowd.number(), person, self._crowd.text())
        answer = self._crowd.expect(activity["id"])
        begun = perf_counter()
        try:
            async with self._session.post(self._address, json=activity, headers=self._headers) as response:
                await response.read()
                if response.status not in (200, 202):
                    self._crowd.error(f"status {response.status}")
            return await asyncio.wait_for(answer, PATIENCE) - begun
        except (TimeoutError, OSError) as error:
            self._crowd.error(type(error).__name__)
            return perf_counter() - begun


def waited(waits: list[float]) -> dict[str, Any]:
    """How many, and how long they waited: milliseconds."""
    ranked = sorted(waits)

    def at(part: float) -> float | None:
        if not ranked:
            return None
        return round(1000 * ranked[min(int(len(ranked) * part), len(ranked) - 1)], 1)

    return {
        "answers": len(ranked),
        "p50_ms": at(0.5),
        "p95_ms": at(0.95),
        "p99_ms": at(0.99),
        "max_ms": at(1.0),
    }
