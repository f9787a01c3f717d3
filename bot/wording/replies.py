"""What the bot says when it does not answer with a number: a question back, a refusal, a greeting."""

from __future__ import annotations

from collections.abc import Sequence

from bot.understanding.corrections import typos
from bot.understanding.reading import Choice, Reading, Word
from bot.understanding.subjects import every_exception, every_overdue
from bot.wording import sentences
from bot.wording.names import Names
from bot.wording.plain import day, inside, lines, listed
from kpi_engine.question import Question, Show

MOST_CHOICES = 5
GREETING = 'Hello. Ask me about your team: "how are we doing?", or say "help".'
THANKS = "You are welcome."
STOPPED = (
    "I have forgotten what we were talking about. To end the scheduled posts, say \"unsubscribe\", "
    "or ask the person who set them up for this channel."
)  # fmt: skip
NOTHING_NEARBY = 'Say "help" to see what can be asked.'


def choices(offered: Sequence[Choice]) -> list[str]:
    """Choices as numbered lines; "the second one" is understood in reply."""
    return [f"{n}. {choice.label}" for n, choice in enumerate(offered[:MOST_CHOICES], 1)]


def say_reading(reading: Reading) -> str:
    """The text for a reading that is no answer: one short question, or what could not be done, what can."""
    if reading.talk in ("stop", "cancel"):
        return STOPPED
    if reading.talk == "thanks":
        return THANKS
    if reading.talk == "greeting":
        return GREETING
    if reading.outcome == "clarify":
        return lines([reading.ask, *choices(reading.choices)])
    return refused(reading.because, reading.nearby)


def refused(because: str, nearby: Sequence[Choice] = ()) -> str:
    """A refusal: its reason, and what can be asked instead."""
    if not nearby:
        return lines([because, NOTHING_NEARBY])
    return lines([because, "You can ask instead:", *choices(nearby)])


_SHOWS: dict[Show, str] = {
    "list": "list", "trend": "over time", "compare": "compared", "coming_up": "falling due", "forecast": "forecast",
    "benchmark": "beside other authorities", "explain": "how it is counted", "why": "why", "changes": "what changed",
    "briefing": "briefing", "quality": "data problems", "help": "help",
}  # fmt: skip


def read_as(question: Question, names: Names) -> str:
    """A question in one line: "CP visits overdue, list, CSWT 1, as at Sun 15 Nov 2026"."""
    everything = question.measures in (every_exception(), every_overdue())
    what = "Everything overdue" if everything else sentences.topic(question.measures)
    return ", ".join(
        p for p in (what, _SHOWS.get(question.show, ""), sentences.reading(question, names)) if p
    )


def recalled(reading: Reading, near: Question) -> str:
    """That an earlier choice decided what was meant; "" where none did."""
    if not reading.remembered:
        return ""
    on = f" on {day(reading.chosen_on, near.as_at)}" if reading.chosen_on else " before"
    named = reading.ambiguity.startswith(("unit:", "worker:"))
    meant = reading.remembered if named else inside(reading.remembered)
    return f"I took “{reading.doubtful}” to mean {meant}, as you chose{on}. Not this time?"


def mended(reading: Reading, names: Names) -> str:
    """The typing errors that were corrected, so that a wrong guess is seen; "" where there was none."""
    found = [f"“{word.text}” as {_meant(word, names)}" for word in typos(reading.words)]
    return f"I read {listed(found)}." if found else ""


def _meant(word: Word, names: Names) -> str:
    """What a mistyped word was read as: the unit's or the worker's own name, or the word of ours."""
    if word.taken_as == "unit" and word.meaning in names.units:
        return names.unit(word.meaning)
    if word.taken_as == "worker" and word.meaning in names.workers:
        return names.worker(word.meaning)
    return f"“{word.read_as}”"
