"""Claim, send, record: at most one accepted post per briefing, recipient and period.

The claim and the word "sending" are in the database before the post goes out. A process that dies between
posting and recording leaves a post whose outcome is unknown: it is shown, and never posted again by itself.
Only what the other side certainly did not accept is tried again, until the post's cut-off.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot.deliveries import Key
from bot.hosts.protocol import Final, Retryable, Sent, UnknownOutcome
from bot.store import Delivery
from bot.store.database import reason
from bot.turn import Reply
from kpi_engine.question import ALL
from schedules.briefings import CannotCompose, Payload, Recipient, compose
from schedules.posts import REMADE, question_of
from schedules.tools import Tools, key_of, with_listeners

FIRST_WAIT, LONGEST_WAIT = 10.0, 120.0
"""Seconds before the second post and between two posts at most, before jitter."""
NO_CHAT_AGAIN = timedelta(minutes=1)
AT_ONCE = 6
"""Posts under way at the same time: as many can be of unknown outcome when the process dies."""
RECORD_AGAIN = (0.1, 0.3, 1.0, 3.0, 10.0, 20.0)
"""Seconds between tries to record what became of a post while the database is away."""

log = logging.getLogger(__name__)


class Posting:
    """One replica's posts."""

    def __init__(self, tools: Tools) -> None:
        self._t = tools
        self._briefings = tools.store.briefings
        self._holder = uuid.uuid4().hex
        self.stopping = False

    async def send_waiting(self) -> None:
        """Takes up every delivery whose time has come."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def take(waiting: Delivery) -> None:
            async with gate:
                if not self.stopping:
                    await self._take(waiting)

        await asyncio.gather(*(take(each) for each in await self._briefings.waiting(self._t.clock())))

    async def _take(self, waiting: Delivery) -> None:
        """One waiting delivery: claimed, and if that worked, sent. Its faults are its own."""
        key = key_of(waiting)
        try:
            mine = await self.claim(key, Payload.from_json(waiting.payload), until=waiting.until)
            if mine is not None:
                await self.send(mine)
        except (SQLAlchemyError, OSError) as error:
            log.error("%s for %s, %s waits: the database cannot be used (%s).", *key, reason(error))
        except Exception as error:  # a fault in one delivery must not stop the others
            log.error("%s for %s, %s: %s", *key, type(error).__name__)

    async def claim(
        self,
        key: Key,
        payload: Payload,
        *,
        until: datetime | None,
        lease: timedelta | None = None,
    ) -> Delivery | None:
        now = self._t.clock()
        lease = self._t.lease if lease is None else lease
        return await self._briefings.claim(
            *key,
            payload.to_json(),
            holder=self._holder,
            now=now,
            lease=lease,
            until=until,
            figures=payload.figures,
        )

    async def send(self, mine: Delivery) -> None:
        """A delivery that this replica has claimed: to its end, or back to wait."""
        payload = Payload.from_json(mine.payload)
        recipient = await with_listeners(self._t, Recipient(mine.recipient, payload.audience))
        guests_came = bool(recipient.audience.outsiders and not payload.audience.outsiders)
        if guests_came:
            payload = Payload(payload.unit, recipient.audience, None)  # made anew, with numbers only
        if guests_came and (mine.tries or mine.briefing.partition(":")[0] not in REMADE):
            await self.fail(mine, "who reads there has changed since it was written")
        elif mine.until and self._t.clock() >= mine.until:
            await self.fail(mine, f"not sent in time: {mine.because or 'nobody took it up'}")
        elif not await self._entitled(recipient, payload):
            await self.fail(mine, "the recipient does not belong to this unit any more")
        else:
            reference = await self._t.addresses.find(recipient)
            address = self._t.mailer.address_of(recipient.person_id) if self._t.mailer else None
            if reference is None and address is None:
                await self._wait(mine, "no conversation with the bot is open there", NO_CHAT_AGAIN)
            elif (reply := payload.reply or await self._compose_late(mine, recipient, payload)) is not None:
                await self._post(mine, reference, address, reply)

    async def _post(
        self, mine: Delivery, reference: Mapping[str, Any] | None, address: str | None, reply: Reply
    ) -> None:
        """To the conversation; by e-mail where there is none, or where it refuses for good."""
        lease = self._t.lease
        if not await self._briefings.mark_sending(
            mine.id, holder=self._holder, now=self._t.clock(), lease=lease
        ):
            return
        try:
            async with asyncio.timeout(self._t.send_seconds):
                sent = await self._reach(reference, address, reply)
        except Retryable as error:
            await self._later(mine, error)
        except Final as error:
            because = error.because
            await self._recorded(lambda: self.fail(mine, because))
        except TimeoutError:
            await self._unknown(mine, f"no answer within {self._t.send_seconds:.0f} seconds")
        except UnknownOutcome as error:
            await self._unknown(mine, error.because)
        except Exception as error:  # whatever else happened, the post may have been accepted
            log.error("%s for %s, %s: the host failed with %s", *key_of(mine), type(error).__name__)
            await self._unknown(mine, f"the host failed with {type(error).__name__}")
        else:
            await self._recorded(
                lambda: self._briefings.mark_sent(
                    mine.id, holder=self._holder, activity_id=sent.activity_id, now=self._t.clock()
                )
            )

    async def _reach(self, reference: Mapping[str, Any] | None, address: str | None, reply: Reply) -> Sent:
        """Raises Retryable, Final or UnknownOutcome. Mailed only what the conversation certainly did not take."""
        because = "no conversation with the bot is open there"
        if reference is not None:
            try:
                return await self._t.sender.send(reference, reply)
            except Final as error:
                if address is None:
                    raise
                because = error.because
        assert self._t.mailer is not None
        assert address is not None, "nobody is sent to without a conversation or an address"
        try:
            return await self._t.mailer.send(address, reply)
        except Final as error:
            raise Final(f"{because}; by e-mail: {error.because}") from None

    async def _later(self, mine: Delivery, error: Retryable) -> None:
        """Backs off: twice as long each time, plus up to half of it by lot."""
        wait = min(FIRST_WAIT * 2**mine.tries, LONGEST_WAIT)
        delay = timedelta(seconds=wait * (1 + self._t.draw() / 2))
        await self._recorded(lambda: self._wait(mine, error.because, delay))

    async def _compose_late(self, mine: Delivery, recipient: Recipient, payload: Payload) -> Reply | None:
        """For one that could not be composed when it was due and is sent again by order."""
        try:
            now, as_at = self._t.clock(), self._t.engines.current().as_at
            question = question_of(mine.briefing.partition(":")[0], payload.unit, as_at, now.date())
            reply = await compose(self._t.composer, payload.unit.id, recipient, question)
        except CannotCompose as error:
            await self.fail(mine, f"it could not be composed: {error}")
            return None
        frozen = Payload(payload.unit, payload.audience, reply)
        kept = await self._briefings.fill(
            mine.id, frozen.to_json(), holder=self._holder, now=self._t.clock(), figures=frozen.figures
        )
        return reply if kept else None

    async def _entitled(self, recipient: Recipient, payload: Payload) -> bool:
        """Whether the recipient belongs to the unit at this moment, whatever was so when it was composed."""
        if recipient.person_id is None:
            return await self._t.store.channels.unit_of(recipient.id) == payload.unit
        user = self._t.engines.current().users.get(recipient.person_id)
        return user is not None and user.active and (user.unit_id or ALL) == payload.unit.id

    async def _wait(self, mine: Delivery, because: str, delay: timedelta) -> None:
        now = self._t.clock()
        await self._briefings.release(
            mine.id, holder=self._holder, because=because, now=now, again_at=now + delay
        )
        if mine.because != because:
            self._t.notices.tell(key_of(mine), f"waiting; {because}.")

    async def fail(self, mine: Delivery, because: str) -> None:
        if await self._briefings.mark_failed(
            mine.id, holder=self._holder, because=because, now=self._t.clock()
        ):
            self._t.notices.note(key_of(mine), f"not delivered; {because}.")

    async def _unknown(self, mine: Delivery, because: str) -> None:
        async def change() -> None:
            if await self._briefings.mark_unknown(
                mine.id, holder=self._holder, because=because, now=self._t.clock()
            ):
                self._t.notices.note(key_of(mine), f"nobody knows whether it arrived; {because}.")

        await self._recorded(change)

    async def _recorded(self, change: Callable[[], Awaitable[object]]) -> None:
        """What became of a post, into the database, also if that is away for half a minute."""
        for pause in RECORD_AGAIN:
            try:
                await change()
                return
            except (SQLAlchemyError, OSError):
                await asyncio.sleep(pause)
        await change()
