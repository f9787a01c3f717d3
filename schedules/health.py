"""What a monitor may ask the running bot: `/healthz` (alive?), `/readyz` (can it answer?), `/metrics`.

Numbers and sentences about the machinery only: no child, no person, no unit, no question.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from bot.settings import Settings
from bot.store import Store
from kpi_engine.errors import InputError
from schedules.briefings import recipients
from schedules.outlook import timetable_of
from schedules.pulse import Pulse
from schedules.tools import Engines
from schedules.wishes import posts_between, with_wishes

WINDOW = timedelta(days=7)
"""How far back what was due is counted: every weekly post once."""
ANSWER_SECONDS = 10.0
STATUSES = ("sent", "failed", "unknown", "waiting")
DONE = frozenset({"sent", "failed", "unknown"})

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Numbers:
    """The figures of one moment, all counts of the last seven days but the ages (seconds).

    due: posts that fell due, one for each recipient.  deliveries: by status, for what was due or ordered.
    lag: how long the longest-waiting post has been due; 0 when nothing waits.
    """

    data_age: float
    load_age: float
    due: int
    deliveries: Mapping[str, int]
    lag: float
    look_age: float


class Health:
    """Answers the monitor for one process."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        engines: Engines,
        pulse: Pulse,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._store = store
        self._engines = engines
        self._pulse = pulse
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/healthz", self._healthz),
            web.get("/readyz", self._readyz),
            web.get("/metrics", self._metrics),
        ]

    async def _healthz(self, _: web.Request) -> web.Response:
        if self._pulse.is_beating:
            return web.Response(text="ok\n")
        return web.Response(status=503, text="The timetable has not been looked at for minutes.\n")

    async def _readyz(self, _: web.Request) -> web.Response:
        try:
            await self.numbers()
        except (SQLAlchemyError, OSError, TimeoutError):
            return web.Response(status=503, text="The database does not answer.\n")
        except InputError:
            return web.Response(status=503, text="The timetable cannot be used: see perfbot timetable.\n")
        return web.Response(text="ok\n")

    async def _metrics(self, _: web.Request) -> web.Response:
        try:
            numbers: Numbers | None = await self.numbers()
        except (SQLAlchemyError, OSError, TimeoutError, InputError):
            numbers = None  # the process's own figures are still worth having
        text = exposition(numbers, self._pulse)
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def numbers(self) -> Numbers:
        """Raises what the store raises when it is away, TimeoutError, or InputError for a broken timetable."""
        async with asyncio.timeout(ANSWER_SECONDS):
            return await self._numbers()

    async def _numbers(self) -> Numbers:
        now, engine = self._clock(), await asyncio.to_thread(self._engines.current)
        wishes = await self._store.subscriptions.all()
        table = with_wishes(timetable_of(self._settings, engine), wishes)
        who = recipients(engine, await self._store.channels.all())
        due = {
            (post.key, recipient.id, post.period): post.at
            for post, those in posts_between(table, who, wishes, engine, now - WINDOW, now)
            for recipient in those
        }
        kept = await self._store.briefings.statuses(now - WINDOW)
        waiting = [at for key, at in due.items() if kept.get(key) not in DONE]
        counts = dict.fromkeys(STATUSES, 0)
        for status in kept.values():
            counts[status if status in DONE else "waiting"] += 1
        last = await self._store.schedule_marks.last_look()
        return Numbers(
            data_age=_seconds(now - datetime.combine(engine.as_at, datetime.min.time(), table.zone)),
            load_age=_seconds(now - _loaded(engine.stamp.loaded_at, now)),
            due=len(due),
            deliveries=counts,
            lag=_seconds(now - min(waiting)) if waiting else 0.0,
            look_age=_seconds(now - last) if last else float("inf"),
        )


def exposition(numbers: Numbers | None, pulse: Pulse) -> bytes:
    """The figures in Prometheus's text format. numbers None: the database is away (perfbot_database_up 0)."""
    registry = CollectorRegistry()

    def gauge(name: str, text: str, value: float) -> None:
        Gauge(f"perfbot_{name}", text, registry=registry).set(value)

    gauge("database_up", "1 when the database answers.", numbers is not None)
    gauge("scheduler_alive", "1 when this process has looked at its timetable lately.", pulse.is_beating)
    gauge("looks_failed", "Looks at the timetable that failed since this process began.", pulse.looks_failed)
    if numbers is not None:
        gauge("data_age_seconds", "Time since the as-at date of the extract that answers.", numbers.data_age)
        gauge("extract_age_seconds", "Time since the extract that answers was loaded.", numbers.load_age)
        gauge("last_look_age_seconds", "Time since any process last looked.", numbers.look_age)
        gauge("briefings_due", "Posts that fell due in seven days, by recipient.", numbers.due)
        gauge("delivery_lag_seconds", "How long the longest-waiting post has been due.", numbers.lag)
        by_status = Gauge(
            "perfbot_briefings", "Deliveries changed in seven days, by what became of them.", ["status"],
            registry=registry,
        )  # fmt: skip
        for status, count in numbers.deliveries.items():
            by_status.labels(status).set(count)
    return generate_latest(registry)


def _seconds(age: timedelta) -> float:
    return max(0.0, age.total_seconds())


def _loaded(at: str, now: datetime) -> datetime:
    """When the extract was loaded; one that does not say has no age."""
    try:
        found = datetime.fromisoformat(at)
    except ValueError:
        return now
    return found if found.tzinfo else found.replace(tzinfo=UTC)
