"""One turn in Teams: who hears it, what is answered, and how the answer gets there."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from botbuilder.core import TurnContext

from bot.hosts.protocol import Final, NotSent, Replier
from bot.hosts.teams.addresses import Addresses
from bot.hosts.teams.incoming import Incoming
from bot.hosts.teams.messages import ANSWERED_BELOW, invoke_body, invoke_note, message, typing
from bot.hosts.teams.post import Post
from bot.hosts.teams.roster import Rosters
from bot.hosts.teams.sdk import reference_of
from bot.store import Store
from bot.turn import PERSONAL, Audience, Reply, Turn

log = logging.getLogger(__name__)

TYPING_AFTER_SECONDS = 0.5
SORRY = (
    "Something went wrong here and your question was not answered. Please ask it again; "
    "if it goes wrong again, tell whoever looks after perfbot."
)
COULD_NOT = (
    "I could not reach you in your own chat with me. Open that chat (or install the app) and ask me there."
)
GREETING = "help"
"""What a new conversation is answered as: the answer obeys rights like any other."""


@dataclass
class _Queue:
    """Turns of one person in one conversation: one is worked on, the others wait."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    turns: int = 0


class Talk:
    """rosters: who listens where.  privately: posts to the person's own chat; raises NotSent.  clock: the time a turn
    arrived (aware)."""

    def __init__(
        self,
        replier: Replier,
        store: Store,
        post: Post,
        addresses: Addresses,
        rosters: Rosters,
        privately: Callable[[Incoming, str, Reply], Awaitable[None]],
        clock: Callable[[], datetime],
    ) -> None:
        self._replier = replier
        self._store = store
        self._post = post
        self._addresses = addresses
        self._rosters = rosters
        self._privately = privately
        self._clock = clock
        self._queues: dict[tuple[str, str], _Queue] = {}

    async def answer(
        self, context: TurnContext, incoming: Incoming, person_id: str, action: Mapping[str, Any] | None
    ) -> None:
        """Answers a message or a pressed Action.Submit: with messages, or a card in the old one's place."""
        async with self._in_order(person_id, incoming.conversation_id):
            async with self._typing_when_slow(context):
                replies = await self._reply(context, incoming, person_id, action)
            for reply in await self._without_private(incoming, person_id, replies):
                await self._deliver(context, incoming, reply)

    async def press(
        self, context: TurnContext, incoming: Incoming, person_id: str, action: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Answers a pressed Action.Execute with the body Teams waits for. What does not fit in it follows."""
        async with self._in_order(person_id, incoming.conversation_id):
            replies = await self._reply(context, incoming, person_id, action)
            replies = await self._without_private(incoming, person_id, replies)
            if len(replies) == 1 and (replies[0].card is None or replies[0].replaces):
                return invoke_body(replies[0])
            body = invoke_note(ANSWERED_BELOW)
            for reply in replies:
                if reply.replaces and reply.card is not None:
                    body = invoke_body(reply)
                else:
                    await self._deliver(context, incoming, reply)
            return body

    async def greet(self, context: TurnContext, incoming: Incoming, person_id: str) -> None:
        """Says hello in a person's own chat, as help is answered: to a stranger, nothing but a refusal."""
        for reply in await self._reply(context, incoming, person_id, None, text=GREETING):
            await self._deliver(context, incoming, reply)

    async def audience(self, context: TurnContext, incoming: Incoming) -> Audience:
        """Who hears it. The roster is asked for only where rows could be shown at all."""
        if incoming.is_personal:
            return PERSONAL
        kind: Literal["channel", "group"] = "channel" if incoming.conversation_type == "channel" else "group"
        unit = await self._store.channels.unit_of(incoming.place_id)
        if unit is None:
            return Audience(kind, None)
        found = await self._rosters.outsiders(context, incoming.place_id, incoming.bot_id, incoming.team_id)
        return Audience(kind, unit, found)

    def somebody_came_or_went(self, incoming: Incoming) -> None:
        """The roster is read again at the next question."""
        self._rosters.forget(incoming.place_id, incoming.team_id)

    async def _without_private(self, incoming: Incoming, person_id: str, replies: list[Reply]) -> list[Reply]:
        """Posts what is for the person's own chat, and gives what is to be said here."""
        try:
            for reply in replies:
                if reply.private:
                    await self._privately(incoming, person_id, reply)
        except NotSent as error:
            log.info("A private answer could not be posted: %s", error.because)
            return [Reply(COULD_NOT)]
        return [reply for reply in replies if not reply.private]

    async def _reply(
        self, context: TurnContext, incoming: Incoming, person_id: str, action: Mapping[str, Any] | None,
        text: str | None = None,
    ) -> list[Reply]:  # fmt: skip
        try:
            turn = Turn(
                person_id=person_id,
                conversation_id=incoming.conversation_id,
                now=self._clock(),
                text=text or incoming.text,
                action=action,
                audience=await self.audience(context, incoming),
                sends_privately=not incoming.is_personal,
                place_id="" if incoming.is_personal else incoming.place_id,
            )
            return await self._replier.reply(turn)
        except Exception as error:
            log_fault("A turn was not answered", error)
            return [Reply(SORRY)]

    async def _deliver(self, context: TurnContext, incoming: Incoming, reply: Reply) -> None:
        """A reply that cannot be delivered is logged: there is nobody else to tell."""
        try:
            if reply.replaces and incoming.value is not None and incoming.reply_to_id:
                try:
                    await self._post.replace(context, message(reply), incoming.reply_to_id)
                    return
                except Final:
                    log.info("A card could not be replaced; its answer follows as a new message.")
            await self._post.send(context, message(reply))
        except NotSent as error:
            log.warning("A reply was not delivered: %s", error.because)
            if isinstance(error, Final) and incoming.is_personal:
                await self._addresses.close(reference_of(incoming, incoming.aad_id), error.because)

    @asynccontextmanager
    async def _in_order(self, person_id: str, conversation_id: str) -> AsyncIterator[None]:
        """Two quick questions of one person are answered one after the other: the second may follow up the
        first.
        """
        key = (person_id, conversation_id)
        queue = self._queues.setdefault(key, _Queue())
        queue.turns += 1
        try:
            async with queue.lock:
                yield
        finally:
            queue.turns -= 1
            if not queue.turns:
                del self._queues[key]

    @asynccontextmanager
    async def _typing_when_slow(self, context: TurnContext) -> AsyncIterator[None]:
        async def show() -> None:
            await asyncio.sleep(TYPING_AFTER_SECONDS)
            await self._post.hint(context, typing())

        showing = asyncio.create_task(show())
        try:
            yield
        finally:
            showing.cancel()
            await asyncio.gather(showing, return_exceptions=True)


def log_fault(what: str, error: BaseException) -> None:
    """What broke and where, without the message: it may hold a child's id or a question's words."""
    place = traceback.extract_tb(error.__traceback__)[-1:]
    where = f"{place[0].filename.rpartition('/')[2]}:{place[0].lineno}" if place else "nowhere"
    log.error("%s: %s at %s", what, type(error).__name__, where)
