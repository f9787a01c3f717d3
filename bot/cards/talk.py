"""Cards without numbers: help, a question back, a refusal with what can be asked instead."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards import buttons
from bot.cards.client import Client
from bot.cards.elements import Element, text
from bot.cards.frame import Parts, Room, fitted
from bot.understanding.reading import Choice, Reading
from bot.wording.names import Names
from bot.wording.plain import shorten
from bot.wording.replies import MOST_CHOICES, refused, say_reading
from bot.wording.shows import HELP
from kpi_engine.answer import Answer
from kpi_engine.question import Question

_MOST_LETTERS = 1_000


def help_parts(answer: Answer, names: Names, client: Client, room: Room) -> Parts:
    """What can be asked, with three questions ready to press."""
    body = [
        text(line.removeprefix("- "), spacing="Small") if line.startswith("- ") else text(line)
        for line in HELP
    ]
    base = Question("briefing", unit=answer.question.unit, as_at=answer.question.as_at)
    actions = [buttons.ask("How are we doing?", base, client),
               buttons.ask("What is wrong with our data?", base.but(show="quality"), client)]  # fmt: skip
    return Parts("What you can ask", "", body, [*buttons.back(client), *actions])


def reading_card(reading: Reading, client: Client) -> Element:
    """A clarification (one question, at most five buttons) or a reading that could not be answered."""
    if reading.outcome == "clarify":
        return _with_choices(
            reading.ask, "", reading.choices, say_reading(reading), client, reading.ambiguity
        )
    if reading.talk:
        return fitted(
            lambda room: Parts(say_reading(reading), actions=[buttons.help_(client)]), say_reading(reading)
        )
    title = {"out_of_scope": "That is not something I count", "no_data": "No data"}.get(
        reading.outcome, "I did not understand that"
    )
    return _with_choices(title, reading.because, reading.nearby, say_reading(reading), client)


def refusal_card(
    sentence: str, client: Client, nearby: Sequence[Choice] = (), private: Question | None = None
) -> Element:
    """ "You may not see that", said as such, with what may be asked instead.  private: what the person may have in
    their own chat."""
    title = "Not in this conversation" if private else "You may not see that"
    more = [buttons.privately(private, client)] if private and client.sends_privately else []
    return _with_choices(title, sentence, nearby, refused(sentence, nearby), client, more=more)


def _with_choices(
    title: str, sentence: str, offered: Sequence[Choice], words: str, client: Client, settles: str = "",
    more: Sequence[Element] = (),
) -> Element:  # fmt: skip
    def build(room: Room) -> Parts:
        body = [text(shorten(sentence, _MOST_LETTERS))] if sentence else []
        pressed = [buttons.choose(c.label, c.question, client, settles) for c in offered[:MOST_CHOICES]]
        pressed = [*more, *pressed]
        return Parts(shorten(title, _MOST_LETTERS), body=body, actions=pressed or [buttons.help_(client)])

    return fitted(build, words)
