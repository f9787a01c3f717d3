"""Who is in a group, asked of Microsoft Graph by Microsoft's own client (msgraph-core), signed in by MSAL.

Nested groups are Graph's to unfold (transitiveMembers). Only people count: devices, groups and service accounts
are passed over, and so are guests and accounts that are switched off. Anything that leaves a doubt about who is
in a group (a page that cannot be read, an answer without the fields that rights depend on) is no answer at all.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import msal  # type: ignore[import-untyped]
from kiota_http.middleware import REQUEST_OPTIONS_KEY, RetryHandler
from kiota_http.middleware.options import RetryHandlerOption
from msgraph_core import GraphClientFactory

from bot.settings import Settings

SCOPE = "{host}/.default"
FIELDS = "id,displayName,accountEnabled,userType"
PAGE = 999
AT_ONCE = 4
CONNECT_SECONDS, READ_SECONDS, ALL_SECONDS = 3.0, 5.0, 12.0
TRIES = 2
"""How often a request is made again that Graph throttled (429, after its Retry-After) or could not serve (503, 504)."""
MOST_PAGES = 200
WITH_RETRIES: dict[str, Any] = {REQUEST_OPTIONS_KEY: {}}
"""Marks a request as one for the client's own handlers; without it they are passed by."""
logging.getLogger("httpx").setLevel(logging.WARNING)  # it writes every address it asks
USER = "#microsoft.graph.user"


class GraphUnavailable(Exception):
    """Graph gave no answer that rights can be based on. The message is for the operator: no names, no ids."""


@dataclass(frozen=True)
class Member:
    """A person in a group."""

    id: str
    name: str


class Graph:
    """Asks Graph as the bot's own application (GroupMember.Read.All and User.Read.All)."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._application: msal.ConfidentialClientApplication | None = None

    async def members(self, group_ids: Iterable[str]) -> Mapping[str, tuple[Member, ...]]:
        """The people of each group, all of them or none. Raises GraphUnavailable."""
        wanted = list(group_ids)
        try:
            async with asyncio.timeout(ALL_SECONDS):
                token = await asyncio.to_thread(self._token)
                async with self._client(token) as client:
                    gate = asyncio.Semaphore(AT_ONCE)
                    found = await asyncio.gather(*(self._members(client, gate, one) for one in wanted))
        except TimeoutError:
            raise GraphUnavailable("Microsoft Graph took too long") from None
        except (httpx.HTTPError, ssl.SSLError, OSError) as error:
            raise GraphUnavailable(f"Microsoft Graph cannot be reached ({type(error).__name__})") from None
        return dict(zip(wanted, found, strict=True))

    def _client(self, token: str) -> httpx.AsyncClient:
        """Microsoft's client with retries and nothing else: a redirect would carry the token somewhere else."""
        plain = httpx.AsyncClient(
            base_url=self._settings.graph_url, headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS), follow_redirects=False,
        )  # fmt: skip
        client: httpx.AsyncClient = GraphClientFactory.create_with_custom_middleware(
            [_retries()], client=plain
        )
        return client

    def _token(self) -> str:
        """MSAL keeps it until shortly before it ends. Blocking: call from a thread."""
        settings = self._settings
        try:
            if self._application is None:
                self._application = msal.ConfidentialClientApplication(
                    settings.app_id, client_credential=settings.app_password.get_secret_value(),
                    authority=f"{settings.login_url}/{settings.app_tenant_id}", instance_discovery=False,
                    timeout=READ_SECONDS,
                )  # fmt: skip
            parts = urlsplit(settings.graph_url)
            scope = SCOPE.format(host=f"{parts.scheme}://{parts.netloc}")
            given = self._application.acquire_token_for_client([scope])
        except Exception as error:  # MSAL lets through whatever its HTTP library raises
            raise GraphUnavailable(
                f"the sign-in for Microsoft Graph failed ({type(error).__name__})"
            ) from None
        if "access_token" not in given:
            because = given.get("error", "no token")
            raise GraphUnavailable(f"the sign-in for Microsoft Graph was refused ({because})")
        return str(given["access_token"])

    async def _members(
        self, client: httpx.AsyncClient, gate: asyncio.Semaphore, group_id: str
    ) -> tuple[Member, ...]:
        url = f"/groups/{group_id}/transitiveMembers?$select={FIELDS}&$top={PAGE}"
        found: list[Member] = []
        async with gate:
            for _ in range(MOST_PAGES):
                answer = await client.get(url, extensions=WITH_RETRIES)
                if answer.status_code == 404:
                    return ()  # the group is gone, and with it what it gave
                if answer.status_code in (401, 403):
                    self._application = None  # a token that is refused is fetched anew the next time
                if answer.status_code != 200:
                    raise GraphUnavailable(f"Microsoft Graph answered {answer.status_code}")
                page = _json(answer)
                found += [member for each in page["value"] if (member := _member(each)) is not None]
                following = page.get("@odata.nextLink")
                if following is None:
                    return tuple(found)
                url = self._ours(following)
        raise GraphUnavailable("Microsoft Graph's list of a group has no end")

    def _ours(self, link: object) -> str:
        """The address of the next page; only Graph's own is followed, for the token goes with it."""
        here = urlsplit(self._settings.graph_url)
        if isinstance(link, str):
            there = urlsplit(link)
            if (there.scheme, there.netloc) == (here.scheme, here.netloc):
                return link
        raise GraphUnavailable("Microsoft Graph's next page is somewhere else")


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        page = answer.json()
        if isinstance(page["value"], list):
            return dict(page)
    except (ValueError, KeyError, TypeError):
        pass
    raise GraphUnavailable("Microsoft Graph's answer cannot be read")


def _member(told: Any) -> Member | None:
    """The person, or None for a guest, an account that is switched off, or what is no person."""
    try:
        if told["@odata.type"] != USER:
            return None
        enabled, kind = told["accountEnabled"], told["userType"]
        if not isinstance(enabled, bool) or not isinstance(kind, str):
            raise GraphUnavailable(
                "Microsoft Graph does not say whose account is on: grant the app User.Read.All"
            )
        if not enabled or kind.casefold() != "member":
            return None
        return Member(str(UUID(told["id"])), str(told.get("displayName") or ""))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise GraphUnavailable("Microsoft Graph's answer cannot be read") from None


def _retries() -> RetryHandler:
    return RetryHandler(RetryHandlerOption(1, TRIES))
