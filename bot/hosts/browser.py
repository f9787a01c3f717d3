"""The browser chat: perfbot in a page on this machine, to be tried out as any user of an invented authority.

Web Chat (Microsoft's own chat window) speaks the Direct Line protocol to the small endpoint in
`hosts/webchat`; each message goes straight to the assistant as a Turn. Nobody signs in, so it listens on
loopback only and is started over invented data only. The Teams host, with its real adapter and tokens, is
`hosts/botbuilder.py`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime

from aiohttp import web

from bot.hosts.local import Directory, Replier, utc_now
from bot.hosts.patience import Runner
from bot.hosts.quiet import quieten
from bot.hosts.webchat.activities import message
from bot.hosts.webchat.conversations import Conversation, Conversations, Seat
from bot.hosts.webchat.direct_line import BODY_BYTES, DirectLine
from bot.hosts.webchat.loopback import loopback_host, only_from_here
from bot.hosts.webchat.page import Page
from bot.hosts.webchat.talk import SendNow, Talk
from bot.turn import PERSONAL, Audience, Reply
from kpi_engine.errors import InputError

PORT = 3978
SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), clipboard-read=(), display-capture=(), geolocation=(), microphone=(), usb=()",
    "Server": "perfbot",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class BrowserChat:
    """The chat over one assistant and one extract's people.

    web_chat: Web Chat's script (`hosts.webchat.fetch.read_script`); None = the page names the terminal.
    send_now: what the button "Send Monday's briefing now" calls with the user's id; it may be set later,
    since it usually delivers through this very object. None = the button asks the assistant for "briefing".
    """

    def __init__(
        self,
        assistant: Replier,
        directory: Directory,
        *,
        web_chat: bytes | None,
        send_now: SendNow | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._conversations = Conversations(clock)
        self._talk = Talk(assistant, clock, self._conversations, send_now)
        self._page = Page(directory, web_chat)
        self._direct_line = DirectLine(directory, self._conversations, self._talk)

    @property
    def send_now(self) -> SendNow | None:
        return self._talk.send_now

    @send_now.setter
    def send_now(self, send: SendNow | None) -> None:
        self._talk.send_now = send

    def app(self, routes: Iterable[web.RouteDef] = ()) -> web.Application:
        """The web application, with others' routes; it answers on loopback only, whoever serves it."""
        quieten()
        app = web.Application(middlewares=[only_from_here], client_max_size=BODY_BYTES)
        app.add_routes(self._page.routes())
        app.add_routes(self._direct_line.routes())
        app.add_routes(routes)
        app.on_response_prepare.append(add_safe_headers)
        app.on_shutdown.append(self._close)
        return app

    def deliver(self, person_id: str, reply: Reply) -> bool:
        """A scheduled post to a person's private chat, the one used last; False when none is open."""
        return post(self._conversations.newest_of(Seat(person_id, PERSONAL)), reply)

    def deliver_to(self, audience: Audience, reply: Reply) -> bool:
        """A scheduled post to a unit's channel; False when nobody has that channel open."""
        return post(self._conversations.newest_for(audience), reply)

    async def _close(self, _: web.Application) -> None:
        self._conversations.close()
        await self._talk.close()


def post(conversation: Conversation | None, reply: Reply) -> bool:
    if conversation is None:
        return False
    conversation.say(message(reply, conversation.new_id(), None))
    return True


async def add_safe_headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(SAFE_HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")


@asynccontextmanager
async def serving(
    chat: BrowserChat, host: str = "127.0.0.1", port: int = PORT, routes: Iterable[web.RouteDef] = ()
) -> AsyncIterator[str]:
    """Serves the chat while the block runs and gives its address; port 0 takes a free one.

    Raises InputError for a host that is not this machine's loopback, and for a port that is taken.
    """
    host = loopback_host(host)
    runner = Runner(chat.app(routes))
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError:
            raise InputError(
                f"Port {port} on {host} cannot be had: another program has it. Choose one with --port."
            ) from None
        taken = runner.addresses[0][1]
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{taken}/"
    finally:
        await runner.cleanup()
