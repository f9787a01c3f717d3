"""What the operator sees of deliveries and may do with them: the failed are sent again, the unknown settled.

An unknown one is never sent again by itself, nor by "send the failed again": somebody looks in Teams, or asks the
recipient, and says that it arrived, or that it is lost; a lost one has failed, and can then be sent again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from bot.store.briefings import Briefings, Delivery
from kpi_engine.engine import Unit, User

AGAIN_FOR = timedelta(hours=4)
"""How long an operator's order to send a failed one again is followed."""
LOOK_BACK = timedelta(days=7)
NOTICE = "notice"
LOST = "somebody looked: it did not arrive"

Key = tuple[str, str, str]
"""Briefing, recipient, period: unique in the database."""


class People(Protocol):
    """Who and what the open extract names."""

    @property
    def users(self) -> Mapping[str, User]: ...

    @property
    def units(self) -> Mapping[str, Unit]: ...


async def send_failed_again(briefings: Briefings, now: datetime, since: datetime) -> list[Delivery]:
    """An order: everything that failed since then is tried again. Unknown ones are left alone."""
    found = [each for each in await briefings.list(status="failed") if each.changed_at >= since]
    return [each for each in found if await briefings.reopen(each.id, now=now, until=now + AGAIN_FOR)]


def in_words(key: Key, people: People) -> str:
    """ "briefing of CSWT 1 for Priya Shah, 2026-W47": names where the extract knows them, else ids."""
    briefing, recipient, period = key
    post, _, unit_id = briefing.partition(":")
    unit, user = people.units.get(unit_id), people.users.get(recipient)
    whom = user.name if user else f"the channel {recipient}"
    return f"{post.replace('_', ' ')} of {unit.name if unit else unit_id} for {whom}, {period}"


def what_to_do(status: str, because: str | None) -> str:
    """The next step for one delivery, in a sentence; "" where there is none."""
    why = because or ""
    if status == "unknown":
        return (
            "Look in Teams, or ask them, then settle it as arrived or lost; it is never sent again by itself."
        )
    if status == "claimed":
        if "no conversation" in why:
            return "Install the app for them; it goes out within a minute of that."
        return "It is tried again by itself until its cut-off." if why else ""
    if status != "failed":
        return ""
    if "does not belong" in why:
        return "Nothing: they left that unit."
    if "blocked or uninstalled" in why:
        return "Ask them to unblock or install the app, then send it again."
    if "no conversation" in why or "does not exist" in why:
        return "Install the app for them, then send it again."
    if "too large" in why:
        return "Report it: a message of that size is a fault."
    return "Send it again once the cause is mended."
