"""Corrections: when a new extract changes a figure that was sent, whoever was sent it is told, once.

    look -> is there an extract that nothing was compared with? -> what everybody was last told, counted again
         -> of what differs: why, from the extract it was told from -> one notice for each reader -> delivery.py

What a reader was last told is a figure of a briefing, of a month's or quarter's report, or of an earlier correction: so
a figure that stays as corrected is not told again. A notice is a delivery like any other (claimed, sent, recorded, at
most once for a unit, reader and extract), composed under the reader's rights of that moment. It waits for office hours:
a load at night wakes nobody. Issue: every measure with its history, point 6.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from bot.dialogs.corrections import Correction
from bot.store import Subscription, Telling
from bot.store.sent_figures import CORRECTION
from bot.turn import PERSONAL, Audience, Reply
from kpi_engine.answering.restated import Restatement
from kpi_engine.engine import Engine
from kpi_engine.errors import PerfbotError
from kpi_engine.measures import ORDER
from kpi_engine.question import ALL, UnitRef
from kpi_engine.sent import SentFigure
from schedules.briefings import Directory, Payload, Recipient
from schedules.timetable import Timetable
from schedules.tools import Tools, with_listeners
from schedules.wishes import BRIEFING

CLOSES = time(17, 30)
"""From here on a notice waits for the next working day's briefing time."""
WORTH_SENDING = timedelta(days=3)

log = logging.getLogger(__name__)
Key = tuple[str, str, date, date]


class Corrector(Protocol):
    """Compares and writes under rights; the product's one is `bot.assistant.Assistant`."""

    @property
    def extract(self) -> str: ...

    async def differing(self, told: Sequence[SentFigure]) -> set[SentFigure]: ...

    async def restated(
        self, told: Sequence[SentFigure], before: Engine | None, person_id: str | None, audience: Audience
    ) -> list[Restatement]: ...

    async def correction(
        self, unit_id: str, corrections: Sequence[Correction], person_id: str | None, audience: Audience, *,
        conversation_id: str,
    ) -> Reply: ...  # fmt: skip


@dataclass
class _Reader:
    """Somebody who was told figures of the unit that is still theirs; the last telling of each, and what became of
    them."""

    recipient: Recipient
    unit: UnitRef
    told: dict[Key, tuple[SentFigure, Telling]] = field(default_factory=dict)
    corrections: list[Correction] = field(default_factory=list)


