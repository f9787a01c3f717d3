"""One look at the clock: what lapsed, what is due, what waits.

    look:  lapsed posts -> unknown | what is due -> composed and kept | what crossed (alerts.py) | what waits ->
           delivery.py

Every delivery is in the database before its post goes out, so the process may die at any line: one that was
kept is taken up by the next look of any replica; one that nobody kept in time is recorded as not sent.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from datetime import datetime, timedelta

from bot.deliveries import Key
from bot.rights import STRANGER
from bot.store import Delivery
from bot.turn import PERSONAL
from kpi_engine.errors import NotPermitted
from kpi_engine.question import ALL
from schedules.alerts import Alerts
from schedules.briefings import CannotCompose, Directory, Payload, Recipient, compose, recipients
from schedules.delivery import Posting
from schedules.posts import question_of
from schedules.timetable import Due
from schedules.tools import Tools, key_of, with_listeners
from schedules.wishes import Posts, posts_between, with_wishes

LOOK_BACK = timedelta(days=31)
"""A process that was down for longer does not list what it missed before that."""
NOW_FOR = timedelta(minutes=10)
DOWN = "perfbot was not running at the time"

log = logging.getLogger(__name__)


class Deliveries:
    """One replica's deliveries. Several may run over one PostgreSQL database; one over SQLite."""

    def __init__(self, tools: Tools) -> None:
        self._t = tools
        self._briefings = tools.store.briefings
        self._posting = Posting(tools)
        self._alerts = Alerts(tools)
        self._kept: set[Key] = set()
        self._held: dict[Key, str] = {}

    async def look(self) -> None:
        """Everything there is to do now. Call it every few seconds."""
        now = self._t.clock()
        for lost in await self._briefings.expire(now):
            self._t.notices.note(key_of(lost), f"nobody knows whether it arrived; {lost.because}.")
        marks = self._t.store.schedule_marks
        before = await marks.last_look() or now
        directory = await asyncio.to_thread(self._t.engines.current)  # a new extract takes seconds to open
        wishes = await self._t.store.subscriptions.all()
        table = with_wishes(self._t.timetable(directory), wishes)
        first = max(before - timedelta(days=1), now - LOOK_BACK)
        who = recipients(directory, await self._t.store.channels.all())
        soon = now + timedelta(microseconds=1)
        posts = posts_between(table, who, wishes, directory, first, soon)
        await self._keep([post for post in posts if post[0].until > before], directory, now)
        await marks.looked(now)
        await self._alerts.look(directory, table, wishes, now)
        await self._posting.send_waiting()
        await self._t.notices.hand_out(directory)

    def stop(self) -> None:
        """Finish the posts that have begun; begin no more."""
        self._posting.stopping = True

    async def send_now(self, person_id: str) -> Delivery:
        """The briefing of the person's own unit, now, beside the timetable: Monday's is not used up by it.

        Gives the delivery as it ended. Raises NotPermitted for somebody who may not use the bot,
        CannotCompose when there is nothing to send.
        """
        directory = self._t.engines.current()
        user = directory.users.get(person_id)
        if user is None or not user.active:
            raise NotPermitted(STRANGER)
        unit_id = user.unit_id or ALL
        recipient = Recipient(person_id, PERSONAL)
        reply = await compose(self._t.composer, unit_id, recipient)
        payload = Payload(directory.units[unit_id].ref, PERSONAL, reply)
        key = (f"now:{unit_id}", person_id, uuid.uuid4().hex)
        mine = await self._posting.claim(key, payload, until=self._t.clock() + NOW_FOR)
        assert mine is not None, "nobody else has this key"
        await self._posting.send(mine)
        return await self._briefings.find(*key) or mine

    async def _keep(self, posts: Posts, directory: Directory, now: datetime) -> None:
        """Composes and keeps every delivery that is not kept yet; records what came too late."""
        wanted = {
            (due.key, recipient.id, due.period): (due, recipient)
            for due, recipients in posts
            for recipient in recipients
        }
        if wanted.keys() - self._kept:
            self._kept |= await self._briefings.keys({due.period for due, _ in wanted.values()})
        for key in sorted(wanted.keys() - self._kept):
            due, recipient = wanted[key]
            if await self._keep_one(key, due, recipient, directory, now):
                self._kept.add(key)

    async def _keep_one(
        self, key: Key, due: Due, recipient: Recipient, directory: Directory, now: datetime
    ) -> bool:
        """False: it could not be composed; the next look tries again."""
        unit = directory.units[due.unit_id].ref
        if now >= due.until:
            why = self._held.pop(key, DOWN)
            mine = await self._posting.claim(key, Payload(unit, recipient.audience, None), until=due.until)
            if mine is not None:
                await self._posting.fail(mine, f"not sent in time: {why}")
            return True
        if stale := self._t.stale(directory, now):
            self._hold(key, stale)
            return False
        recipient = await with_listeners(self._t, recipient)
        try:
            question = question_of(due.post, unit, directory.as_at, due.at.date())
            reply = await compose(self._t.composer, due.unit_id, recipient, question)
        except CannotCompose as error:
            self._hold(key, str(error))
            return False
        except Exception as error:  # a fault in composing one briefing must not stop the others
            log.error("composing %s failed: %s", due.key, type(error).__name__)
            self._hold(key, f"composing it failed ({type(error).__name__})")
            return False
        payload = Payload(unit, recipient.audience, reply)
        await self._posting.claim(key, payload, until=due.until, lease=timedelta(0))
        self._held.pop(key, None)
        return True

    def _hold(self, key: Key, why: str) -> None:
        """Tells the operator once that something due waits, and for what."""
        if self._held.get(key) != why:
            self._held[key] = why
            self._t.notices.tell(key, f"waiting; {why}")
