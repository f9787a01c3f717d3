"""The bot in Teams: Microsoft's Bot Framework adapter behind our own, hardened, endpoint.

    host = TeamsHost(settings, assistant, store)
    async with serving(host) as address: ...
    await host.send(reference, reply)          # a post nobody asked for (schedules)

The SDK is archived upstream; every defect known of it is closed in `bot/hosts/teams/`, and nothing beyond the
hosts imports it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from botbuilder.core import TurnContext
from botbuilder.schema import ChannelAccount, ConversationParameters, ErrorResponseException

from bot.hosts.patience import Runner
from bot.hosts.protocol import Final, NotSent, Replier, Retryable, Sent, UnknownOutcome
from bot.hosts.quiet import quieten
from bot.hosts.teams.adapter import hang_up, make_adapter
from bot.hosts.teams.addresses import Addresses
from bot.hosts.teams.credentials import OneTokenFactory
from bot.hosts.teams.endpoint import ACKNOWLEDGE_SECONDS, Endpoint
from bot.hosts.teams.gate import Gate
from bot.hosts.teams.incoming import Incoming
from bot.hosts.teams.messages import message
from bot.hosts.teams.post import DELIVERY_PATIENCE, Post, outcome_of_status
from bot.hosts.teams.roster import Rosters
from bot.hosts.teams.sdk import personal_reference, sdk_reference
from bot.hosts.teams.talk import Talk, log_fault
from bot.settings import Settings, SettingsError
from bot.store import Reference, Store
from bot.turn import Outsiders, Reply

log = logging.getLogger(__name__)

ROUTE = "/api/messages"
CONNECTOR_THREADS = 64
"""The SDK posts with blocking calls in threads: this many at a time."""
FINISH_SECONDS = 10.0
SAFE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "Server": "perfbot",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def utc_now() -> datetime:
    return datetime.now(UTC)


class TeamsHost:
    """The bot's door to Teams, both ways.

    Raises SettingsError when made without credentials outside local mode, or in local mode off loopback.
    """

    def __init__(
        self,
        settings: Settings,
        replier: Replier,
        store: Store,
        *,
        clock: Callable[[], datetime] = utc_now,
        post: Post | None = None,
        acknowledge_seconds: float = ACKNOWLEDGE_SECONDS,
        credentials: OneTokenFactory | None = None,
    ) -> None:
        settings.check_can_serve()
        quieten()
        self.settings = settings
        self._addresses = Addresses(store, clock)
        self._post = post or Post()
        self._adapter = make_adapter(settings, credentials)
        gate = Gate(settings, self._adapter.bot_framework_authentication)
        self._store = store
        self._rosters = Rosters(settings.tenants, clock)
        talk = Talk(replier, store, self._post, self._addresses, self._rosters, self._send_privately, clock)
        self._endpoint = Endpoint(
            self._adapter, gate, talk, store, self._addresses, clock, acknowledge_seconds
        )

    def app(self, routes: Iterable[web.RouteDef] = ()) -> web.Application:
        """The web application, with others' routes beside its own (health, metrics)."""
        app = web.Application(client_max_size=self.settings.max_body_bytes)
        app.router.add_post(ROUTE, self._endpoint.post)
        app.add_routes(routes)
        app.on_response_prepare.append(_add_safe_headers)
        app.on_startup.append(_more_threads)
        app.on_shutdown.append(self._finish)
        return app

    async def send(self, reference: Mapping[str, Any], reply: Reply) -> Sent:
        """Post to a conversation nobody spoke in. Raises Retryable, Final or UnknownOutcome.

        A final refusal closes the reference: it is found again when the person or the channel speaks.
        """
        return await self._reach(
            reference, lambda context: self._post.send(context, message(reply), DELIVERY_PATIENCE)
        )

    async def update(self, reference: Mapping[str, Any], activity_id: str, reply: Reply) -> Sent:
        """Put `reply` in the place of an earlier post. Raises Retryable, Final or UnknownOutcome."""
        return await self._reach(
            reference,
            lambda context: self._post.replace(context, message(reply), activity_id, DELIVERY_PATIENCE),
        )

    async def outsiders(self, reference: Mapping[str, Any]) -> Outsiders:
        """Whether guests listen in the conversation; "unknown" where its roster cannot be read. Never raises."""
        ours = Reference.from_json(reference)
        found: Outsiders = "unknown"

        async def logic(context: TurnContext) -> None:
            nonlocal found
            try:
                found = await self._rosters.outsiders(context, ours.conversation_id, ours.bot_id)
            finally:
                await hang_up(context)

        try:
            await self._adapter.continue_conversation(
                sdk_reference(ours), logic, bot_app_id=self.settings.app_id
            )
        except Exception as error:
            log_fault("Who is in a conversation could not be found out", error)
        return found

    async def _send_privately(self, incoming: Incoming, person_id: str, reply: Reply) -> None:
        """To the person's own chat, made anew where none is known. Raises NotSent."""
        known = await self._store.references.find_personal(person_id)
        if known is not None:
            try:
                await self.send(known.to_json(), reply)
                return
            except Final:
                log.info("A person's own chat is closed; a new one is opened.")
        await self._open_personal(incoming, person_id, reply)

    async def _open_personal(self, incoming: Incoming, person_id: str, reply: Reply) -> None:
        tenant = min(incoming.tenants, default="")
        parameters = ConversationParameters(
            is_group=False, bot=ChannelAccount(id=incoming.bot_id), members=[ChannelAccount(id=incoming.user_id)],
            tenant_id=tenant, channel_data={"tenant": {"id": tenant}},
        )  # fmt: skip

        async def logic(context: TurnContext) -> None:
            try:
                chat = context.activity.conversation.id
                await self._post.send(context, message(reply))
                await self._addresses.save(personal_reference(incoming, person_id, chat))
            finally:
                await hang_up(context)

        try:
            await self._adapter.create_conversation(
                self.settings.app_id, logic, parameters, incoming.channel_id, incoming.service_url
            )
        except NotSent:
            raise
        except ErrorResponseException as error:
            raise outcome_of_status(error.response.status_code) from None
        except Exception as error:
            log_fault("A person's own chat could not be opened", error)
            raise UnknownOutcome("the person's own chat could not be opened") from None

    async def _reach(
        self, reference: Mapping[str, Any], act: Callable[[TurnContext], Awaitable[Sent]]
    ) -> Sent:
        ours = Reference.from_json(reference)
        sent: Sent | None = None
        begun = False

        async def logic(context: TurnContext) -> None:
            nonlocal sent, begun
            begun = True
            context.activity.id = None  # the SDK would post as a reply to an activity that it made up
            try:
                sent = await act(context)
            finally:
                await hang_up(context)

        try:
            await self._adapter.continue_conversation(
                sdk_reference(ours), logic, bot_app_id=self.settings.app_id
            )
        except Final as error:
            await self._addresses.close(ours, error.because)
            raise
        except NotSent:
            raise
        except Exception as error:
            log_fault("A post could not be made", error)
            if begun:
                raise UnknownOutcome("the post broke off") from None
            raise Retryable("the bot has no credentials to post with at the moment") from None
        if sent is None:
            raise UnknownOutcome("the post broke off")
        return sent

    async def _finish(self, _: web.Application) -> None:
        await self._endpoint.finish(FINISH_SECONDS)


async def _more_threads(_: web.Application) -> None:
    asyncio.get_running_loop().set_default_executor(
        ThreadPoolExecutor(CONNECTOR_THREADS, thread_name_prefix="perfbot")
    )


async def _add_safe_headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(SAFE_HEADERS)


@asynccontextmanager
async def serving(host: TeamsHost, routes: Iterable[web.RouteDef] = ()) -> AsyncIterator[str]:
    """Serves the bot while the block runs and gives the address of its endpoint. Raises SettingsError.

    routes: served beside the bot's own.
    """
    settings = host.settings
    runner = Runner(host.app(routes))
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, settings.host, settings.port).start()
        except OSError:
            raise SettingsError(
                f"Port {settings.port} on {settings.host} cannot be had: another program has it. "
                "Choose one with PERFBOT_PORT."
            ) from None
        shown = f"[{settings.host}]" if ":" in settings.host else settings.host
        yield f"http://{shown}:{runner.addresses[0][1]}{ROUTE}"
    finally:
        await runner.cleanup()
