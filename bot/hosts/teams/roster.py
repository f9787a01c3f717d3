"""Who listens in a channel or group chat: the authority's own people alone, or guests and others as well.

The roster is Teams' own (paged, through the SDK's connector), believed for five minutes and forgotten at once when
Teams says that somebody came or went. Whoever is not plainly one of the authority's own accounts (a guest, a person
of another tenant, an account without an object id) is an outsider. A roster that cannot be read proves nothing:
until it can, the conversation counts as one where nobody knows who listens.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from botbuilder.core import TurnContext
from botbuilder.integration.aiohttp import CloudAdapter

from bot.turn import Outsiders

FRESH = timedelta(minutes=5)
AGAIN_AFTER = timedelta(seconds=30)
"""A roster that could not be read is asked for again after this long."""
PAGE, MOST_PAGES = 500, 200
MOST_REMEMBERED = 5_000
OWN_ROLES = frozenset({"user", ""})

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Seen:
    found: Outsiders
    at: datetime
    team_id: str


class Rosters:
    """tenants: those whose people are the authority's own; empty (local mode alone): any."""

    def __init__(self, tenants: frozenset[str], clock: Callable[[], datetime]) -> None:
        self._tenants, self._clock = tenants, clock
        self._seen: dict[str, _Seen] = {}

    async def outsiders(
        self, context: TurnContext, place_id: str, bot_id: str, team_id: str = ""
    ) -> Outsiders:
        """Whether anybody but the authority's own people is in the conversation. Never raises."""
        seen, now = self._seen.get(place_id), self._clock()
        if seen is not None and now - seen.at < (FRESH if seen.found != "unknown" else AGAIN_AFTER):
            return seen.found
        found = await self._read(context, place_id, bot_id)
        if len(self._seen) >= MOST_REMEMBERED:
            self._seen.clear()
        self._seen[place_id] = _Seen(found, now, team_id)
        return found

    def forget(self, place_id: str, team_id: str = "") -> None:
        """Somebody came or went: there, or, in a team, in any of its channels."""
        self._seen = {
            place: seen
            for place, seen in self._seen.items()
            if place != place_id and not (team_id and seen.team_id in (team_id, ""))
        }

    async def _read(self, context: TurnContext, place_id: str, bot_id: str) -> Outsiders:
        connector = context.turn_state.get(CloudAdapter.BOT_CONNECTOR_CLIENT_KEY)
        token, count = None, 0
        try:
            for _ in range(MOST_PAGES):
                page = await connector.conversations.get_conversation_paged_members(
                    place_id, page_size=PAGE, continuation_token=token
                )
                for member in page.members or ():
                    if member.id == bot_id:
                        continue
                    count += 1
                    if not self._is_own(member):
                        return "some"
                token = page.continuation_token
                if not token:
                    return "" if count else "unknown"
        except Exception as error:  # whatever Teams answered, it was no roster
            log.warning("Who is in a conversation could not be found out: %s", type(error).__name__)
        return "unknown"

    def _is_own(self, member: Any) -> bool:
        more = member.additional_properties or {}
        told = {name.lower(): value for name, value in more.items() if isinstance(value, str)}
        known = member.aad_object_id or told.get("objectid")
        role = (told.get("userrole") or member.role or "").lower()
        if not known or role not in OWN_ROLES or "#ext#" in told.get("userprincipalname", "").lower():
            return False
        return not self._tenants or told.get("tenantid", "").lower() in self._tenants
