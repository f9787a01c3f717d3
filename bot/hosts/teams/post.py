"""One post to Teams: paced, tried again where Teams says so, and with an outcome that can be trusted.

429, 412, 502 and 504 are tried again with growing, jittered pauses (Teams' own advice) as long as patience
lasts: a delivery has durable pauses of its own and needs little. 403 and other refusals are final; a
connection that was never made is Retryable; a request that may have arrived is UnknownOutcome.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress

import requests
from botbuilder.core import TurnContext
from botbuilder.schema import Activity, ErrorResponseException
from msrest.exceptions import ClientRequestError, DeserializationError
from urllib3.exceptions import MaxRetryError, NewConnectionError

from bot.hosts.protocol import Final, NotSent, Retryable, Sent, UnknownOutcome
from bot.hosts.teams.pace import Pace

TRY_AGAIN = frozenset({412, 429, 502, 504})
REPLY_PATIENCE = 45.0
DELIVERY_PATIENCE = 5.0
"""Seconds of pauses at most, for an answer somebody waits for, and for a post that can be made later."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0


class Post:
    """Posts through the context of a turn."""

    def __init__(
        self,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] | None = None,
        jitter: Callable[[], float] = random.random,
        pace: Pace | None = None,
    ) -> None:
        self._sleep = sleep
        self._jitter = jitter
        self._pace = pace or Pace(clock or (lambda: asyncio.get_running_loop().time()), sleep)

    async def send(self, context: TurnContext, activity: Activity, patience: float = REPLY_PATIENCE) -> Sent:
        """A new message. Raises Retryable, Final or UnknownOutcome."""

        async def once() -> Sent:
            given = await context.send_activity(activity)
            return Sent((given.id if given else "") or "")

        return await self._patiently(context.activity.conversation.id, once, patience)

    async def hint(self, context: TurnContext, activity: Activity) -> bool:
        """Posts what is worth nothing later, once, or not at all: never in the way of a message. Whether it went."""
        async with self._pace.if_idle(context.activity.conversation.id) as may_go:
            if not may_go:
                return False
            with suppress(ErrorResponseException, ClientRequestError, DeserializationError):
                await context.send_activity(activity)
                return True
            return False

    async def replace(
        self, context: TurnContext, activity: Activity, activity_id: str, patience: float = REPLY_PATIENCE
    ) -> Sent:
        """The message `activity_id` becomes `activity`. Raises Retryable, Final or UnknownOutcome."""
        activity.id = activity_id

        async def once() -> Sent:
            await context.update_activity(activity)
            return Sent(activity_id)

        return await self._patiently(context.activity.conversation.id, once, patience)

    async def _patiently(
        self, conversation_id: str, once: Callable[[], Awaitable[Sent]], patience: float
    ) -> Sent:
        pause = FIRST_PAUSE
        while True:
            try:
                async with self._pace.post(conversation_id):
                    return await once()
            except ErrorResponseException as error:
                status = error.response.status_code
                # Half of the pause is chance: many who wait together do not come back together.
                wait = max(_retry_after(error), pause * (0.5 + self._jitter() / 2))
                if status not in TRY_AGAIN or wait > patience:
                    raise outcome_of_status(status) from None
            except ClientRequestError as error:
                raise outcome_of_connection(error) from None
            except DeserializationError:  # a page of some proxy's, say: the SDK hides its status from us
                raise UnknownOutcome("the answer was not Teams' own") from None
            await self._sleep(wait)
            patience -= wait
            pause = min(pause * 2, LONGEST_PAUSE)


def outcome_of_status(status: int) -> NotSent:
    """What an HTTP status of the connector means for a post that has got it."""
    if status in TRY_AGAIN:
        return Retryable(f"Teams is busy ({status})")
    if status == 401:
        return Retryable("Teams did not accept the bot's credentials (401)")
    if status == 403:
        return Final("the person has blocked or uninstalled the bot, or it may not post there (403)")
    if status == 404:
        return Final("the conversation does not exist any more (404)")
    if status == 413:
        return Final("the message is too large (413)")
    if status < 500:
        return Final(f"Teams refused the message ({status})")
    return UnknownOutcome(f"Teams answered {status}")


def outcome_of_connection(error: ClientRequestError) -> NotSent:
    """What a failed connection means: without a connection nothing was sent; with one, nobody knows."""
    cause = error.inner_exception
    if isinstance(cause, requests.exceptions.ConnectTimeout):
        return Retryable("Teams could not be reached")
    if isinstance(cause, requests.exceptions.ConnectionError):
        inner = cause.args[0] if cause.args else None
        if isinstance(inner, MaxRetryError) and isinstance(inner.reason, NewConnectionError):
            return Retryable("Teams could not be reached")
    return UnknownOutcome("the connection broke before Teams answered")


def _retry_after(error: ErrorResponseException) -> float:
    """Seconds that Teams asks us to wait, at most LONGEST_PAUSE; 0 when it does not say."""
    try:
        return min(max(float(error.response.headers.get("Retry-After", "0")), 0.0), LONGEST_PAUSE)
    except ValueError:
        return 0.0
