"""What is said about measures that somebody wants to hear of: follow this, tell me when it turns red, stop it.

Only sentences that can mean nothing else are read here. What is followed ("overdue CP visits in CSWT 1") stays
words: the reader makes a question of it. Pure string work.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bot.understanding.text import clean

When = Literal["red", "amber", "green", "above", "at_least", "below", "at_most", "crosses"]
"""A colour that it turns (amber: amber or red), or a value that it passes; "crosses": from where it is now."""


@dataclass(frozen=True)
class FollowWish:
    """what: "follow" or "stop" what `about` says, "stop_all", "list" what is followed, "undo" the last change.

    about: the measure and unit, in the person's own words; one of POINTS for what was talked about last.
    when: the condition, or "" where none was said.  value: of a condition that has one.
    """

    what: Literal["follow", "stop", "stop_all", "list", "undo"]
    about: str = ""
    when: When | Literal[""] = ""
    value: float | None = None


LONGEST = 200
POINTS = frozenset({"it", "this", "that", "them", "these", "those", "this one", "that one", "this measure"})
_POLITE = (
    r"(?:(?:please|can you|could you|would you|will you|hey|hi|bot|perfbot|from now on"
    r"|i want you to|i(?: would|'d) like you to)[, ]+)*"
)
_END = r"(?: (?:please|thanks|thank you|for me))*"
_ABOUT = r"(?P<about>.{2,}?)"
_FOLLOW = r"(?:start )?(?:follow|following|watch|watching|keep an eye on|monitor)"
_TELL = (
    r"(?:tell|alert|warn|notify|message|ping) me|let me know|"
    r"(?:set|set up|make|create|give me|i want|i(?: would|'d) like|i need) (?:an )?alerts?(?: for me)?"
)
_WHEN = r"(?:when|if|once|whenever|as soon as|every time|should)"
_COLOUR = (
    r"(?:is|are|turns?|go(?:es)?|gets?|becomes?|has (?:gone|turned)|have (?:gone|turned))(?: in(?:to)?| to)?(?: the)? "
    r"(?P<colour>red|amber|green)"
)
_NUMBER = r"(?P<number>[0-9][0-9,]*(?:\.[0-9]+)?)(?: ?(?:%|per ?cent|percent))?"
_MOVES = (
    r"(?:is|are|gets?|go(?:es)?|rises?|climbs?|grows?|jumps?|falls?|drops?|dips?|sinks?|comes?|has gone|have gone|"
    r"turns?) ?"
)
_VALUE = (
    rf"(?:(?:{_MOVES})?(?P<above>above|over|past|beyond|higher than|more than|greater than|up past)"
    rf"|(?P<exceeds>exceeds?|passes|pass|tops?)"
    rf"|(?:{_MOVES})(?P<below>down below|below|under|less than|lower than|fewer than|beneath)"
    rf"|(?P<reaches>reach(?:es)?|hits?|gets? (?:up )?to|(?:{_MOVES})at least)"
    rf"|(?:{_MOVES})(?P<at_most>down to|at most)"
    rf"|(?P<crosses>cross(?:es)?)) {_NUMBER}"
)
_CONDITION = rf"(?:{_COLOUR}|{_VALUE})"
_PLACE = r"(?P<place> (?:in|for|at|across|held by) .+?)?"
"""Where, said after the condition: "goes red in CSWT 2"."""
_TAIL = rf"(?:,? and (?:{_TELL}) {_WHEN} (?:it|they|that|this) {_CONDITION})?"
_STOP = r"(?:stop|quit|end|cancel|no longer) (?:following|follow|watching|watch|monitoring|keeping an eye on)"
_ALERTS = r"(?:alerts?|warnings?|notifications?)"
_ALL = r"(?:everything|all|all (?:of )?(?:them|it|measures|my measures)|anything)"


def _sentences(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_POLITE + pattern + _END, re.IGNORECASE) for pattern in patterns)


_UNDO = _sentences(r"undo(?: (?:that|it|this))?", r"take (?:that|it) back")
_LIST = _sentences(
    r"(?:what|which measures|which|who|whom) (?:am|do) i (?:follow|following|watch|watching)(?: at the moment| now)?",
    r"am i following (?:anything|something)",
    rf"(?:show(?: me)?|list|what are) (?:my {_ALERTS}|my follows|what i(?: am|'m)? follow(?:ing)?)",
    rf"my {_ALERTS}",
    rf"(?:what|which) {_ALERTS} (?:do i have|have i(?: got| set(?: up)?)?|are set(?: up)?(?: for me)?)",
)
_STOP_ALL = _sentences(
    rf"(?:{_STOP}|unfollow) {_ALL}",
    rf"(?:stop|end|cancel|delete|remove|turn off|switch off) (?:all )?(?:of )?(?:my |the )?{_ALERTS}",
    r"stop (?:alerting|warning|notifying) me",
    rf"no more {_ALERTS}",
)
_STOP_ONE = _sentences(
    rf"(?:{_STOP}|unfollow) {_ABOUT}",
    rf"(?:stop|end|cancel|delete|remove|turn off|switch off|no more) (?:the |my )?{_ALERTS} (?:for|on|about|when) "
    rf"{_ABOUT}",
    rf"stop (?:alerting|warning|notifying) me (?:about|on|of|when|if) {_ABOUT}",
)
_STARTS = _sentences(
    rf"(?:{_TELL}) {_WHEN} {_ABOUT},? {_CONDITION}{_PLACE}",
    rf"{_FOLLOW} {_ABOUT}{_TAIL}",
    rf"(?:alert|warn|notify) me (?:about|on|of) {_ABOUT}",
    rf"(?:set|set up|make|create|give me|i want|i need) (?:an )?alerts? (?:for|on|about) {_ABOUT}{_TAIL}",
)


def read_follow_wish(said: str) -> FollowWish | None:
    """The wish that a message is, or None for any other message."""
    text = " ".join(clean(said).strip(" .!?").split())
    if len(text) > LONGEST:
        return None
    if _any(_UNDO, text):
        return FollowWish("undo")
    if _any(_LIST, text):
        return FollowWish("list")
    if _any(_STOP_ALL, text):
        return FollowWish("stop_all")
    if found := _any(_STOP_ONE, text):
        return FollowWish("stop", _without_condition(found["about"]))
    if found := _any(_STARTS, text):
        return _follow(found.groupdict())
    return None


def _any(patterns: tuple[re.Pattern[str], ...], text: str) -> re.Match[str] | None:
    return next((found for pattern in patterns if (found := pattern.fullmatch(text))), None)


_LAST = re.compile(rf"{_ABOUT} (?:{_WHEN} (?:it|they|that|this) )?{_CONDITION}", re.IGNORECASE)


def _follow(groups: dict[str, str | None]) -> FollowWish:
    about = (groups["about"] or "") + (groups.get("place") or "")
    if not groups.get("colour") and not groups.get("number") and (found := _LAST.fullmatch(about)):
        return _follow(found.groupdict())  # "follow CP visits when it turns red"
    if colour := groups.get("colour"):
        return FollowWish("follow", about, _COLOURS[colour.casefold()])
    if number := groups.get("number"):
        return FollowWish("follow", about, _side(groups), float(number.replace(",", "")))
    return FollowWish("follow", about)


_COLOURS: dict[str, When] = {"red": "red", "amber": "amber", "green": "green"}


def _side(groups: dict[str, str | None]) -> When:
    if groups.get("above") or groups.get("exceeds"):
        return "above"
    if groups.get("below"):
        return "below"
    if groups.get("at_most"):
        return "at_most"
    return "crosses" if groups.get("crosses") else "at_least"


def _without_condition(about: str) -> str:
    """ "open CIN cases going above 900" is the same measure as "open CIN cases"."""
    found = _LAST.fullmatch(about)
    return found["about"] if found else about
