"""Tells people of the measures that they follow: once when one crosses, once when it is back.

    new extract -> stands it otherwise than it was last seen? -> composed, kept as a delivery -> state moved on

The delivery is in the database before the state is, under a key that the extract is part of: a process that dies
between the two, or a second replica, finds the same crossing again and keeps nothing twice. Somebody who has
paused their posts, and the hours in which nobody is told, put the look off: what is said then is what stands then.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.follows import FOLLOW, Follow, followed
from bot.store import Store, Subscription
from bot.turn import PERSONAL
from kpi_engine.question import ALL
from schedules.briefings import Directory, Payload
from schedules.timetable import Timetable
from schedules.timetable_file import FILE_NAME
from schedules.tools import Tools
from schedules.wishes import is_quiet

ALERT = "alert"
WORTH_SENDING = timedelta(hours=24)

log = logging.getLogger(__name__)


class Alerts:
    """One replica's looks at what people follow."""

    def __init__(self, tools: Tools) -> None:
        self._t = tools
        self._complained: set[tuple[str, str, str]] = set()

    async def look(
        self, directory: Directory, table: Timetable, wishes: list[Subscription], now: datetime
    ) -> None:
        """Keeps an alert for everything that has crossed since it was last seen."""
        if not table.may_alert(now) or self._t.stale(directory, now):
            return
        extract = directory.stamp.extract
        for wish in wishes:
            follow = followed(wish) if wish.active else None
            user = directory.users.get(wish.owner)
            if follow is None or follow.seen >= extract or user is None or not user.active:
                continue
            if is_quiet(wish.owner, wishes, now):
                continue
            try:
                await self._look_at(wish, follow, directory, now)
            except Exception as error:  # one measure that fails must not silence the others
                if (told := (wish.owner, wish.subject, extract)) not in self._complained:
                    self._complained.add(told)
                    log.error(
                        "following %s for %s failed: %s", wish.subject, wish.owner, type(error).__name__
                    )

    async def _look_at(self, wish: Subscription, follow: Follow, directory: Directory, now: datetime) -> None:
        extract = directory.stamp.extract
        stands = await self._t.composer.stands(follow, wish.owner)
        is_over = follow.is_over if stands is None else stands
        if is_over != follow.is_over:
            await self._keep(wish, follow, is_over, directory, now)
        after = {**wish.wanted, **follow.seeing(is_over, extract).to_json()}
        await self._t.store.subscriptions.saw(wish, after)

    async def _keep(
        self, wish: Subscription, follow: Follow, is_over: bool, directory: Directory, now: datetime
    ) -> None:
        """Freezes what the person is told, and leaves it to be delivered like any other post."""
        key = (f"{ALERT}:{follow.subject}", wish.owner, directory.stamp.extract)
        if await self._t.store.briefings.find(*key) is not None:
            return
        reply = await self._t.composer.alert(follow, wish.owner, is_over=is_over, conversation_id=wish.owner)
        if reply.answer.get("outcome", "answered") != "answered":
            return
        own = directory.units[directory.users[wish.owner].unit_id or ALL].ref
        payload = Payload(own, PERSONAL, reply)
        await self._t.store.briefings.claim(
            *key, payload.to_json(), holder=ALERT, now=now, lease=timedelta(0), until=now + WORTH_SENDING,
            figures=payload.figures,
        )  # fmt: skip


async def follow_by_file(store: Store, table: Timetable, directory: Directory, now: datetime) -> None:
    """What timetable.yaml has people follow becomes theirs, what it no longer names ends. What a person has
    since stopped or changed in chat stays as they want it."""
    there = {
        (each.owner, each.subject): each for each in await store.subscriptions.all() if each.kind == FOLLOW
    }
    wanted = dict(_in_file(table, directory))
    for key, follow in wanted.items():
        before = there.get(key)
        if before is None or (before.changed_by == FILE_NAME and not before.active):
            new = Subscription(key[0], FOLLOW, key[1], follow.to_json(), True, None, FILE_NAME, now)
            await store.subscriptions.set(new)
    for key, each in there.items():
        if key not in wanted and each.active and each.changed_by == FILE_NAME:
            ended = Subscription(key[0], FOLLOW, key[1], each.wanted, False, None, FILE_NAME, now)
            await store.subscriptions.set(ended)


def _in_file(table: Timetable, directory: Directory) -> Iterable[tuple[tuple[str, str], Follow]]:
    for said, follows in table.follows.items():
        known = directory.users.get(said)
        person = known.user_id if known else said  # as local_users spells it
        for each in follows:
            unit = directory.units[each.unit.id].ref  # the file knows the unit's id, not its kind
            follow = Follow(each.measure, unit, each.when, each.value)
            yield (person, follow.subject), follow
