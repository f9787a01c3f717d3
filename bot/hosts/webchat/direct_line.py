"""A small Direct Line 3.0 endpoint: as much of Microsoft's protocol as Web Chat speaks.

    POST tokens/generate                     who asks and where -> a token bound to them
    POST tokens/refresh                      the same token again
    POST conversations                       begin: conversation id and stream address
    GET  conversations/{id}?watermark=       reconnect
    GET  conversations/{id}/activities?watermark=
    POST conversations/{id}/activities       a message or a pressed button -> {"id"}
    GET  conversations/{id}/stream?t=&watermark=   WebSocket

A token opens its own conversation and no other. Malformed bodies are 400, no token 401, a foreign one 403.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import urlencode

from aiohttp import WSMsgType, web

from bot.hosts.local import Directory, audience_at, seat_in_words, user_named
from bot.hosts.patience import body_of
from bot.hosts.webchat.activities import message, read_posted
from bot.hosts.webchat.conversations import Conversation, Conversations, Frame, Seat
from bot.hosts.webchat.talk import Talk
from bot.turn import Reply
from kpi_engine.errors import InputError, PerfbotError

TOKEN_SECONDS = 24 * 60 * 60
"""What the token is said to live; it ends with the process."""
HEARTBEAT_SECONDS = 20.0
BODY_BYTES = 256 * 1024


class DirectLine:
    """The routes, over one set of conversations."""

    def __init__(self, directory: Directory, conversations: Conversations, talk: Talk) -> None:
        self._directory = directory
        self._conversations = conversations
        self._talk = talk

    def routes(self, at: str = "/directline") -> list[web.RouteDef]:
        one = at + "/conversations/{id}"
        return [
            web.post(f"{at}/tokens/generate", self.generate),
            web.post(f"{at}/tokens/refresh", self.refresh),
            web.post(f"{at}/conversations", self.start),
            web.get(one, self.reconnect),
            web.get(f"{one}/activities", self.activities),
            web.post(f"{one}/activities", self.post),
            web.get(f"{one}/stream", self.stream),
        ]

    async def generate(self, request: web.Request) -> web.Response:
        """Body `{"person": user id, "place": "personal" | "group" | unit id}`.

        The conversation begins with a line that says who one is and where, and with what was sent to this private chat
        from a channel meanwhile. Web Chat also needs a first
        message to show a tall card from its top.
        """
        body = await read_json(request)
        person, place = (body.get("person"), body.get("place")) if isinstance(body, dict) else (None, None)
        if not isinstance(person, str) or not isinstance(place, str):
            raise web.HTTPBadRequest(text="Give a person and a place, both strings.")
        try:
            seat = Seat(user_named(self._directory, person).user_id, audience_at(self._directory, place))
        except PerfbotError as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        conversation = self._conversations.begin(seat)
        greeting = Reply(seat_in_words(self._directory, person, seat.audience))
        for reply in (greeting, *self._conversations.waited(seat)):
            conversation.say(message(reply, conversation.new_id(), None))
        return web.json_response(described(conversation))

    async def refresh(self, request: web.Request) -> web.Response:
        return web.json_response(described(self._of_bearer(request)))

    async def start(self, request: web.Request) -> web.Response:
        conversation = self._of_bearer(request)
        return web.json_response(
            described(conversation) | {"streamUrl": stream_url(request, conversation, None)}, status=201
        )

    async def reconnect(self, request: web.Request) -> web.Response:
        conversation = self._addressed(request)
        watermark = read_watermark(request, conversation)
        return web.json_response(
            described(conversation) | {"streamUrl": stream_url(request, conversation, watermark)}
        )

    async def activities(self, request: web.Request) -> web.Response:
        conversation = self._addressed(request)
        return web.json_response(conversation.since(read_watermark(request, conversation) or 0))

    async def post(self, request: web.Request) -> web.Response:
        conversation = self._addressed(request)
        try:
            posted = read_posted(await read_json(request))
        except InputError as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        if posted is None:
            return web.json_response({"id": conversation.new_id()})
        return web.json_response({"id": self._talk.take(conversation, posted)})

    async def stream(self, request: web.Request) -> web.StreamResponse:
        conversation = self._owned(request, request.query.get("t", ""))
        watermark = read_watermark(request, conversation)
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, max_msg_size=BODY_BYTES)
        await socket.prepare(request)
        with conversation.listening(watermark) as frames:
            sending = asyncio.create_task(send_frames(socket, frames))
            try:
                async for heard in socket:  # Web Chat says nothing here but its keep-alive
                    if heard.type is WSMsgType.ERROR:
                        break
            finally:
                sending.cancel()
        return socket

    def _of_bearer(self, request: web.Request) -> Conversation:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise web.HTTPUnauthorized(text="A bearer token is needed.")
        return self._with_token(token)

    def _addressed(self, request: web.Request) -> Conversation:
        return own(self._of_bearer(request), request)

    def _owned(self, request: web.Request, token: str) -> Conversation:
        return own(self._with_token(token), request)

    def _with_token(self, token: str) -> Conversation:
        conversation = self._conversations.with_token(token)
        if conversation is None:
            raise web.HTTPForbidden(text="This token is not known: begin a new conversation.")
        return conversation


def own(conversation: Conversation, request: web.Request) -> Conversation:
    """The token's conversation, if it is the one addressed; else 403."""
    if conversation.id != request.match_info["id"]:
        raise web.HTTPForbidden(text="This token belongs to another conversation.")
    return conversation


async def send_frames(socket: web.WebSocketResponse, frames: asyncio.Queue[Frame | None]) -> None:
    """Sends until the end is on the queue or the other side is gone."""
    while not socket.closed:
        frame = await frames.get()
        if frame is None:
            await socket.close()
            return
        try:
            await socket.send_json(frame)
        except ConnectionError:
            return


async def read_json(request: web.Request) -> Any:
    """The body as JSON; 415 for another content type, 400 for what cannot be read, 408 for what does not come."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="Send JSON.")
    try:
        return json.loads(await body_of(request))
    except TimeoutError:
        raise web.HTTPRequestTimeout(text="The body did not come in time.") from None
    except (ValueError, LookupError, RecursionError, web.RequestPayloadError):
        raise web.HTTPBadRequest(text="The body is not readable JSON.") from None


def read_watermark(request: web.Request, conversation: Conversation) -> int | None:
    """The watermark in the address, None without one; 400 when it is not one of this conversation's."""
    given = request.query.get("watermark")
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and len(given) < 10 and int(given) <= conversation.watermark):
        raise web.HTTPBadRequest(text="The watermark is not one this conversation gave.")
    return int(given)


def described(conversation: Conversation) -> dict[str, Any]:
    return {
        "conversationId": conversation.id,
        "token": conversation.token,
        "expires_in": TOKEN_SECONDS,
    }


def stream_url(request: web.Request, conversation: Conversation, watermark: int | None) -> str:
    """A browser cannot set headers on a WebSocket, so the token travels in the address, as in Direct Line."""
    query = {"t": conversation.token} | ({"watermark": str(watermark)} if watermark is not None else {})
    root = request.path.split("/conversations", 1)[0]
    return f"ws://{request.host}{root}/conversations/{conversation.id}/stream?{urlencode(query)}"
