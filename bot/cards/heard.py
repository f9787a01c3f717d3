"""How the message was read, on the card of its answer: one line, and what to press where that was not meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cards import buttons
from bot.cards.client import Client
from bot.cards.elements import Element, text
from bot.cards.frame import Room
from bot.understanding.reading import Choice
from kpi_engine.question import Question

MOST = 5
_ROOMY = 3


@dataclass(frozen=True)
class Heard:
    """asked: the question as it was read.  line: the same in words.  first: what must be read before the number
    ("" for nothing).  mended: the typing errors that were corrected.  settled, settles: those of the corrections
    that settle a doubtful word, and which.
    """

    asked: Question
    line: str
    first: str = ""
    mended: str = ""
    corrections: Sequence[Choice] = ()
    settled: Sequence[Choice] = ()
    settles: str = ""


def above(heard: Heard | None) -> list[Element]:
    """What stands over the answer: that an earlier choice decided what was meant."""
    return [text(heard.first, bold=True)] if heard and heard.first else []


def below(heard: Heard | None, client: Client, room: Room) -> list[Element]:
    """The reading in one line, and the other readings, each one tap; a crowded card has no room for them."""
    if heard is None or room.rows < _ROOMY:
        return []
    fixes = [
        buttons.instead(
            choice.label, choice.question, heard.asked, client,
            settles=heard.settles if choice in heard.settled else "",
        )
        for choice in heard.corrections[:MOST]
    ]  # fmt: skip
    press = "Not what you meant? Press:" if fixes else ""
    line = " ".join(p for p in (f"Read as: {heard.line}.", heard.mended, press) if p)
    out: list[Element] = [text(line, size="Small", subtle=True, spacing="Medium")]
    if fixes:
        out.append({"type": "ActionSet", "spacing": "Small", "actions": fixes})
    return out
