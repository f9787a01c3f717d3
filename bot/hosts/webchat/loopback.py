"""Keeps the browser chat on this machine: nobody signs in to it, so nobody else may reach it.

Three doors are shut: binding to an outside address, arriving by one all the same (another program serving the
app), and a web page elsewhere that has the reader's own browser call in (a foreign Host or Origin).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from kpi_engine.errors import InputError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def loopback_host(host: str) -> str:
    """The host, if it is this machine's own loopback ("localhost" or such an address); else InputError."""
    if is_loopback(host):
        return host
    raise InputError(
        f"The browser chat is for this machine alone and will not listen on {host!r}: give 127.0.0.1."
    )


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]").split("%")[0]).is_loopback
    except ValueError:
        return False


@web.middleware
async def only_from_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuses (403) what did not come in by loopback, for a loopback name, from our own page."""
    transport = request.transport
    own_end = transport.get_extra_info("sockname") if transport else None
    if not own_end or not is_loopback(str(own_end[0])):
        raise web.HTTPForbidden(text="The browser chat answers on this machine's loopback only.")
    try:
        named = urlsplit(f"//{request.host}").hostname or ""
    except ValueError:
        named = ""
    if not is_loopback(named):
        raise web.HTTPForbidden(text="The browser chat answers to a loopback name only.")
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"{request.scheme}://{request.host}":
        raise web.HTTPForbidden(text="The browser chat answers to its own page only.")
    return await handler(request)
