"""The scheduled posts beside the briefing, as people call them, and wishes about them. Pure string work.

A wish about one is read as the same sentence about the briefing would be ("send us the nudge on Wednesdays at
2"), so that both are said in the same ways; only what a briefing has no need of is read here.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from bot.understanding.post_wishes import (
    WORKDAYS,
    PostKind,
    PostWish,
    clock_time,
    read_post_wish,
)
from bot.understanding.text import clean

_NAMES: dict[PostKind, str] = {
    "nudge": r"(?:mid-?week |wednesday )?nudges?|mid-?week (?:reminders?|posts?|messages?)|still due (?:lists?|posts?)",
    "month_end": r"month(?:ly|[- ]end)(?: plo)?(?: and)?(?: audits?)? (?:reports?|posts?|summary)"
    r"|(?:monthly )?(?:plo and audits?|plo|audits?) reports?",
    "quarter_end": r"(?:quarterly|quarter[- ]end)(?: lscb| partnership| safeguarding partnership)? "
    r"(?:summary|summaries|reports?|posts?)|lscb (?:summary|reports?)",
    "meeting": r"(?:pre-?|pre )?meeting reminders?|reminders? (?:before|of|for) (?:our|the|my) meetings?|reminders?",
}
_ANY = {kind: re.compile(rf"\b(?:{names})\b") for kind, names in _NAMES.items()}
_DAY = rf"(?:on |every |each )*(?P<day>{'|'.join(WORKDAYS)})s?(?: mornings?| afternoons?)?"
_TIME = r"at (?P<time>[0-9][0-9:. ]*(?:am|pm|o'clock)?|noon|midday)"
_MEET = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:(?P<whose>our|the|my) (?:team |weekly |managers'? )*meeting|we meet|our managers meet) "
        rf"(?:is )?(?:now )?{_DAY},? {_TIME}",
        rf"(?:move|change|set|shift) (?P<whose>our|the|my) (?:team |weekly )*meeting to {_DAY},? {_TIME}",
        rf"remind (?P<whose>us|me) (?:before|of) (?:our|the|my) meetings? {_DAY},? {_TIME}",
        rf"send (?P<whose>us|me) (?:the|our|a) briefing {_DAY},? {_TIME} before (?:our|the) meeting",
    )
)
_AT_HOUR = re.compile(
    rf"(?:send|give|post|deliver)(?: (?P<whose>me|us|this channel))? (?:(?:the|our|my) )?briefing "
    rf"(?:to (?P<to>us|this channel) )?{_TIME}"
)
_WANT = re.compile(
    r"(?:send|give|post|deliver)(?: (?P<whose>me|us|this channel))? (?:(?:the|our|my|a) )?briefing(?: again)?"
    r"|(?:i|we) want (?P<whose2>the|our|my|a) briefing(?: again)?"
)
_POLITE = re.compile(r"(?:(?:please|can you|could you|would you|hi|hey|perfbot|from now on)[, ]+)+")
_BRIEFING = "briefing"


def read_other_post(said: str, today: date) -> PostWish | None:
    """The wish about a post that is no briefing, or None for any other message."""
    text = " ".join(clean(said).casefold().strip(" .!?").split())
    if len(text) > 160:
        return None
    text = _POLITE.sub("", text, count=1) if _POLITE.match(text) else text
    text = re.sub(r" (?:please|thanks|thank you)$", "", text)
    for pattern in _MEET:
        if found := pattern.fullmatch(text):
            return _meeting(found.groupdict())
    kind = next((kind for kind, names in _ANY.items() if names.search(text)), None)
    if kind is None:
        return None
    plain = _ANY[kind].sub(_BRIEFING, text, count=1)
    if found := _AT_HOUR.fullmatch(plain):
        at = clock_time(found["time"])
        whose = (found["whose"] or found["to"] or "").strip()
        return PostWish("at" if at else "unsure", whose, time=at or "", kind=kind)
    if found := _WANT.fullmatch(plain):
        return PostWish("start", (found["whose"] or found["whose2"] or "").strip(), kind=kind)
    wish = read_post_wish(plain, today)
    return replace(wish, kind=kind) if wish is not None and not wish.bare else None


def _meeting(groups: dict[str, str | None]) -> PostWish:
    at = clock_time(groups["time"] or "")
    return PostWish("at" if at else "unsure", "us", groups["day"] or "", at or "", kind="meeting")
