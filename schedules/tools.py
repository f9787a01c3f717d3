"""What the deliveries work with, and the numbers they keep to."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from bot.deliveries import Key
from bot.hosts.protocol import Listening, Sender
from bot.store import Delivery, Store
from schedules.briefings import Composer, Directory, Recipient
from schedules.mail import Mailer
from schedules.notices import Notices
from schedules.timetable import Timetable

SEND_SECONDS = 250.0
"""A post that has not ended after this long has an unknown outcome. The hosts keep to Teams' limits and try
again a few times where Teams says so, all inside one post: this is longer than that can take."""
LEASE = timedelta(seconds=330)
"""How long a claim is good for: longer than a post may take, with room for a database that is away."""


class Engines(Protocol):
    """Gives the people and units of the extract that answers at this moment."""

    def current(self) -> Directory: ...


class Addresses(Protocol):
    """Where recipients can be reached."""

    async def find(self, recipient: Recipient) -> Mapping[str, Any] | None:
        """The conversation reference to post to, as JSON, or None if there is none (yet)."""
        ...


class StoredAddresses:
    """The conversations that the hosts have kept in the store."""

    def __init__(self, store: Store) -> None:
        self._references = store.references

    async def find(self, recipient: Recipient) -> Mapping[str, Any] | None:
        find = self._references.find_personal if recipient.person_id else self._references.find
        reference = await find(recipient.id)
        return reference.to_json() if reference else None


@dataclass(frozen=True)
class Tools:
    """What Deliveries works with.

    timetable: for the units of an extract, as the file says.
    mailer: for people whom no post can reach; None = nobody is mailed.
    stale: why nothing may be composed from the extract at this moment, or None.
    clock: aware times.  draw: 0 to 1, the jitter.  send_seconds must be well under lease.
    """

    store: Store
    engines: Engines
    composer: Composer
    sender: Sender
    addresses: Addresses
    timetable: Callable[[Directory], Timetable]
    notices: Notices
    mailer: Mailer | None = None
    stale: Callable[[Directory, datetime], str | None] = lambda directory, now: None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    draw: Callable[[], float] = random.random
    send_seconds: float = SEND_SECONDS
    lease: timedelta = LEASE


async def with_listeners(tools: Tools, recipient: Recipient) -> Recipient:
    """The recipient with who listens there at this moment: a channel with guests gets numbers only (rights.md 4, 5)."""
    if recipient.person_id is not None or not isinstance(tools.sender, Listening):
        return recipient
    reference = await tools.addresses.find(recipient)
    if reference is None:
        return recipient  # nothing can be posted there, and what is composed meanwhile is looked at again before it is
    found = await tools.sender.outsiders(reference)
    return replace(recipient, audience=replace(recipient.audience, outsiders=found))


def key_of(delivery: Delivery) -> Key:
    return delivery.briefing, delivery.recipient, delivery.period
