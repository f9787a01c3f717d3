"""Takes what a person says to the bot, and the bot's replies back into the conversation.

One can sit in a channel of the browser chat, so what may not be said there is sent privately, as in Teams: whoever
tries the bot out meets the same buttons, and the private answer stands in the person's private chat.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.hosts.local import Replier, replies_of
from bot.hosts.webchat.activities import BRIEFING_BUTTON, Posted, as_turn, echo, message, typing
from bot.hosts.webchat.conversations import Conversation, Conversations, Seat
from bot.turn import PERSONAL, Reply

SendNow = Callable[[str], Awaitable[object]]
"""Sends the week's briefing to one person, by user id, in the way the timetable does."""

TYPING_SECONDS = 3.0
"""Web Chat shows a typing sign for 5 seconds; it is renewed before it goes out."""
LEAVE_SECONDS = 0.01
"""Lets the sign go out before an answer that keeps the event loop busy."""
BRIEFING = "briefing"
NOTHING_NEW = "No new briefing came here. Ask for “briefing” to see this week's."


class Talk:
    """One turn at a time in each conversation; different conversations do not wait for each other."""

    def __init__(
        self, assistant: Replier, clock: Callable[[], datetime], conversations: Conversations,
        send_now: SendNow | None = None,
    ) -> None:  # fmt: skip
        self._assistant = assistant
        self._conversations = conversations
        self._clock = clock
        self._running: set[asyncio.Task[None]] = set()
        self.send_now = send_now

    def take(self, conversation: Conversation, posted: Posted) -> str:
        """Shows the message in the conversation at once and answers it in the background; returns its id.

        A message that was sent before (same id of the client's) is not answered again.
        """
        if posted.client_id is not None and (known := conversation.id_given_to(posted.client_id)):
            return known
        activity_id = conversation.new_id(posted.client_id)
        conversation.say(echo(posted, conversation, activity_id))
        self._run(self._work(conversation, posted, activity_id))
        return activity_id

    async def close(self) -> None:
        """Stops what is still being answered."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _work(self, conversation: Conversation, posted: Posted, reply_to: str) -> Coroutine[Any, Any, None]:
        """The page's button sends the scheduled briefing, if there is one to send; all else is answered."""
        if posted.action != BRIEFING_BUTTON:
            return self._answer(conversation, posted, reply_to)
        if self.send_now is not None and conversation.seat.audience == PERSONAL:
            return self._send_briefing(conversation, self.send_now)
        return self._answer(conversation, replace(posted, text=BRIEFING, action=None), reply_to)

    async def _answer(self, conversation: Conversation, posted: Posted, reply_to: str) -> None:
        async with conversation.turns, Typing(conversation):
            turn = as_turn(posted, conversation, self._clock())
            for reply in await replies_of(self._assistant.reply(turn)):
                if reply.private:
                    self._say_privately(conversation.seat.person_id, reply)
                    continue
                pressed = posted.card_id if posted.card_id and conversation.holds(posted.card_id) else None
                activity_id = pressed if reply.replaces and pressed else conversation.new_id()
                conversation.say(message(reply, activity_id, reply_to))

    def _say_privately(self, person_id: str, reply: Reply) -> None:
        """In the person's private chat, where one is open in another window; else as the next one begins."""
        seat = Seat(person_id, PERSONAL)
        own = self._conversations.newest_of(seat)
        if own is not None and own.is_listened_to:
            own.say(message(reply, own.new_id(), None))
        else:
            self._conversations.wait(seat, reply)

    async def _send_briefing(self, conversation: Conversation, send_now: SendNow) -> None:
        before = conversation.watermark
        async with Typing(conversation):
            for reply in await replies_of(nothing(send_now(conversation.seat.person_id))):
                conversation.say(message(reply, conversation.new_id(), None))
        if conversation.watermark == before:
            conversation.say(message(Reply(NOTHING_NEW), conversation.new_id(), None))

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)


class Typing:
    """Shows that the bot is at work, from the first moment until the block is left."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation

    async def __aenter__(self) -> None:
        self._conversation.hint(typing())
        self._renewing = asyncio.create_task(self._renew())
        await asyncio.sleep(LEAVE_SECONDS)

    async def __aexit__(self, *exc: object) -> None:
        self._renewing.cancel()

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(TYPING_SECONDS)
            self._conversation.hint(typing())


async def nothing(work: Awaitable[object]) -> list[Reply]:
    await work
    return []
