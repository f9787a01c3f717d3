"""Seals on buttons: what one carries is ours, unchanged, not too old, and pressed where it was shown.

A sealed button says which question it opens and until when; the seal (a keyed hash) covers both, and for whom
the card was made: one person's own chat, or the conversations of one unit. A forged, changed, expired or
foreign press opens nothing. What an honest press opens is still decided by rights, at that moment.

A card in a channel or group reaches the client of everybody there. Whom a button is about (child, worker, filters)
is veiled: a refused list's "Send it to me privately", or the way Back to a card that was made before a guest came,
would otherwise carry an id that some of them may not see. The veil is lifted when the button is pressed.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from bot.audit import audience_name
from bot.store.encryption import Cipher, Unreadable
from bot.turn import Audience

LASTS = timedelta(days=28)
"""How long a card in the chat can be pressed: a month of Monday briefings."""
UNTIL, SEAL = "until", "seal"
SEALED = ("perfbot", "question", "replace", "before", "page", "instead_of", "settles", UNTIL)
"""What the seal covers; whatever else a client adds to a press is not read."""
LETTERS = 32
ABOUT = ("child", "worker", "filters")
"""The parts of a question that say whom it is about."""
VEIL = "about"
"""Stands in their place in a card that several people get."""


class Seals:
    """Seals cards and checks presses, with the key of the store: they hold after a restart."""

    def __init__(self, cipher: Cipher, lasts: timedelta = LASTS) -> None:
        self._cipher = cipher
        self._lasts = lasts

    def seal(
        self, card: Mapping[str, Any], person_id: str, audience: Audience, now: datetime
    ) -> dict[str, Any]:
        """The card with a seal on everything that can be pressed. person_id: whom it answers."""
        until = (now + self._lasts).date().isoformat()
        asker = (
            ""
            if audience.kind == "personal"
            else self._cipher.mark(f"asker {until} {person_id}".encode())[:8]
        )
        sealed = self._sealed(card, holder(person_id, audience), until, asker)
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

    def opened(
        self, action: Mapping[str, Any], person_id: str, audience: Audience, now: datetime
    ) -> Mapping[str, Any] | None:
        """What an honest press carries, its veils lifted; None for any other."""
        if not self.holds(action, person_id, audience, now):
            return None
        try:
            return {key: self._unveiled(value) for key, value in action.items()}
        except Unreadable:
            return None

    def _sealed(self, part: Any, owner: str, until: str, asker: str) -> Any:
        if isinstance(part, Mapping):
            whole = {key: self._sealed(value, owner, until, asker) for key, value in part.items()}
            data = whole.get("data")
            if isinstance(data, dict) and "perfbot" in data:
                if asker:
                    data = whole["data"] = {key: self._veiled(value, asker) for key, value in data.items()}
                data[UNTIL] = until
                data[SEAL] = self._seal_of(data, owner)
            return whole
        if isinstance(part, (list, tuple)):
            return [self._sealed(value, owner, until, asker) for value in part]
        return part

    def _veiled(self, part: Any, asker: str) -> Any:
        """A question, or a trail of them, without whom it is about. asker: no two people's cards have the same veils,
        so that nobody finds out by asking whom another's button is about."""
        if isinstance(part, (list, tuple)):
            return [self._veiled(value, asker) for value in part]
        if not isinstance(part, Mapping):
            return part
        about = {key: part[key] for key in ABOUT if part.get(key)}
        rest = {key: value for key, value in part.items() if key not in about}
        return rest | {VEIL: self._cipher.veil([about, asker])} if about else rest

    def _unveiled(self, part: Any) -> Any:
        if isinstance(part, list):
            return [self._unveiled(value) for value in part]
        if not isinstance(part, Mapping) or VEIL not in part:
            return part
        about, _ = self._cipher.unveil(str(part[VEIL]))
        return {key: value for key, value in part.items() if key != VEIL} | about

    def _seal_of(self, data: Mapping[str, Any], owner: str) -> str:
        covered = {key: data[key] for key in SEALED if key in data}
        text = json.dumps([owner, covered], sort_keys=True, separators=(",", ":"), allow_nan=False)
        return self._cipher.mark(f"button {text}".encode())[:LETTERS]


def holder(person_id: str, audience: Audience) -> str:
    """For whom a card is: one person alone, or everybody in the conversations of a unit."""
    return f"person {person_id}" if audience.kind == "personal" else f"chat {audience_name(audience)}"
