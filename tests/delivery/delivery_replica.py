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
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from delivery_people import PlainComposer, SmallAuthority, authority

from bot.dialogs.corrections import Correction
from bot.follows import Follow
from bot.hosts.botbuilder import TeamsHost
from bot.hosts.protocol import Sent
from bot.hosts.teams.post import Post
from bot.settings import Settings
from bot.store import Cipher, Store
from bot.store.database import Database, open_engine
from bot.turn import Audience, Reply
from kpi_engine.answer import Figure
from kpi_engine.answering.restated import Restatement
from kpi_engine.question import UnitRef
from kpi_engine.sent import SentFigure
from schedules.briefings import Directory
from schedules.corrections import Corrections
from schedules.look import Deliveries
from schedules.notices import Notices
from schedules.timetable import Slot, Timetable, Weekly
from schedules.tools import StoredAddresses, Tools

LONDON = ZoneInfo("Europe/London")
FOLLOWED = Follow("cp_visits_overdue", UnitRef("team", "T2"), "red")
"""What T3's manager follows; it turns red in the extract of the morning."""
STEPS = (
    "compose", "keys", "claim", "waiting", "mark_sending", "send", "mark_sent", "looked", "expire",
    "stands", "alert", "saw", "troubles", "set_all", "told", "differing", "restated", "correction", "take",
)  # fmt: skip
"""Reached in every morning: briefings, what people follow ("stands" to "saw"), telling of misses, correcting what was
sent from the last extract ("told" to "take"; a notice is then claimed and sent as a briefing is)."""
CORRECTED = "correction of"
"""How a correction notice begins."""
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
    mutant: str = ""

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

    async def alert(self, follow: Follow, person_id: str, *, is_over: bool, conversation_id: str) -> Reply:
        reply = await super().alert(follow, person_id, is_over=is_over, conversation_id=conversation_id)
        return Reply(f"{reply.text} of {os.getpid()}", reply.answer, None)


class MarkedCorrector:
    """By the extract of the morning every figure that was sent is one less."""

    def __init__(self, extract: str) -> None:
        self.extract = extract

    async def differing(self, told: Sequence[SentFigure]) -> set[SentFigure]:
        return set(told)

    async def restated(
        self, told: Sequence[SentFigure], before: object, person_id: str | None, audience: Audience
    ) -> list[Restatement]:
        return [Restatement(each, Figure((each.value or 0) - 1, each.of, None)) for each in told]

    async def correction(
        self, unit_id: str, corrections: Sequence[Correction], person_id: str | None, audience: Audience, *,
        conversation_id: str,
    ) -> Reply:  # fmt: skip
        now = [replace(each.restatement.sent, value=each.restatement.now.value) for each in corrections]
        told = {"corrections": [{"now": each.to_json()} for each in now], "data": {"extract": self.extract}}
        return Reply(f"{CORRECTED} {unit_id} for {conversation_id} of {os.getpid()}", told, None)


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


def sends_unknown_again(store: Store, _: MarkedComposer) -> None:
    """What nobody knows of is taken for not sent."""
    briefings = store.briefings

    async def release_instead(identity: int, *, holder: str, because: str, now: datetime) -> bool:
        return await briefings.release(identity, holder=holder, because=because, now=now)

    briefings.mark_unknown = release_instead  # type: ignore[method-assign]


def forgets_the_lease(store: Store, _: MarkedComposer) -> None:
    """Nothing is written down before the post: whoever comes next begins it again."""

    async def no_mark(identity: int, **_: object) -> bool:
        return True

    async def not_recorded(identity: int, **_: object) -> bool:
        return True

    store.briefings.mark_sending = no_mark  # type: ignore[method-assign]
    store.briefings.mark_sent = not_recorded  # type: ignore[method-assign]


def drops_the_refused(store: Store, _: MarkedComposer) -> None:
    """What is refused for now counts as sent."""
    briefings = store.briefings

    async def sent_instead(identity: int, *, holder: str, now: datetime, **_: object) -> bool:
        return await briefings.mark_sent(identity, holder=holder, activity_id="", now=now)

    briefings.release = sent_instead  # type: ignore[method-assign]


def composes_again(store: Store, composer: MarkedComposer) -> None:
    """The key is the moment, not the period: a restart makes another one."""
    claim = store.briefings.claim

    async def of_this_life(briefing: str, recipient: str, period: str, *args: Any, **kwargs: Any) -> Any:
        fresh = "+" not in period and recipient != "U-ANALYST"
        return await claim(
            briefing, recipient, f"{period}+{os.getpid()}" if fresh else period, *args, **kwargs
        )

    store.briefings.claim = of_this_life  # type: ignore[method-assign]


def tells_nobody(store: Store, _: MarkedComposer) -> None:
    """Misses are marked as told without anybody having been."""

    async def nothing(_: datetime) -> list[Any]:
        return []

    store.briefings.troubles = nothing  # type: ignore[method-assign]


def corrects_nobody(store: Store, _: MarkedComposer) -> None:
    """The morning's extract counts as compared before anything was."""

    async def nothing(_: datetime, but: object = ()) -> list[Any]:
        return []

    store.sent_figures.since = nothing  # type: ignore[method-assign,assignment]


MUTANTS = {
    each.__name__: each
    for each in (
        sends_unknown_again, forgets_the_lease, drops_the_refused, composes_again, tells_nobody, corrects_nobody,
    )
}  # fmt: skip
"""Senders broken on purpose: the checker must find each."""


async def live(job: Job) -> None:
    """The replica's life."""
    store = Store(Database(open_engine(job.database_url)), Cipher(job.key.encode()))
    directory: SmallAuthority = authority()
    directory.number = 2  # a newer extract than what is followed was last seen in
    directory.as_at = datetime.fromisoformat(job.start).date() - timedelta(days=1)
    clock = MovedClock(datetime.fromisoformat(job.start))
    composer, sender, fuse = MarkedComposer(), MarkedSender(store), Fuse(job.kill)
    composer.over = {FOLLOWED.subject}
    fuse.mark(composer, "briefing", "compose")
    fuse.mark(composer, "stands", "stands")
    fuse.mark(composer, "alert", "alert")
    fuse.mark(store.subscriptions, "saw", "saw")
    fuse.mark(store.schedule_marks, "set_all", "set_all")
    corrector = MarkedCorrector(directory.stamp.extract)
    for step in ("differing", "restated", "correction"):
        fuse.mark(corrector, step, step)
    fuse.mark(store.sent_figures, "since", "told")
    fuse.mark(store.schedule_marks, "take", "take")
    fuse.mark(sender, "send", "send")
    fuse.mark(store.schedule_marks, "looked", "looked")
    for step in ("keys", "claim", "waiting", "mark_sending", "mark_sent", "expire", "troubles", *FAULT_STEPS):
        fuse.mark(store.briefings, step, step)
    if job.mutant:
        MUTANTS[job.mutant](store, composer)
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
    corrections = Corrections(tools, corrector, lambda extract: None, weeks=13)
    for _ in range(job.looks):
        await deliveries.look()
        await corrections.look()
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
