"""A correction notice as a card: each figure as it was sent and as it is now, with the rows that moved it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.cards.elements import Element, text
from bot.cards.frame import Parts, Room, fitted
from bot.wording import corrections as words
from bot.wording.names import Names
from bot.wording.plain import shorten

_MOST_LETTERS = 300


def correction_card(
    unit: str, corrections: Sequence[Mapping[str, Any]], names: Names, said: str, footer: Sequence[str]
) -> Element:
    """said: the same notice as text."""

    def build(room: Room) -> Parts:
        body: list[Element] = []
        for head, rows in words.lines_of(corrections, names, room.rows):
            body.append(text(head, bold=True))
            body += [text(shorten(row, _MOST_LETTERS), spacing="Small") for row in rows]
        if more := words.more_figures(corrections):
            body.append(text(more, subtle=True))
        return Parts(words.title(unit, corrections), words.STAYS, body, footer=footer)

    return fitted(build, said)
