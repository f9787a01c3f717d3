"""Who may come in: the right channel, a real token, an allowed tenant, a known kind of identity. In that
order.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from botbuilder.schema import Activity
from botframework.connector.auth import AuthenticateRequestResult, BotFrameworkAuthentication

from bot.hosts.teams.incoming import SPEAKS, Incoming, Refused
from bot.hosts.teams.tokens import authenticate
from bot.settings import Settings


class Gate:
    def __init__(self, settings: Settings, authentication: BotFrameworkAuthentication) -> None:
        self._settings = settings
        self._authentication = authentication

    async def admit(self, header: str, incoming: Incoming, activity: Activity) -> AuthenticateRequestResult:
        """The SDK's proof for this activity. Raises Refused (401, 403)."""
        if incoming.channel_id not in self._settings.channels:
            raise Refused(403, "the bot does not talk on this channel")
        if self._settings.local_mode:
            if not _is_loopback(incoming.service_url):
                raise Refused(403, "in local mode the service address must be on this machine")
            proof = await self._authentication.authenticate_request(activity, "")
        else:
            proof = await authenticate(
                self._authentication, header, self._settings.app_id, incoming, activity
            )
        allowed = self._settings.tenants
        if not incoming.tenants <= allowed and (allowed or not self._settings.local_mode):
            raise Refused(403, "the tenant is not allowed")
        if not incoming.tenants and not self._settings.local_mode:
            raise Refused(403, "the activity names no tenant")
        if incoming.type in SPEAKS and not self.person_of(incoming):
            raise Refused(403, "the sender has no Entra object id")
        return proof

    def person_of(self, incoming: Incoming) -> str:
        """The Entra object id; in local mode alone, the channel's own id where there is none."""
        return incoming.aad_id or (incoming.user_id if self._settings.local_mode else "")


def _is_loopback(url: str) -> bool:
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return False
        return parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return False
