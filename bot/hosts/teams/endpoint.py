"""POST /api/messages: every activity is checked, admitted, run at most once, and acknowledged within a
second.

A message is worked on in the background. The request waits for it a short while; a longer answer is
acknowledged with 202 and arrives as a message of its own, after a typing sign. (Teams sends an activity again
after 15 seconds without an answer.) A pressed Action.Execute is answered in the response itself, because
Teams takes the new card from there.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from aiohttp import web
from botbuilder.core import TurnContext
from botbuilder.integration.aiohttp import CloudAdapter
from botframework.connector.auth import AuthenticateRequestResult

from bot.hosts.patience import body_of
from bot.hosts.teams.adapter import hang_up
from bot.hosts.teams.addresses import Addresses
from bot.hosts.teams.gate import Gate
from bot.hosts.teams.incoming import Incoming, Refused, pressed_action, read_incoming
from bot.hosts.teams.messages import invoke_note
from bot.hosts.teams.sdk import activity_of, reference_of
from bot.hosts.teams.talk import SORRY, Talk, log_fault
from bot.store import SavedAnswer, Store

log = logging.getLogger(__name__)

ACKNOWLEDGE_SECONDS = 0.8
REMEMBERED = timedelta(days=2)
"""How long an activity is known as one that has arrived. Teams repeats it within minutes."""
TIDY_EVERY = timedelta(hours=1)
PRESSED = "adaptiveCard/action"

DONE = SavedAnswer(200, None)
WORKING = SavedAnswer(202, None)
NOT_IMPLEMENTED = SavedAnswer(501, None)
UNAVAILABLE = SavedAnswer(503, {"error": "the bot cannot work at the moment"})


class Endpoint:
    def __init__(
        self,
        adapter: CloudAdapter,
        gate: Gate,
        talk: Talk,
        store: Store,
        addresses: Addresses,
        clock: Callable[[], datetime],
        acknowledge_seconds: float = ACKNOWLEDGE_SECONDS,
    ) -> None:
        self._adapter = adapter
        self._gate = gate
        self._talk = talk
        self._store = store
        self._addresses = addresses
        self._clock = clock
        self._acknowledge_seconds = acknowledge_seconds
        self._running: dict[str, asyncio.Task[SavedAnswer]] = {}
        self._unnamed: set[asyncio.Task[SavedAnswer]] = set()
        self._tidied_at = clock()

    async def post(self, request: web.Request) -> web.Response:
        """The handler of the route."""
        try:
            incoming = read_incoming(await _body(request))
            activity = activity_of(incoming)
            proof = await self._gate.admit(request.headers.get("Authorization", ""), incoming, activity)
            if incoming.type == "invoke" and incoming.name == PRESSED:
                pressed_action(incoming)
            return _response(await self._once(incoming, proof))
        except Refused as refusal:
            log.info("An activity was refused with %s: %s", refusal.status, refusal.because)
            return _response(SavedAnswer(refusal.status, {"error": refusal.because}))
        except Exception as error:
            log_fault("An activity could not be worked on", error)
            return _response(UNAVAILABLE)

    async def finish(self, seconds: float) -> None:
        """Let what is being worked on come to its end, but not longer than that."""
        tasks = {*self._running.values(), *self._unnamed}
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)

    async def _once(self, incoming: Incoming, proof: AuthenticateRequestResult) -> SavedAnswer:
        """Runs the activity the first time it arrives; a repeat gets the first one's answer."""
        key = incoming.key
        if key and not await self._store.activities.first_time(key, self._clock()):
            running = self._running.get(key)
            if running is not None:
                return await self._wait_for(running, incoming)
            return await self._store.activities.answer(key) or WORKING
        await self._tidy()
        task = asyncio.create_task(self._run(incoming, proof))
        if key:
            self._running[key] = task
            task.add_done_callback(lambda _: self._running.pop(key, None))
        else:
            self._unnamed.add(task)
            task.add_done_callback(self._unnamed.discard)
        return await self._wait_for(task, incoming)

    async def _tidy(self) -> None:
        now = self._clock()
        if now - self._tidied_at >= TIDY_EVERY:
            self._tidied_at = now
            await self._store.activities.forget_before(now - REMEMBERED)

    async def _wait_for(self, task: asyncio.Task[SavedAnswer], incoming: Incoming) -> SavedAnswer:
        if incoming.type == "invoke":
            return await asyncio.shield(task)
        await asyncio.wait({task}, timeout=self._acknowledge_seconds)
        return task.result() if task.done() else WORKING

    async def _run(self, incoming: Incoming, proof: AuthenticateRequestResult) -> SavedAnswer:
        """Never raises: somebody waits for the answer, and Teams is told the same when it asks again."""
        try:
            answer = await self._work(incoming, proof)
        except Exception as error:
            log_fault("An activity was not worked on", error)
            answer = SavedAnswer(200, invoke_note(SORRY)) if incoming.type == "invoke" else DONE
        if (
            incoming.key and answer.body is not None
        ):  # without one, a repeat is told no more than that it was taken
            try:
                await self._store.activities.answered(incoming.key, answer)
            except Exception as error:
                log_fault("An answer was given but could not be kept for repeats", error)
        return answer

    async def _work(self, incoming: Incoming, proof: AuthenticateRequestResult) -> SavedAnswer:
        person_id = self._gate.person_of(incoming)
        if incoming.type == "installationUpdate" and incoming.action.startswith("remove"):
            await self._addresses.close(reference_of(incoming, person_id), "the bot was uninstalled")
            return DONE
        if incoming.type in ("message", "invoke", "conversationUpdate", "installationUpdate"):
            await self._remember(incoming, person_id)
        if incoming.members_added or incoming.members_removed or incoming.type == "installationUpdate":
            self._talk.somebody_came_or_went(incoming)
        if incoming.type == "message":
            return await self._in_turn(
                incoming, proof, lambda context: self._message(context, incoming, person_id)
            )
        if incoming.type == "invoke":
            if incoming.name != PRESSED:
                return NOT_IMPLEMENTED
            return await self._in_turn(
                incoming, proof, lambda context: self._pressed(context, incoming, person_id)
            )
        if incoming.type == "conversationUpdate" and _person_joins(incoming) and person_id:
            return await self._in_turn(
                incoming, proof, lambda context: self._greeting(context, incoming, person_id)
            )
        return DONE

    async def _remember(self, incoming: Incoming, person_id: str) -> None:
        """Keep where the conversation can be reached. Failing to is no reason not to answer."""
        try:
            await self._addresses.save(reference_of(incoming, person_id))
        except Exception as error:
            log_fault("A conversation's address could not be kept", error)

    async def _in_turn(
        self,
        incoming: Incoming,
        proof: AuthenticateRequestResult,
        work: Callable[[TurnContext], Awaitable[SavedAnswer]],
    ) -> SavedAnswer:
        """Runs `work` inside the SDK's turn, which brings the connector for the replies."""
        answer = DONE

        async def logic(context: TurnContext) -> None:
            nonlocal answer
            try:
                answer = await work(context)
            finally:
                await hang_up(context)

        await self._adapter.process_activity(proof, activity_of(incoming), logic)
        return answer

    async def _message(self, context: TurnContext, incoming: Incoming, person_id: str) -> SavedAnswer:
        await self._talk.answer(context, incoming, person_id, incoming.value)
        return DONE

    async def _pressed(self, context: TurnContext, incoming: Incoming, person_id: str) -> SavedAnswer:
        body = await self._talk.press(context, incoming, person_id, pressed_action(incoming))
        return SavedAnswer(200, body)

    async def _greeting(self, context: TurnContext, incoming: Incoming, person_id: str) -> SavedAnswer:
        await self._talk.greet(context, incoming, person_id)
        return DONE


async def _body(request: web.Request) -> bytes:
    """Raises Refused for what is not JSON by its own account, has no end, or does not come to it."""
    if request.content_type != "application/json":
        raise Refused(400, "the body is not application/json")
    try:
        return await body_of(request)
    except web.HTTPRequestEntityTooLarge:
        raise Refused(413, "the body is too large") from None
    except TimeoutError:
        raise Refused(408, "the body did not come in time") from None
    except web.RequestPayloadError:
        raise Refused(400, "the body cannot be unpacked") from None


def _person_joins(incoming: Incoming) -> bool:
    """Whether it is the person, in their own chat, who was added: the bot does not greet itself, nor a
    channel.
    """
    joined = incoming.is_personal and incoming.user_id in incoming.members_added
    return joined and incoming.user_id != incoming.bot_id


def _response(answer: SavedAnswer) -> web.Response:
    if answer.body is None:
        return web.Response(status=answer.status)
    return web.json_response(answer.body, status=answer.status)
