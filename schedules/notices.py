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


class Notices:
    """Gathers sentences during one look and hands them out at its end."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._briefings = store.briefings
        self._clock = clock
        self._gathered: list[str] = []

    async def tell(self, sentence: str) -> None:
        log.warning("%s", sentence)
        if not sentence.startswith(NOTICE):
            self._gathered.append(sentence)

    async def hand_out(self, directory: Directory) -> None:
        """One message for every active analyst, kept to be delivered like any other post."""
        if not self._gathered:
            return
        sentences, self._gathered = self._gathered, []
        shown = sentences[:AT_MOST]
        if more := len(sentences) - len(shown):
            shown.append(f"And {more} more: see perfbot deliveries.")
        reply = Reply("\n".join(["Deliveries that need a look:", *(f"- {each}" for each in shown)]))
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
