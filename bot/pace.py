"""How often one person is answered: so many messages and presses a minute, then one clear sentence.

Nothing is lost by it: the conversation stays where it was, and the question can be asked again.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
MOST_PEOPLE = 1_000
TOO_FAST = (
    "That is more than {most} messages in a minute, so this one was not answered. Nothing is lost: please ask "
    "it again in {seconds} seconds."
)


class Pace:
    """Counts each person's turns of the last minute, in this process."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._turns: dict[str, deque[datetime]] = {}

    def too_fast(self, person_id: str, now: datetime) -> str | None:
        """The sentence for a person who asks too fast; else the turn is counted, and None."""
        turns = self._turns.setdefault(person_id, deque(maxlen=self._most))
        if len(turns) == self._most and now - turns[0] < MINUTE:
            wait = turns[0] + MINUTE - now
            return TOO_FAST.format(most=self._most, seconds=max(1, -(-wait // timedelta(seconds=1))))
        turns.append(now)
        if len(self._turns) > MOST_PEOPLE:
            self._turns = {who: kept for who, kept in self._turns.items() if now - kept[-1] < MINUTE}
        return None
