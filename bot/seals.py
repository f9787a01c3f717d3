"""Seals on buttons: what one carries is ours, unchanged, not too old, and pressed where it was shown.

A sealed button says which question it opens and until when; the seal (a keyed hash) covers both, and for whom
the card was made: one person's own chat, or the conversations of one unit. A forged, changed, expired or
foreign press opens nothing. What an honest press opens is still decided by rights, at that moment.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from bot.audit import audience_name
from bot.turn import Audience

LASTS = timedelta(days=28)
"""How long a card in the chat can be pressed: a month of Monday briefings."""
UNTIL, SEAL = "until", "seal"
SEALED = ("perfbot", "question", "replace", "before", "page", "instead_of", "settles", UNTIL)
"""What the seal covers; whatever else a client adds to a press is not read."""
LETTERS = 32


class Seals:
    """Seals cards and checks presses. mark: hex digits that only the holder of the key can make."""

    def __init__(self, mark: Callable[[bytes], str], lasts: timedelta = LASTS) -> None:
        self._mark = mark
        self._lasts = lasts

    def seal(
        self, card: Mapping[str, Any], person_id: str, audience: Audience, now: datetime
    ) -> dict[str, Any]:
        """The card with a seal on everything that can be pressed."""
        until = (now + self._lasts).date().isoformat()
        sealed = self._sealed(card, holder(person_id, audience), until)
        assert isinstance(sealed, dict)
        return sealed

    def holds(self, action: Mapping[str, Any], person_id: str, audience: Audience, now: datetime) -> bool:
        """Whether the button was made for this person, or this conversation, and still lasts."""
        until, seal = action.get(UNTIL), action.get(SEAL)
        if not isinstance(until, str) or not isinstance(seal, str):
            return False
        try:
            if date.fromisoformat(until) < now.date():
                return False
            right = self._seal_of(action, holder(person_id, audience))
        except (TypeError, ValueError, RecursionError):
            return False
        return hmac.compare_digest(seal.encode(), right.encode())

    def _sealed(self, part: Any, owner: str, until: str) -> Any:
        if isinstance(part, Mapping):
            whole = {key: self._sealed(value, owner, until) for key, value in part.items()}
            data = whole.get("data")
            if isinstance(data, dict) and "perfbot" in data:
                data[UNTIL] = until
                data[SEAL] = self._seal_of(data, owner)
            return whole
        if isinstance(part, (list, tuple)):
            return [self._sealed(value, owner, until) for value in part]
        return part

    def _seal_of(self, data: Mapping[str, Any], owner: str) -> str:
        covered = {key: data[key] for key in SEALED if key in data}
        text = json.dumps([owner, covered], sort_keys=True, separators=(",", ":"), allow_nan=False)
        return self._mark(f"button {text}".encode())[:LETTERS]


def holder(person_id: str, audience: Audience) -> str:
    """For whom a card is: one person alone, or everybody in the conversations of a unit."""
    return f"person {person_id}" if audience.kind == "personal" else f"chat {audience_name(audience)}"
