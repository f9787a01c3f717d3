"""Asking for a briefing that was sent, as it was sent: "what did Monday's say?". Pure string work."""

from __future__ import annotations

import re

from bot.understanding.text import clean

_POLITE = r"(?:(?:please|can you|could you|would you|hi|hey|perfbot)[, ]+)*"
_WHEN = (
    r"(?:(?P<before>last week'?s|the week before'?s|previous|the previous)"
    r"|monday'?s?|last|latest|this week'?s|today'?s)"
)
_OWN = r"(?:(?:the|our|my) )?"
_BRIEFING = r"(?:monday )?(?:briefing|post)"
_PATTERNS = tuple(
    re.compile(_POLITE + pattern + r"(?: please)?")
    for pattern in (
        rf"what did {_OWN}(?:{_WHEN} )?{_BRIEFING} (?:say|tell (?:us|me)|contain)",
        rf"what did {_OWN}{_WHEN} (?:say|tell (?:us|me))",
        rf"what was in {_OWN}{_WHEN} {_BRIEFING}",
        rf"(?:show|send|give)(?: me| us)? {_OWN}(?:{_WHEN} )?{_BRIEFING} again",
        rf"(?:repeat|show(?: me| us)? again) {_OWN}(?:{_WHEN} )?{_BRIEFING}",
        rf"(?:show|open)(?: me| us)? {_OWN}{_WHEN} {_BRIEFING} as (?:it was )?sent",
    )
)


def read_kept_wish(said: str) -> int | None:
    """How many weeks back the briefing is that somebody wants to see as it was sent: 0 the last one, 1 that of
    the week before; None for any other message."""
    text = " ".join(clean(said).casefold().replace("’", "'").strip(" .!?").split())
    if len(text) > 120:
        return None
    for pattern in _PATTERNS:
        if found := pattern.fullmatch(text):
            return 1 if found.groupdict().get("before") else 0
    return None
