"""The bot's own credentials towards Teams: one MSAL application and one token, fetched in a thread.

The SDK makes a new application and fetches a new token for every turn, on the event loop.
"""

from __future__ import annotations

import asyncio
import threading
import time

import msal  # type: ignore[import-untyped]
from botframework.connector.auth import (
    AppCredentials,
    MicrosoftAppCredentials,
    PasswordServiceClientCredentialFactory,
)

SPARE_SECONDS = 300
"""A token is renewed this long before it ends."""


class CredentialsRefused(Exception):
    """Entra gave no token. The message is its error code, without ids or secrets."""


class OneToken(AppCredentials):  # type: ignore[misc]
    """Credentials that hold one token until shortly before it ends."""

    def __init__(self, app_id: str, password: str, tenant_id: str, scope: str) -> None:
        super().__init__(app_id=app_id, channel_auth_tenant=tenant_id, oauth_scope=scope)
        self._password = password
        self._application: msal.ConfidentialClientApplication | None = None
        self._token = ""
        self._good_until = 0.0
        self._one_at_a_time = threading.Lock()

    @property
    def is_fresh(self) -> bool:
        return time.monotonic() < self._good_until

    def get_access_token(self, force_refresh: bool = False) -> str:
        """The token; waits for Entra when there is none: call from a thread. Raises CredentialsRefused."""
        with self._one_at_a_time:
            if force_refresh or not self.is_fresh:
                self._fetch()
            return self._token

    def _fetch(self) -> None:
        if self._application is None:
            self._application = msal.ConfidentialClientApplication(
                client_id=self.microsoft_app_id,
                client_credential=self._password,
                authority=self.oauth_endpoint,
            )
        scope = self.oauth_scope
        given = self._application.acquire_token_for_client(
            scopes=[scope if scope.endswith("/.default") else f"{scope}/.default"]
        )
        if "access_token" not in given:
            raise CredentialsRefused(str(given.get("error", "no token")))
        self._token = given["access_token"]
        self._good_until = time.monotonic() + max(0, int(given.get("expires_in", 0)) - SPARE_SECONDS)


class OneTokenFactory(PasswordServiceClientCredentialFactory):  # type: ignore[misc]
    """Hands out the same credentials for the same purpose, with the token already there."""

    def __init__(
        self, app_id: str, password: str, tenant_id: str, made_as: type[OneToken] = OneToken
    ) -> None:
        super().__init__(app_id, password, tenant_id)
        self._made: dict[tuple[str, str], OneToken] = {}
        self._made_as = made_as

    async def create_credentials(
        self, app_id: str, oauth_scope: str, login_endpoint: str, validate_authority: bool
    ) -> AppCredentials:
        if await self.is_authentication_disabled():
            return MicrosoftAppCredentials.empty()
        if not await self.is_valid_app_id(app_id):
            raise CredentialsRefused("another application's id")
        credentials = self._made.setdefault(
            (oauth_scope, login_endpoint), self._made_as(app_id, self.password, self.tenant_id, oauth_scope)
        )
        if not credentials.is_fresh:
            await asyncio.to_thread(credentials.get_access_token)
        return credentials
