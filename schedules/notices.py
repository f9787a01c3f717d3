"""Tells people about deliveries that did not go as they should: the log at once, the analysts by chat.

One message sums up one look. It names unit, recipient and period, never a child or a figure. What failed or is
unknown is read from the database, and marked as told once the message is there, so that a process that dies in
between loses no miss; what merely waits is told by whoever saw it. A notice that cannot be delivered itself is
only logged, so that notices never breed notices.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.deliveries import NOTICE, Key, in_words
from bot.store import Store
from bot.store.briefings import Trouble
from bot.turn import PERSONAL, Reply
from kpi_engine.question import ALL
from schedules.briefings import Directory, Payload

ANALYST = "analyst"
AT_MOST = 20
"""Sentences in one message; the rest is a number."""
WORTH_SENDING = timedelta(hours=12)
LOOK_BACK = timedelta(days=1)
NOBODY = "local_users has no active analyst: nobody is told in chat of what fails. See perfbot deliveries."

log = logging.getLogger(__name__)


class Notices:
    """Gathers sentences during one look and hands them out at its end."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._briefings = store.briefings
        self._marks = store.schedule_marks
        self._clock = clock
        self._gathered: list[tuple[Key | None, str]] = []
        self._said_nobody = False

    def tell(self, key: Key, what: str) -> None:
        """Why one delivery waits; `what` holds no child and no figure."""
        self.note(key, what)
        if key[0] != NOTICE:
            self._gathered.append((key, what))

    def note(self, key: Key, what: str) -> None:
        """What became of one delivery, for the log; what failed or is unknown is told from the database."""
        log.warning("%s for %s, %s: %s", *key, what)

    def say(self, sentence: str) -> None:
        """Something that is about no delivery: the data, the timetable."""
        log.error("%s", sentence)
        self._gathered.append((None, sentence))

    async def hand_out(self, directory: Directory) -> None:
        """One message for every active analyst, kept to be delivered like any other post."""
        troubles = await self._untold()
        told = [*((trouble.key, _became(trouble)) for trouble in troubles), *self._gathered]
        if not told:
            return
        shown = [f"{in_words(key, directory)}: {what}" if key else what for key, what in told[:AT_MOST]]
        if more := len(told) - len(shown):
            shown.append(f"And {more} more: see perfbot deliveries.")
        if any(trouble.status == "failed" for trouble in troubles):
            shown.append('To send the failed ones again, say "resend to the failed".')
        if any(trouble.status == "unknown" for trouble in troubles):
            shown.append(
                '"Which briefings failed?" lists them with their numbers, to be marked as arrived or lost.'
            )
        await self._keep("\n".join(["This needs a look:", *(f"- {each}" for each in shown)]), directory)
        self._gathered = []
        await self._marks.set_all([_mark(trouble) for trouble in troubles], self._clock())

    async def _untold(self) -> list[Trouble]:
        found = await self._briefings.troubles(self._clock() - LOOK_BACK)
        found = [each for each in found if each.briefing != NOTICE]
        known = await self._marks.of([_mark(each) for each in found])
        return [each for each in found if _mark(each) not in known]

    async def _keep(self, text: str, directory: Directory) -> None:
        now = self._clock()
        analysts = [user for user in directory.users.values() if user.active and user.role == ANALYST]
        if not analysts and not self._said_nobody:
            log.error("%s", NOBODY)
        self._said_nobody = not analysts
        for user in analysts:
            unit = directory.units.get(user.unit_id or ALL)
            if unit is not None:
                await self._briefings.claim(
                    NOTICE,
                    user.user_id,
                    now.isoformat(),
                    Payload(unit.ref, PERSONAL, Reply(text)).to_json(),
                    holder=NOTICE,
                    now=now,
                    lease=timedelta(0),
                    until=now + WORTH_SENDING,
                )


def _became(trouble: Trouble) -> str:
    became = "not delivered" if trouble.status == "failed" else "nobody knows whether it arrived"
    return f"{became}; {trouble.because}."


def _mark(trouble: Trouble) -> str:
    return f"told:{trouble.id}:{trouble.status}:{trouble.changed_at.isoformat()}"
