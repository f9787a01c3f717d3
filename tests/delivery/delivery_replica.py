"""One replica of the bot's deliveries as a process of its own, which may be told to kill itself at a step.

Run as a program it is a nursery: it imports everything once, then forks a child for each job it reads, and
prints how each child ended. The product has no test hooks: the steps are marked by wrapping what the replica
is given (store, composer, sender), and what it kills is itself, with SIGKILL.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time as elapsed
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from delivery_people import PlainComposer, SmallAuthority, authority

from bot.hosts.botbuilder import TeamsHost
from bot.hosts.protocol import Sent
from bot.hosts.teams.post import Post
from bot.settings import Settings
from bot.store import Cipher, Store
from bot.store.database import Database, open_engine
from bot.turn import Audience, Reply
from schedules.briefings import Directory
from schedules.look import Deliveries
from schedules.notices import Notices
from schedules.timetable import Slot, Timetable, Weekly
from schedules.tools import StoredAddresses, Tools

LONDON = ZoneInfo("Europe/London")
STEPS = ("compose", "keys", "claim", "waiting", "mark_sending", "send", "mark_sent", "looked", "expire")
"""Reached in every morning."""
FAULT_STEPS = {"mark_failed": ["403"], "mark_unknown": ["drop"], "release": ["429"] * 5}
"""Reached when the connector answers one post like this."""


@dataclass(frozen=True)
class Kill:
    """Die before or after the count-th call of a step; "during" a post: so many milliseconds into it."""

    step: str
    when: str  # before | after | during
    count: int
    milliseconds: int = 0


@dataclass(frozen=True)
class Job:
    """One life of one replica: so many looks, the clock moved on between them."""

    database_url: str
    key: str
    start: str
    looks: int
    seconds_between: float
    kill: Kill | None = None

    def to_line(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_line(cls, line: str) -> Job:
        value = json.loads(line)
        kill = value.pop("kill")
        return cls(**value, kill=Kill(**kill) if kill else None)


class MovedClock:
    """Starts where it is told, runs as time does, and can be moved on."""

    def __init__(self, start: datetime) -> None:
        self._start, self._began = start, elapsed.monotonic()

    def __call__(self) -> datetime:
        return self._start + timedelta(seconds=elapsed.monotonic() - self._began)

    def forward(self, seconds: float) -> None:
        self._start += timedelta(seconds=seconds)


class Fuse:
    """Counts the calls of each step and kills the process at the marked one."""

    def __init__(self, kill: Kill | None) -> None:
        self._kill = kill
        self._calls: dict[str, int] = {}

    def reach(self, step: str) -> int:
        self._calls[step] = self._calls.get(step, 0) + 1
        self.check(step, "before", self._calls[step])
        return self._calls[step]

    def check(self, step: str, when: str, count: int) -> None:
        kill = self._kill
        if kill is None or (kill.step, kill.when, kill.count) != (step, when, count):
            return
        if when == "during":
            threading.Timer(kill.milliseconds / 1000, die).start()
        else:
            die()

    def mark(self, owner: object, method: str, step: str) -> None:
        """From now on the method is a marked step."""
        original = getattr(owner, method)

        async def marked(*args: Any, **kwargs: Any) -> Any:
            count = self.reach(step)
            self.check(step, "during", count)
            result = await original(*args, **kwargs)
            self.check(step, "after", count)
            return result

        setattr(owner, method, marked)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class MarkedComposer(PlainComposer):
    """The plain composer, a marked step, telling the replicas' versions apart."""

    async def briefing(
        self, unit_id: str, person_id: str | None, audience: Audience, *, conversation_id: str
    ) -> Reply:
        reply = await super().briefing(unit_id, person_id, audience, conversation_id=conversation_id)
        text = f"{reply.text} of {os.getpid()}"
        return Reply(text, reply.answer, None)


class MarkedSender:
    """The Teams host over real HTTP, its pauses cut short."""

    def __init__(self, store: Store) -> None:
        settings = Settings(local_mode=True, home=Path("."))
        self._host = TeamsHost(settings, nobody, store, post=Post(sleep=lambda _: asyncio.sleep(0.001)))

    async def send(self, reference: Mapping[str, Any], reply: Reply) -> Sent:
        return await self._host.send(reference, reply)


class Nobody:
    """Nobody talks to a replica of these tests."""

    async def reply(self, turn: object) -> list[Reply]:
        raise AssertionError("no turn was expected")


nobody: Any = Nobody()


def timetable(directory: Directory) -> Timetable:
    weekly = Weekly(Slot(0, time(8, 30)), time(12))
    return Timetable(LONDON, weekly, 30, units=tuple(directory.units))


async def live(job: Job) -> None:
    """The replica's life."""
    store = Store(Database(open_engine(job.database_url)), Cipher(job.key.encode()))
    directory: SmallAuthority = authority()
    clock = MovedClock(datetime.fromisoformat(job.start))
    composer, sender, fuse = MarkedComposer(), MarkedSender(store), Fuse(job.kill)
    fuse.mark(composer, "briefing", "compose")
    fuse.mark(sender, "send", "send")
    fuse.mark(store.schedule_marks, "looked", "looked")
    for step in ("keys", "claim", "waiting", "mark_sending", "mark_sent", "expire", *FAULT_STEPS):
        fuse.mark(store.briefings, step, step)
    tools = Tools(
        store=store,
        engines=directory,
        composer=composer,
        sender=sender,
        addresses=StoredAddresses(store),
        timetable=timetable,
        notices=Notices(store, clock),
        clock=clock,
    )
    deliveries = Deliveries(tools)
    for _ in range(job.looks):
        await deliveries.look()
        clock.forward(job.seconds_between)
    await store.close()


def nursery() -> None:
    """A line is a JSON list of jobs, which run at the same time; prints their exit codes as JSON."""
    for line in sys.stdin:
        children = [birth(Job.from_line(each)) for each in json.loads(line)]
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        print(json.dumps(codes), flush=True)  # noqa: T201


def birth(job: Job) -> int:
    child = os.fork()
    if child:
        return child
    logging.disable(logging.CRITICAL)
    try:
        asyncio.run(live(job))
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(1)
    os._exit(0)


class Nursery:
    """The nursery as a test sees it."""

    def __enter__(self) -> Nursery:
        folder = str(Path(__file__).parent)
        path = os.pathsep.join([folder, *(each for each in sys.path if each)])
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
        )
        return self

    def run(self, *jobs: Job) -> list[int]:
        """Their exit codes; -9 = killed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([job.to_line() for job in jobs]) + "\n")
        self._process.stdin.flush()
        codes: list[int] = json.loads(self._process.stdout.readline())
        return codes

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


if __name__ == "__main__":
    nursery()
