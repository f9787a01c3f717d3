"""The SDK's CloudAdapter, with our credentials and with connectors that send a message once.

The SDK's HTTP layer retries by itself, waits up to 100 seconds and follows redirects: all three could post a
message twice or somewhere else. What is tried again, and when, is decided in `post.py` alone.
"""

from __future__ import annotations

import logging
from typing import Any

from botbuilder.core import TurnContext
from botbuilder.integration.aiohttp import CloudAdapter, ConfigurationBotFrameworkAuthentication
from botbuilder.schema import Activity
from botframework.connector.aio import ConnectorClient
from botframework.connector.auth import (
    AuthenticateRequestResult,
    ClaimsIdentity,
    ConnectorFactory,
)
from msrest.universal_http.requests import ClientRetryPolicy

from bot.hosts.teams.credentials import OneTokenFactory
from bot.settings import Settings

CONNECT_SECONDS, READ_SECONDS = 5, 20

# It looks a thousand codes up in a list of five hundred for every connector it makes.
ClientRetryPolicy.safe_codes = frozenset(ClientRetryPolicy.safe_codes)

# It warns of every field of channelData that it has no model for; we read the JSON ourselves.
logging.getLogger("msrest.serialization").setLevel(logging.ERROR)
# At their finest levels these write addresses, bodies and tokens.
for _name in ("msrest", "msal", "urllib3", "requests_oauthlib"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class OnceConnectorFactory(ConnectorFactory):  # type: ignore[misc]
    """Makes connectors whose every call is one HTTP request."""

    def __init__(self, inner: ConnectorFactory) -> None:
        self._inner = inner

    async def create(self, service_url: str, audience: str | None = None) -> ConnectorClient:
        client = await self._inner.create(service_url, audience)
        # Changed in place: the HTTP session already holds this very object.
        retry = client.config.retry_policy.policy
        retry.total, retry.connect, retry.read, retry.redirect = 0, 0, False, False
        retry.status_forcelist, retry.raise_on_status = (), False
        retry.respect_retry_after_header = False
        client.config.redirect_policy.allow = False
        client.config.connection.timeout = (CONNECT_SECONDS, READ_SECONDS)
        client.config.enable_http_logger = False
        # A card is JSON already: walking through it once more costs as much as working the answer out.
        client.conversations._serialize.serialize_type["object"] = _as_it_is
        return client


def _as_it_is(value: Any, **_: Any) -> Any:
    return value


class OnceAuthentication(ConfigurationBotFrameworkAuthentication):  # type: ignore[misc]
    """The SDK's checks, with connectors that send once."""

    async def authenticate_request(self, activity: Activity, auth_header: str) -> AuthenticateRequestResult:
        result = await super().authenticate_request(activity, auth_header)
        result.connector_factory = OnceConnectorFactory(result.connector_factory)
        return result

    def create_connector_factory(self, claims_identity: ClaimsIdentity) -> ConnectorFactory:
        return OnceConnectorFactory(super().create_connector_factory(claims_identity))

    async def create_user_token_client(self, claims_identity: ClaimsIdentity) -> Any:
        """None: nobody signs in through the bot; the SDK's client would be one more connection per turn."""
        return None


async def hang_up(context: TurnContext) -> None:
    """Close the turn's connections: the SDK leaves them to the garbage collector."""
    client = context.turn_state.get(CloudAdapter.BOT_CONNECTOR_CLIENT_KEY)
    if client is not None:
        await client.__aexit__(None, None, None)


class _NoConfiguration:
    """Everything the SDK could read from a configuration comes through the credentials instead."""


def make_adapter(settings: Settings, credentials: OneTokenFactory | None = None) -> CloudAdapter:
    """The adapter of this bot; without credentials in local mode, which `check_can_serve` has confined.

    credentials: default Entra's.
    """
    credentials = credentials or OneTokenFactory(
        settings.app_id, settings.app_password.get_secret_value(), settings.app_tenant_id
    )
    return CloudAdapter(OnceAuthentication(_NoConfiguration(), credentials_factory=credentials))