class Corrections:
    """One replica's look for figures to correct. Several may look: the deliveries' keys make one notice of them."""

    def __init__(
        self, tools: Tools, corrector: Corrector, opens: Callable[[str], Engine | None], weeks: int
    ) -> None:
        """opens: a kept extract by its id, None where it is no longer kept.  weeks: how far back; 0 = not at all."""
        self._t = tools
        self._corrector = corrector
        self._opens = opens
        self._weeks = weeks
        self._done = ""

    async def look(self) -> None:
        """Compares once with each extract; an older one that is loaded as history is none."""
        if not self._weeks:
            return
        directory = await asyncio.to_thread(self._t.engines.current)
        extract, now = self._corrector.extract, self._t.clock()
        if extract == self._done or self._t.stale(directory, now):
            return
        mark = f"corrections:{extract}"
        if await self._t.store.schedule_marks.find(mark) is None:
            await self._correct(directory, extract, now)
            await self._t.store.schedule_marks.take(mark, now)
        self._done = extract

    async def _correct(self, directory: Directory, extract: str, now: datetime) -> None:
        readers = await self._readers(directory, extract, now)
        for reader in readers:
            reader.recipient = await with_listeners(self._t, reader.recipient)
        await self._compare(readers)
        kept = await self._t.store.briefings.keys({extract})
        table = self._t.timetable(directory)
        for reader in readers:
            key = (f"{CORRECTION}:{reader.unit.id}", reader.recipient.id, extract)
            if reader.corrections and key not in kept:
                await self._keep(key, reader, table, now)

    async def _readers(self, directory: Directory, extract: str, now: datetime) -> list[_Reader]:
        """Everybody who was told figures from another extract, is still of that unit, and wants posts."""
        tellings = await self._t.store.sent_figures.since(now - timedelta(weeks=self._weeks))
        channels = {each.conversation_id: each.unit for each in await self._t.store.channels.all()}
        wishes = await self._t.store.subscriptions.all()
        readers: dict[str, _Reader | None] = {}
        for telling in tellings:
            one = telling.recipient
            if one not in readers:
                found = _reader(one, channels.get(one), directory)
                readers[one] = found if found and not _quiet((one, found.unit.id), wishes, now) else None
            reader = readers[one]
            for figure in telling.figures if reader else ():
                assert reader is not None
                if figure.unit_id == reader.unit.id:
                    reader.told[figure.key] = (figure, telling)
        found_readers = [reader for reader in readers.values() if reader is not None]
        figures = {
            figure
            for reader in found_readers
            for figure, telling in reader.told.values()
            if telling.extract != extract
        }
        others = await self._corrector.differing(
            sorted(figures, key=lambda f: (f.as_at, f.unit_id, f.measure))
        )
        for reader in found_readers:
            reader.told = {key: told for key, told in reader.told.items() if told[0] in others}
        return sorted((r for r in found_readers if r.told), key=lambda r: r.recipient.id)

    async def _compare(self, readers: Sequence[_Reader]) -> None:
        """Why the figures differ, for each reader; one earlier extract in memory at a time."""
        zone = self._t.timetable(await asyncio.to_thread(self._t.engines.current)).zone
        extracts = sorted({telling.extract for reader in readers for _, telling in reader.told.values()})
        for extract in extracts:
            before = await asyncio.to_thread(self._opens, extract)
            for reader in readers:
                told = {f: t for f, t in reader.told.values() if t.extract == extract}
                try:
                    found = await self._corrector.restated(
                        list(told), before, reader.recipient.person_id, reader.recipient.audience
                    )
                except PerfbotError:  # may not use the bot any more: is told nothing
                    continue
                reader.corrections += [
                    Correction(told[each.sent].at.astimezone(zone).date(), each) for each in found
                ]

    async def _keep(
        self, key: tuple[str, str, str], reader: _Reader, table: Timetable, now: datetime
    ) -> None:
        corrections = sorted(reader.corrections, key=_order)
        recipient = reader.recipient
        try:
            reply = await self._corrector.correction(
                reader.unit.id,
                corrections,
                recipient.person_id,
                recipient.audience,
                conversation_id=recipient.id,
            )
        except Exception as error:  # one notice that cannot be written must not stop the others
            log.error("composing %s failed: %s", key[0], type(error).__name__)
            self._t.notices.tell(key, f"not composed ({type(error).__name__}).")
            return
        payload = Payload(reader.unit, recipient.audience, reply)
        goes = goes_out(now, table)
        await self._t.store.briefings.claim(
            *key, payload.to_json(), holder=CORRECTION, now=now, lease=goes - now, until=goes + WORTH_SENDING,
            figures=payload.figures,
        )  # fmt: skip


def goes_out(now: datetime, table: Timetable) -> datetime:
    """Now, if the offices are open and the day's briefing time has come; else the next working day's briefing time."""
    local = now.astimezone(table.zone)
    opens = table.briefing.slot.at
    if table.is_working(local.date()) and opens <= local.time() < CLOSES:
        return now
    first = local.date() if local.time() < opens else local.date() + timedelta(days=1)
    day = next(each for each in (first + timedelta(days=n) for n in range(60)) if table.is_working(each))
    return datetime.combine(day, opens, table.zone).astimezone(UTC)


def _reader(one: str, channel: UnitRef | None, directory: Directory) -> _Reader | None:
    """A channel of a unit, or an active person with the unit they have now; None for anybody else."""
    if channel is not None:
        return (
            _Reader(Recipient(one, Audience("channel", channel)), channel)
            if channel.id in directory.units
            else None
        )
    user = directory.users.get(one)
    unit = directory.units.get(user.unit_id or ALL) if user is not None and user.active else None
    return _Reader(Recipient(one, PERSONAL), unit.ref) if unit is not None else None


def _quiet(owners: tuple[str, str], wishes: Iterable[Subscription], now: datetime) -> bool:
    """Whether the reader, or the unit, has its posts stopped or paused: then nothing is said now, and what changed is
    compared again with the first extract after that."""
    return any(
        wish.owner in owners
        and wish.kind == BRIEFING
        and not wish.subject
        and (not wish.active or (wish.paused_until is not None and now < wish.paused_until))
        for wish in wishes
    )


def _order(one: Correction) -> tuple[int, int, str]:
    """The newest figures first, then as the catalogue orders the measures."""
    sent = one.restatement.sent
    return -sent.as_at.toordinal(), ORDER[sent.measure], str(sent.period)
