"""Tells people about deliveries that did not go as they should: the log at once, the analysts by chat.

One message sums up one look. It names unit, recipient and period, never a child or a figure. A notice that
cannot be delivered itself is only logged, so that notices never breed notices.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.store import Store
from bot.turn import PERSONAL, Reply
from kpi_engine.question import ALL
from schedules.briefings import Directory, Payload

NOTICE = "notice"
ANALYST = "analyst"
AT_MOST = 20
"""Sentences in one message; the rest is a number."""
WORTH_SENDING = timedelta(hours=12)

log = logging.getLogger(__name__)


Key = tuple[str, str, str]
"""Briefing, recipient, period: unique in the database."""


class Notices:
    """Gathers sentences during one look and hands them out at its end."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._briefings = store.briefings
        self._clock = clock
        self._gathered: list[tuple[Key | None, str]] = []

    def tell(self, key: Key, what: str) -> None:
        """What became of one delivery; `what` holds no child and no figure."""
        log.warning("%s for %s, %s: %s", *key, what)
        if key[0] != NOTICE:
            self._gathered.append((key, what))

    def say(self, sentence: str) -> None:
        """Something that is about no delivery: the data, the timetable."""
        log.error("%s", sentence)
        self._gathered.append((None, sentence))

    async def hand_out(self, directory: Directory) -> None:
        """One message for every active analyst, kept to be delivered like any other post."""
        if not self._gathered:
            return
        gathered, self._gathered = self._gathered, []
        shown = [f"{in_words(key, directory)}: {what}" if key else what for key, what in gathered[:AT_MOST]]
        if more := len(gathered) - len(shown):
            shown.append(f"And {more} more: see perfbot deliveries.")
        reply = Reply("\n".join(["This needs a look:", *(f"- {each}" for each in shown)]))
        now = self._clock()
        for user in directory.users.values():
            unit = directory.units.get(user.unit_id or ALL)
            if user.active and user.role == ANALYST and unit is not None:
                await self._briefings.claim(
                    NOTICE,
                    user.user_id,
                    now.isoformat(),
                    Payload(unit.ref, PERSONAL, reply).to_json(),
                    holder=NOTICE,
                    now=now,
                    lease=timedelta(0),
                    until=now + WORTH_SENDING,
                )


def in_words(key: Key, directory: Directory) -> str:
    """ "briefing of CSWT 1 for Priya Shah, 2026-W47": names where the extract knows them, else ids."""
    briefing, recipient, period = key
    post, _, unit_id = briefing.partition(":")
    unit, user = directory.units.get(unit_id), directory.users.get(recipient)
    whom = user.name if user else f"the channel {recipient}"
    return f"{post} of {unit.name if unit else unit_id} for {whom}, {period}"
