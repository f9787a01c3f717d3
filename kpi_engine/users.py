"""People who may use the bot, by Entra object id. Entra writes ids in any case: they are compared without it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

LOCAL = "local_users"
"""The source of somebody who has a row in the extract's local_users."""


@dataclass(frozen=True)
class User:
    """Somebody who may talk with the bot (rights.md 1). unit_id None = the whole authority; also_sees: unit ids or
    {"ALL"}; source: where that is written, for `perfbot users review`."""

    user_id: str
    name: str
    role: str
    unit_id: str | None
    active: bool
    also_sees: frozenset[str] = frozenset()
    source: str = LOCAL


class Users(Mapping[str, User]):
    """Users by id, whatever its case, each under the spelling it was given.

    Two rows of one id (but for case): one that is not active wins, else the first; never the wider by chance.
    otherwise: the sentence for somebody who is not among them, where it is not the usual one.
    """

    def __init__(self, users: Iterable[User] = (), otherwise: str = "") -> None:
        self._by_fold: dict[str, User] = {}
        self.otherwise = otherwise
        for user in users:
            known = self._by_fold.get(user.user_id.casefold())
            if known is None or (known.active and not user.active):
                self._by_fold[user.user_id.casefold()] = user

    def __getitem__(self, user_id: str) -> User:
        return self._by_fold[user_id.casefold()]

    def __iter__(self) -> Iterator[str]:
        return (user.user_id for user in self._by_fold.values())

    def __len__(self) -> int:
        return len(self._by_fold)
