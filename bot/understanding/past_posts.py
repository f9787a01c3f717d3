"""What is asked about figures that were sent: whether they have been corrected since.

Only sentences that can mean nothing else are read here; whatever is left is a question for the reader. Pure string
work, as in post_wishes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from bot.understanding.post_wishes import DAYS
from bot.understanding.text import clean
from bot.understanding.times import read_date


@dataclass(frozen=True)
class PastPost:
    """on: the day the figures were sent ("Monday's").  week: the Monday of the week that is meant ("last week's").
    since: corrections from that day on.  unit: the words for a unit, or "".
    """

    on: date | None = None
    week: date | None = None
    since: date | None = None
    unit: str = ""


_POLITE = r"(?:(?:please|can you|could you|would you|hey|hi|bot|perfbot|tell me|and)[, ]+)*"
_DAY = "|".join(DAYS)
_OWN = rf"(?:(?P<day>{_DAY})'?s|(?P<week>last week)'?s|yesterday'?s|the last|my last|our last|the latest|my|our|the)"
_POST = r"(?:briefing|post|message|report)"
_FIGURES = r"(?:figures?|numbers?|statistics)"
_CHANGED = r"(?:corrected|restated|revised|amended)"
_SENT = r"(?: (?:that |which )?(?:you |were |was )?sent(?: (?:to )?(?:me|us))?(?: out)?)?"
_SINCE = r"(?: since (?P<since>.+?))?"
_IN = r"(?: (?:for|in|of) (?P<unit>.+?))?"
_END = r"(?: (?:please|thanks|thank you|at all))?"

_CORRECTED = tuple(
    re.compile(_POLITE + pattern + _END)
    for pattern in (
        rf"(?:were|was|have|has|are) (?:any|some|the|my|our)(?: of)?(?: the| our| my)? ?{_FIGURES}{_SENT} (?:been )?"
        rf"{_CHANGED}{_IN}{_SINCE}",
        rf"(?:was|has) anything (?:been )?{_CHANGED}{_IN}{_SINCE}",
        rf"(?:what|which)(?: of)?(?: the| our| my)?(?: {_FIGURES})?(?:'s| was| were| has| have| is| are| got)"
        rf"(?: been)? {_CHANGED}{_IN}{_SINCE}",
        rf"(?:(?:show|list|give)(?: me| us)?|are there|were there|have there been)? ?(?:any|the|all|all the)? ?"
        rf"(?:corrections|restatements){_IN}{_SINCE}",
        rf"(?:has|have) {_OWN} (?:{_FIGURES}|{_POST}) (?:been )?(?:changed|{_CHANGED}){_IN}{_SINCE}",
        rf"(?:have|did) (?:any|some|the)(?: of)?(?: the)? {_FIGURES} (?:that )?(?:you |were )?sent"
        rf"(?: (?:to )?(?:me|us))?(?: (?:on |last )(?P<on>{_DAY}|week))? (?:changed?|been {_CHANGED}){_SINCE}",
        rf"(?:is|are) {_OWN} {_FIGURES} still (?:right|correct|the same|what (?:you sent|they were|it was))",
    )
)


def read_past_post(said: str, today: date) -> PastPost | None:
    """What is asked about sent figures, seen from the day it is asked; None for any other message."""
    text = " ".join(clean(said).replace("\u2019", "'").casefold().strip(" .!?").split())
    found = next((each for pattern in _CORRECTED if (each := pattern.fullmatch(text))), None)
    return _read(found.groupdict(), text, today) if found else None


def _read(told: dict[str, str | None], text: str, today: date) -> PastPost | None:
    named = told.get("on") or told.get("day") or ""
    week = today - timedelta(days=today.weekday() + 7) if told.get("week") or named == "week" else None
    on = _weekday(named, today) if named in DAYS else None
    if "yesterday" in text and not told.get("since"):
        on = today - timedelta(days=1)
    since = _since(told.get("since") or "", today)
    if told.get("since") and since is None:
        return None
    return PastPost(on, week, since, (told.get("unit") or "").removeprefix("the "))


def _since(words: str, today: date) -> date | None:
    words = words.removeprefix("last ") if words.removeprefix("last ") in DAYS else words
    if words in DAYS:
        return _weekday(words, today)
    if words == "yesterday":
        return today - timedelta(days=1)
    if words in ("last week", "the start of last week"):
        return today - timedelta(days=today.weekday() + 7)
    return read_date(words, today)


def _weekday(name: str, today: date) -> date:
    """The last day of that name, today included."""
    return today - timedelta(days=(today.weekday() - DAYS.index(name)) % 7)
