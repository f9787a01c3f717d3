"""Keeps looking: an APScheduler job every few seconds, for as long as the process lives.

What is due follows from the timetable and the database alone, so the scheduler's own jobs are made anew at
every start and nothing depends on when exactly they run: a process that was down at 08:30 sends when it is
back, until the post's cut-off.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.exc import SQLAlchemyError

import kpi_engine
from bot.hosts.protocol import Sender
from bot.settings import Settings
from bot.store import Delivery, Store
from bot.store.database import reason
from schedules.alerts import follow_by_file
from schedules.briefings import Composer, Directory
from schedules.corrections import Corrections, Corrector
from schedules.look import Deliveries
from schedules.mail import mailer_of
from schedules.notices import Notices
from schedules.outlook import timetable_of
from schedules.pulse import Pulse
from schedules.refresh import Refresh, in_a_process
from schedules.timetable import Timetable
from schedules.timetable_file import FILE_NAME
from schedules.tools import Addresses, Engines, StoredAddresses, Tools

REFRESH_EVERY = 60.0
"""Seconds between two looks for a new extract."""
LOOK_EVERY = 10.0
"""Seconds between two looks: how late a post may be, and how soon a lapsed one is noticed."""

log = logging.getLogger(__name__)
# It warns whenever a look is still under way when the next would be due; that is meant.
logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)


def utc_now() -> datetime:
    return datetime.now(UTC)


class Schedules:
    """The running timetable of one process."""

    def __init__(
        self, deliveries: Deliveries, refresh: Refresh, pulse: Pulse, every: float,
        corrections: Corrections | None = None,
    ) -> None:  # fmt: skip
        self._deliveries = deliveries
        self._corrections = corrections
        self._refresh = refresh
        self._pulse = pulse
        self._looking = asyncio.Lock()
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._scheduler.add_job(
            self._look,
            IntervalTrigger(seconds=every, timezone=UTC),
            next_run_time=utc_now(),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,  # a look is never too late: it sees to everything that is due by then
        )
        lesser = [self._look_for_data, *([] if corrections is None else [self._look_for_corrections])]
        for look in lesser:
            self._scheduler.add_job(
                look,
                IntervalTrigger(seconds=max(every, REFRESH_EVERY), timezone=UTC),
                next_run_time=utc_now(),
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
            )
        self._scheduler.start()

    async def send_now(self, person_id: str) -> Delivery:
        """The briefing of the person's own unit, at once, beside the timetable. See Deliveries.send_now."""
        return await self._deliveries.send_now(person_id)

    async def stop(self) -> None:
        """Begins no more posts, waits for those that have begun, stops. A second call does nothing."""
        self._deliveries.stop()
        async with self._looking:
            if self._scheduler.running:
                self._scheduler.shutdown(wait=False)
        await self._pulse.close()

    async def _look_for_data(self) -> None:
        try:
            await self._refresh.look()
        except (SQLAlchemyError, OSError) as error:
            log.error(
                "New data could not be looked for (%s); the next look tries again.", type(error).__name__
            )

    async def _look_for_corrections(self) -> None:
        assert self._corrections is not None
        try:
            await self._corrections.look()
        except Exception as error:  # the next look tries again: what is kept already is not kept twice
            log.error("Sent figures could not be compared with the new extract (%s).", type(error).__name__)

    async def _look(self) -> None:
        async with self._looking:
            well = False
            try:
                await self._deliveries.look()
                well = True
            except (SQLAlchemyError, OSError) as error:
                log.error("The database cannot be used (%s); what is due waits for it.", reason(error))
            except Exception as error:  # the next look must come, whatever this one met
                log.error("Looking at the timetable failed: %s.", type(error).__name__)
            await self._pulse.looked(well=well)


async def start(
    *,
    settings: Settings,
    store: Store,
    engines: Engines,
    composer: Composer,
    sender: Sender,
    addresses: Addresses | None = None,
    corrector: Corrector | None = None,
    pulse: Pulse | None = None,
    clock: Callable[[], datetime] = utc_now,
    every: float = LOOK_EVERY,
) -> Schedules:
    """Starts the timetable on the running event loop; `stop` it before the store is closed.

    corrector: compares what was sent with new extracts; None = nobody does.
    pulse: told of every look; None = one that nobody asks.
    addresses: None = the conversations that the hosts keep in the store.
    Raises InputError, one sentence, for a timetable or list of addresses that cannot be used.
    """
    directory = engines.current()
    table = timetable_of(settings, directory)
    for unit_id, channel in table.channels.items():
        await store.channels.assign(channel, directory.units[unit_id].ref, FILE_NAME, clock())
    await follow_by_file(store, table, directory, clock())

    def current(directory: Directory) -> Timetable:
        return table.covering(tuple(directory.units))

    notices = Notices(store, clock)
    tools = Tools(
        store=store,
        engines=engines,
        composer=composer,
        sender=sender,
        addresses=addresses or StoredAddresses(store),
        timetable=current,
        notices=notices,
        mailer=mailer_of(settings),
        stale=lambda directory, now: table.stale(directory.as_at, now),
        clock=clock,
    )
    pulse = pulse or Pulse(settings.heartbeat_url.get_secret_value(), clock)
    refresh = Refresh(
        settings, store, notices, clock=clock, load=in_a_process,
        after=lambda: asyncio.to_thread(engines.current),
    )  # fmt: skip
    corrections = None
    if corrector is not None:
        corrections = Corrections(
            tools,
            corrector,
            lambda extract: kpi_engine.open_kept(settings.home, extract),
            settings.corrections_weeks,
        )
    return Schedules(Deliveries(tools), refresh, pulse, every, corrections)
