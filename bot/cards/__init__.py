"""Answer -> Adaptive Card (schema 1.5) as a dict. Pure: same answer, names and client, same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.cards import (
    briefing,
    buttons,
    changes,
    coming_up,
    compare,
    contract,
    headline,
    listing,
    quality,
    talk,
    trend,
    worked_out,
)
from bot.cards.client import Client
from bot.cards.elements import Element, text
from bot.cards.frame import LIMIT, Parts, Room, fitted, size
from bot.cards.heard import Heard, above, below
from bot.cards.talk import reading_card, refusal_card
from bot.wording import Names, say
from bot.wording.plain import shorten
from bot.wording.shows import freshness
from kpi_engine.answer import Answer
from kpi_engine.question import Show

__all__ = ["LIMIT", "Client", "Heard", "card", "reading_card", "refusal_card", "size"]

_MOST_NOTE = 600

_SHOWS: Mapping[Show, Callable[[Answer, Names, Client, Room], Parts]] = {
    "headline": headline.parts, "list": listing.parts, "trend": trend.parts, "compare": compare.parts,
    "coming_up": coming_up.parts, "forecast": worked_out.forecast_parts,
    "benchmark": worked_out.benchmark_parts,
    "explain": worked_out.explain_parts, "why": worked_out.why_parts, "briefing": briefing.parts,
    "changes": changes.parts, "quality": quality.parts, "contract": contract.parts, "help": talk.help_parts,
}  # fmt: skip


def card(
    answer: Answer, names: Names, client: Client, heard: Heard | None = None, *, private: bool = False
) -> Element:
    """The card for an answer, under 25 KB whatever the answer holds.

    heard: how the message was read, with its other readings; None where a button was pressed.
    private: rows that are held back here are to be had in the person's own chat.
    """
    words = say(answer, names)

    def build(room: Room) -> Parts:
        made = _SHOWS[answer.question.show](answer, names, client, room)
        body = [text(shorten(answer.note, _MOST_NOTE), bold=True), *made.body] if answer.note else made.body
        body = [*above(heard), *body, *below(heard, client, room)]
        alone = [buttons.privately(answer.question, client)] if private and client.sends_privately else []
        actions = [*alone, *made.actions]
        return Parts(made.title, made.subtitle, body, actions, (*made.footer, freshness(answer)))

    return fitted(build, words, lambda: buttons.back(client))
