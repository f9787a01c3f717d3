"""Where something was told, and which children may be told there: worked out from what was sent, and from nothing that
the bot keeps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

HELD = {"C101": "T11", "C102": "T11", "C103": "T11", "C201": "T12", "C202": "T12"}
"""Every child of the borough and the team that holds it."""
OWN = {"U-DIR": {"T11", "T12"}, "U-AD2": {"T11", "T12"}, "U-T11": {"T11"}, "U-T12": {"T12"}}
"""The teams whose children a person may see in their own chat; nobody else sees any."""
PLACES = {"19:t11": {"T11"}, "19:t12": {"T12"}, "19:none": set[str]()}
"""Channels and the teams whose children may be shown there, to somebody who may see them."""
KEPT = ("message", "invoke", "conversationUpdate", "installationUpdate")
"""Kinds of activity that tell the bot where somebody can be reached."""


class Chats:
    """Whose own chat a conversation is, by the last activity that was let in and spoke there."""

    def __init__(self) -> None:
        self._person_of: dict[str, str] = {}
        self._arrived: set[int] = set()

    def told(self, body: Mapping[str, Any]) -> None:
        """An activity that was let in; one that comes again is not worked on again."""
        key = hash((plain(body.get("channelId")), here(body), plain(body.get("id"))))
        if plain(body.get("type")) not in KEPT or (plain(body.get("id")) and key in self._arrived):
            return
        self._arrived.add(key)
        if is_personal(body):
            self._person_of[here(body)] = sender(body)
        else:
            self._person_of.pop(channel(here(body)), None)

    def opened(self, place: str, asked: Mapping[str, Any], body: Mapping[str, Any]) -> None:
        """The bot opened a chat of two, while it worked on `body`: the sender's own, if with the sender's account."""
        if [member.get("id") for member in asked.get("members", ())] == [plain(body["from"]["id"])]:
            self._person_of[place] = sender(body)

    def may_see(self, place: str, body: Mapping[str, Any]) -> set[str] | None:
        """The teams whose children may be told in `place` in answer to `body`; None where nothing may be said at
        all."""
        own = OWN.get(sender(body), set())
        if place == here(body):
            return own if is_personal(body) else own & PLACES.get(channel(place), set())
        return own if self._person_of.get(place) == sender(body) else None


def here(body: Mapping[str, Any]) -> str:
    """The conversation that an answer goes to, with its thread."""
    return plain(body["conversation"]["id"])


def channel(place: str) -> str:
    return place.partition(";messageid=")[0]


def sender(body: Mapping[str, Any]) -> str:
    """An Entra object id is the same in any case."""
    return plain(body["from"].get("aadObjectId")).upper()


def is_personal(body: Mapping[str, Any]) -> bool:
    return plain(body["conversation"].get("conversationType")) == "personal"


def plain(word: Any) -> str:
    """The bot takes out NULs, which no database holds."""
    return "" if word is None else str(word).replace("\x00", "")
