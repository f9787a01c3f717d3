"""How long the web server waits for somebody who sends slowly: a connection held open must not cost others theirs.

aiohttp itself waits for ever for the head of a first request, for a body, and an hour for the next request.
"""

from __future__ import annotations

import asyncio
from typing import Any
from weakref import WeakSet

from aiohttp import web

HEAD_SECONDS = 15.0
"""From the connection to the end of the first request's head."""
BODY_SECONDS = 15.0
"""From the head to the end of the body: Teams itself gives up after 15."""
IDLE_SECONDS = 300
"""Longer than the proxies before us keep a connection, so that they and not we end it."""


class Runner(web.AppRunner):
    """Runs an application for clients that speak up in time; others are hung up on."""

    def __init__(self, app: web.Application, head_seconds: float = HEAD_SECONDS) -> None:
        # Addresses and heads hold tokens: they are not logged.
        super().__init__(app, access_log=None, keepalive_timeout=IDLE_SECONDS)
        self._head_seconds = head_seconds
        self._spoken: WeakSet[asyncio.BaseTransport] = WeakSet()
        app.on_response_prepare.append(self._heard)
        app.middlewares.insert(0, self._listens())

    def _listens(self) -> Any:
        @web.middleware
        async def listens(request: web.Request, handler: Any) -> web.StreamResponse:
            if request.transport is not None:
                self._spoken.add(request.transport)
            answer: web.StreamResponse = await handler(request)
            return answer

        return listens

    async def _heard(self, request: web.Request, _: web.StreamResponse) -> None:
        """Also a head that no handler was given (no such page, no HTTP) was a head."""
        if request.transport is not None:
            self._spoken.add(request.transport)

    async def _make_server(self) -> web.Server:
        server = await super()._make_server()
        made = server.connection_made

        def connection_made(handler: Any, transport: asyncio.Transport) -> None:
            made(handler, transport)
            asyncio.get_running_loop().call_later(self._head_seconds, self._hang_up_on_silence, transport)

        server.connection_made = connection_made  # type: ignore[method-assign]
        return server

    def _hang_up_on_silence(self, transport: asyncio.Transport) -> None:
        if transport not in self._spoken:
            transport.abort()


async def body_of(request: web.Request, seconds: float = BODY_SECONDS) -> bytes:
    """The body. Raises TimeoutError when it does not come in time, HTTPRequestEntityTooLarge when it is too large
    (also once it is unpacked)."""
    async with asyncio.timeout(seconds):
        return await request.read()
