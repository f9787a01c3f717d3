"""What the two hosts on one's own machine share: who can be played, where one asks, and who answers.

Nobody signs in here: the browser chat and the terminal let whoever sits at the machine be any user of the
extract. That is right for an invented authority and for nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Mapping
from datetime import UTC, datetime
from typing import Protocol

from bot.turn import PERSONAL, Audience, Reply, Turn
from kpi_engine.engine import Unit, User
from kpi_engine.errors import PerfbotError, Unknown

log = logging.getLogger(__name__)

PERSONAL_PLACE = "personal"
"""The place of a private chat, spelt as in `perfbot ask --in`."""
GROUP_PLACE = "group"
"""The place of a group chat that belongs to no unit: numbers only (rights.md 4)."""

ROLES = {
    "team_manager": "Team manager",
    "service_manager": "Service manager",
    "assistant_director": "Assistant director",
    "director": "Director",
    "analyst": "Analyst",
}
"""The roles of local_users in words, from the nearest to the child to the furthest."""


WENT_WRONG = "Something went wrong here and this was not answered. Nothing was changed; please try again."


class Replier(Protocol):
    """Whoever answers a turn; the product's one is `bot.assistant.Assistant`."""

    async def reply(self, turn: Turn) -> list[Reply]: ...


class Directory(Protocol):
    """The people and units of the open extract; `kpi_engine.engine.Engine` is one."""

    @property
    def users(self) -> Mapping[str, User]: ...

    @property
    def units(self) -> Mapping[str, Unit]: ...


def audience_at(directory: Directory, place: str) -> Audience:
    """The audience of a place: "personal", "group", or a unit's id for that unit's channel.

    Raises Unknown for anything else.
    """
    if place == PERSONAL_PLACE:
        return PERSONAL
    if place == GROUP_PLACE:
        return Audience("group", None)
    unit = directory.units.get(place)
    if unit is None:
        raise Unknown("There is no such place to ask in: choose the personal chat or a team's channel.")
    return Audience("channel", unit.ref)


def user_named(directory: Directory, person_id: str) -> User:
    """The user of that id. Raises Unknown if local_users does not hold it."""
    user = directory.users.get(person_id)
    if user is None:
        raise Unknown("There is no such user in this extract.")
    return user


def role_in_words(role: str) -> str:
    """`team_manager` -> "Team manager"; a role this program has no words for is shown as it is written."""
    return ROLES.get(role) or role.replace("_", " ").capitalize()


def unit_in_words(directory: Directory, unit_id: str | None) -> str:
    """The name of a user's unit; None = the whole authority."""
    if unit_id is None:
        return "whole authority"
    unit = directory.units.get(unit_id)
    return unit.name if unit else unit_id


def seat_in_words(directory: Directory, person_id: str, audience: Audience) -> str:
    """Who one is and who listens, in one sentence. Raises Unknown for a stranger."""
    user = user_named(directory, person_id)
    role = role_in_words(user.role).lower() if user.active else "no longer active"
    who = f"{user.name}, {role}, {unit_in_words(directory, user.unit_id)}"
    if audience == PERSONAL:
        return f"You are {who}. This chat is yours alone."
    if audience.unit is None:
        return f"You are {who}. This group chat belongs to no unit: it gets numbers only."
    return f"You are {who}. Everybody in the channel of {unit_in_words(directory, audience.unit.id)} listens."


def utc_now() -> datetime:
    return datetime.now(UTC)


async def replies_of(coming: Awaitable[list[Reply]]) -> list[Reply]:
    """The replies, or one sentence in their place: the error's own, or that something went wrong here."""
    try:
        return await coming
    except PerfbotError as error:
        return [Reply(str(error))]
    except Exception as error:
        # The message of an unforeseen error may quote data: its kind and its place are enough to find it.
        log.error("a turn failed: %s at %s", type(error).__name__, place_of(error))
        return [Reply(WENT_WRONG)]


def place_of(error: BaseException) -> str:
    """File and line where the error was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "an unknown place"
