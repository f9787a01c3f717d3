"""What was told of each figure: as it was first sent, and as it was corrected since. Numbers only.

Told(store.sent_figures, zone, weeks).fresh(now)     reads what is new in the database, at most once a minute
.of_unit("T11") -> histories                         to compare with what is counted now
.sent(figure.key) -> history                         "sent as 92.1% on Mon 9 Nov"
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.store.sent_figures import SentFigures, Telling
from kpi_engine.sent import SentFigure

Key = tuple[str, str, date, date]
AT_MOST_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class History:
    """One figure. first: as it was first sent, on that day, from that extract.  corrected: what correction notices
    said of it since, in order."""

    first: SentFigure
    on: date
    extract: str
    corrected: tuple[tuple[date, SentFigure], ...] = ()

    def known_since(self, value: float | None) -> date | None:
        """The day on which its present value was first told by a correction; None where nobody was told it yet."""
        told = None
        for on, figure in self.corrected:
            if figure.value != value:
                told = None
            elif told is None:
                told = on
        return told


def histories(tellings: Iterable[Telling], zone: ZoneInfo) -> dict[Key, History]:
    """By figure, from tellings in order of time. What only a correction tells of was first sent too long ago."""
    found: dict[Key, History] = {}
    for telling in tellings:
        on = telling.at.astimezone(zone).date()
        for figure in telling.figures:
            before = found.get(figure.key)
            if not telling.is_correction:
                found.setdefault(figure.key, History(figure, on, telling.extract))
            elif before is not None:
                found[figure.key] = History(
                    before.first, before.on, before.extract, (*before.corrected, (on, figure))
                )
    return found


class Told:
    """The histories of what was sent in the last weeks, as the database holds them."""

    def __init__(self, sent: SentFigures, zone: ZoneInfo, weeks: int) -> None:
        self._sent = sent
        self._zone = zone
        self._weeks = timedelta(weeks=max(weeks, 1))
        self._tellings: dict[int, Telling] = {}
        self._read_at: datetime | None = None
        self._found: dict[Key, History] = {}

    @property
    def zone(self) -> ZoneInfo:
        """Whose days are said."""
        return self._zone

    async def fresh(self, now: datetime) -> None:
        """Takes in what was sent since the last look; forgets what is too old."""
        if self._read_at is not None and timedelta(0) <= now - self._read_at < AT_MOST_EVERY:
            return
        since = now - self._weeks
        new = await self._sent.since(since, but=self._tellings.keys())
        old = [one.id for one in self._tellings.values() if one.at < since]
        self._read_at = now
        if not new and not old:
            return
        for each in old:
            del self._tellings[each]
        self._tellings |= {one.id: one for one in new}
        ordered = sorted(self._tellings.values(), key=lambda one: (one.at, one.id))
        self._found = histories(ordered, self._zone)

    def sent(self, key: Key) -> History | None:
        """The history of one figure (kpi_engine.sent.SentFigure.key); None where it was not sent."""
        return self._found.get(key)

    def of_unit(self, unit_id: str) -> list[History]:
        """Everything that was sent about a unit, the newest figures first."""
        mine = [each for each in self._found.values() if each.first.unit_id == unit_id]
        return sorted(mine, key=lambda each: each.first.as_at, reverse=True)
