"""What the bot says when it does not answer with a number: a question back, a refusal, a greeting."""

from __future__ import annotations

from collections.abc import Sequence

from bot.understanding.reading import Choice, Reading
from bot.wording.plain import lines

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
