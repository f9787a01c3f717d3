"""What the operator says about deliveries: which failed, send those again, that one did arrive. Pure string work."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bot.understanding.text import clean


@dataclass(frozen=True)
class DeliveryWish:
    """what: "show" what failed and what is unknown, "again" to the failed, or settle the unknown `numbers` as
    "arrived" or "lost" (empty: all of them)."""

    what: Literal["show", "again", "arrived", "lost"]
    numbers: tuple[int, ...] = ()


_POLITE = r"(?:(?:please|can you|could you|would you|hi|hey|perfbot)[, ]+)*"
_END = r"(?: (?:please|thanks|thank you))?"
_POSTS = r"(?:briefings?|posts?|deliver(?:y|ies)|messages?|alerts?|reports?)"
_NUMBERS = r"(?:numbers? |nos? |#)?(?P<numbers>\d{1,9}(?:(?:,| and|, and)? ?#?\d{1,9})*)"
_SHOW = (
    rf"(?:which|what) (?:of the )?{_POSTS} (?:have |has )?(?:failed|not arrived|did not arrive|didn't arrive|"
    r"were not delivered|were not sent|are unknown|went wrong|got lost)(?: this week| today| on monday)?",
    rf"(?:show|list)(?: me)? (?:the )?(?:failed|unknown|undelivered|missed) {_POSTS}",
    rf"(?:are there )?(?:any )?(?:failed|unknown|undelivered|missed) {_POSTS}",
    rf"(?:have|did) (?:all |all the |the )?{_POSTS} (?:been sent|been delivered|gone out|arrived?|go out)",
    rf"(?:did|has|have) any(?: of the)? {_POSTS} (?:fail|failed|got lost|get lost)",
    r"(?:what|which ones?|who) (?:failed|has failed|have failed)(?: to arrive)?",
    r"deliveries|show(?: me)? (?:the )?deliveries",
)
_AGAIN = (
    r"(?:re-?send|retry|send again|try again)(?: to)?(?: all)?(?: of)? ?(?:the )?(?:failed|those that failed|them)"
    rf"(?: ones?| {_POSTS})?(?: again)?",
    rf"(?:send|post|try) (?:it |them )?(?:again )?(?:to )?(?:all )?the failed(?: ones?| {_POSTS})?(?: again)?",
)
_STATE = r"(?:(?P<arrived>arrived|sent|delivered|received|there)|(?P<lost>lost|failed|not arrived|not sent|missing))"
_SETTLE = (
    rf"(?:mark|set|record|settle) (?:{_NUMBERS}|(?P<all>all|them all|all of them|all unknown|the unknown ones?)) "
    rf"as {_STATE}",
    rf"{_NUMBERS} (?:has|have|is|are|did)? ?{_STATE}",
)


def read_delivery_wish(said: str) -> DeliveryWish | None:
    """The wish that a message is, or None for any other message."""
    text = " ".join(clean(said).casefold().strip(" .!?").split())
    if len(text) > 160:
        return None
    for pattern in _SHOW:
        if re.fullmatch(_POLITE + pattern + _END, text):
            return DeliveryWish("show")
    for pattern in _AGAIN:
        if re.fullmatch(_POLITE + pattern + _END, text):
            return DeliveryWish("again")
    for pattern in _SETTLE:
        if found := re.fullmatch(_POLITE + pattern + _END, text):
            numbers = tuple(int(each) for each in re.findall(r"\d+", found["numbers"] or ""))
            return DeliveryWish("arrived" if found["arrived"] else "lost", numbers)
    return None
