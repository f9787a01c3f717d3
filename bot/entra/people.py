"""The people of the open extract together with those of the Entra groups, fresh to the minute.

Who counts as what, and why nothing here widens anybody's rights by itself:

- A row of local_users settles everything about its person, also that they are no longer active; groups are asked
  about people without a row only.
- Somebody in several groups of groups.yaml gets the one whose unit lies inside all the others'; where no unit does,
  nothing, until the groups agree (`perfbot users review` shows it).
- Membership is at most a minute old. While Graph cannot be reached its last word counts for a stated time
  (PERFBOT_GROUPS_LAST_KNOWN_MINUTES); after that nobody comes in through a group, and is told why.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Protocol

from bot.engines import Engines
from bot.entra.graph import GraphUnavailable, Member
from bot.entra.groups import Place
from kpi_engine.engine import Engine
from kpi_engine.question import ALL
from kpi_engine.users import User, Users

FRESH = timedelta(minutes=1)
AGAIN_AFTER = timedelta(seconds=15)
"""A failed look is not repeated sooner, so that questions do not all wait for an address that is away."""
CANNOT_TELL = (
    "I cannot find out at the moment whether you may use this service, because the directory of staff does not "
    "answer. Please try again in some minutes."
)
SEVERAL = "Entra groups that disagree: "

log = logging.getLogger(__name__)


class Directory(Protocol):
    """Knows who is in which group; the product's one is `bot.entra.graph.Graph`."""

    async def members(self, group_ids: Iterable[str]) -> Mapping[str, tuple[Member, ...]]:
        """Raises GraphUnavailable."""
        ...


class WithGroups:
    """The engines of `inner`, each with the people of local_users and of the groups. An `Engines` itself."""

    def __init__(
        self, inner: Engines, directory: Directory, places: Iterable[Place], last_known: timedelta,
        clock: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._inner, self._directory, self._clock = inner, directory, clock
        self._places = {place.group_id: place for place in places}
        self._last_known = last_known
        self._members: Mapping[str, tuple[Member, ...]] | None = None
        self._read_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._failing = ""
        self._one_at_a_time = asyncio.Lock()
        self._made: tuple[Engine, Mapping[str, tuple[Member, ...]] | None, Engine] | None = None

    def current(self) -> Engine:
        """The engine of this moment with everybody who may use it."""
        engine, members = self._inner.current(), self._known()
        made = self._made
        if made is None or made[0] is not engine or made[1] is not members:
            made = (engine, members, engine.with_users(merged(engine, self._places, members)))
            self._made = made
        return made[2]

    async def renew(self) -> None:
        """Asks again when the last word is a minute old. Never raises: what fails is told to the operator."""
        await self._inner.renew()
        if self._is_fresh():
            return
        async with self._one_at_a_time:
            if not self._is_fresh():
                await self._ask()

    @asynccontextmanager
    async def kept_fresh(self) -> AsyncIterator[None]:
        """While the block runs membership is asked for every minute, so that no message waits for it."""

        async def keep() -> None:
            while True:
                await self.renew()
                await asyncio.sleep(FRESH.total_seconds())

        keeping = asyncio.create_task(keep())
        try:
            yield
        finally:
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping

    def _is_fresh(self) -> bool:
        now = self._clock()
        read, tried = self._read_at, self._tried_at
        return (read is not None and now - read < FRESH) or (tried is not None and now - tried < AGAIN_AFTER)

    def _known(self) -> Mapping[str, tuple[Member, ...]] | None:
        """Who is in which group; None where that is not known well enough to let anybody in."""
        if self._read_at is None or self._clock() - self._read_at > self._last_known:
            return None
        return self._members

    async def _ask(self) -> None:
        begun = self._tried_at = self._clock()
        try:
            found = await self._directory.members(self._places)
        except GraphUnavailable as error:
            if self._failing != str(error):
                self._failing = str(error)
                log.error("Entra groups cannot be read: %s. The last word counts for a while.", error)
            return
        if self._failing:
            log.warning("Entra groups can be read again.")
        self._failing, self._read_at, self._tried_at = "", begun, None
        if found != self._members:
            self._members = found


def merged(
    engine: Engine, places: Mapping[str, Place], members: Mapping[str, tuple[Member, ...]] | None
) -> Users:
    """Everybody of local_users, then who is in a group and has no row there."""
    local = engine.organisation.users
    groups_of: dict[str, tuple[Member, list[Place]]] = {}
    for group_id, people in (members or {}).items():
        for person in people:
            groups_of.setdefault(person.id, (person, []))[1].append(places[group_id])
    from_groups = [
        _user(person, held, engine) for person, held in groups_of.values() if person.id not in local
    ]
    return Users([*local.values(), *from_groups], otherwise=CANNOT_TELL if members is None else "")


def _user(person: Member, held: list[Place], engine: Engine) -> User:
    lowest = next((one for one in held if all(_inside(one, other, engine) for other in held)), None)
    if lowest is None:
        names = ", ".join(sorted(place.group_id for place in held))
        return User(person.id, person.name, "", None, active=False, source=SEVERAL + names)
    return User(
        person.id, person.name, lowest.role, lowest.unit_id, active=True, source=f"group {lowest.group_id}"
    )


def _inside(one: Place, other: Place, engine: Engine) -> bool:
    """Whether what `one` gives is no more than what `other` gives."""
    if one.unit_id == other.unit_id:
        return one.role == other.role
    return one.unit_id in engine.units_below(other.unit_id or ALL) and one.unit_id is not None
