"""The few sentences of the reader itself: what was not understood, what is asked back, how a choice is labelled."""

from __future__ import annotations

from collections.abc import Iterable

from bot.understanding.vocabulary import Vocabulary
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import ALL, Question

TOO_LONG = "That message is too long for me; please ask in one or two sentences."
NOTHING_READ = "I could not read a question in that."
NOT_UNDERSTOOD = "I did not understand that."
ONLY_FIRST = "I answered your first question only; please ask the other one again by itself."
WHICH_MEASURE = "Which of these do you mean?"
WHICH_UNIT = "Which team or service do you mean?"
WHICH_WORKER = "Which worker do you mean?"
WHICH_CHILD = "Which child do you mean? Please give the id."
SHORT_SHOWS = {
    "list": "list", "trend": "trend", "compare": "compared", "coming_up": "coming up", "forecast": "forecast",
    "explain": "how it is counted", "why": "why", "benchmark": "benchmark", "changes": "changes",
}  # fmt: skip


def unknown_word(words: Iterable[str]) -> str:
    """Names the words that an answer would have to ignore."""
    named = ", ".join(f"“{word}”" for word in words)
    return f"I have no measure that takes {named} into account, so I have not answered a different question instead."


UNTOLD = frozenset({"far away", "other work", "doing things"})
"""Topics whose name would tell a reader nothing."""


def topic(words: Iterable[str], topic_name: str) -> str:
    """Names a matter that is recognised and not held."""
    named = ", ".join(f"“{word}”" for word in words)
    told = "" if topic_name in UNTOLD else f" ({topic_name})"
    return f"I hold no figures about {named}{told}."


def no_aspect(says: str, aspect: str) -> str:
    """A subject that is not measured in that way."""
    return f"I do not measure {says} by “{aspect}”."


def no_name(name: str, kind: str) -> str:
    return f"I know no {kind} called “{name}”. Did you mean one of these?"


def label(question: Question, vocabulary: Vocabulary) -> str:
    """A choice in a few words: measures, show, whose."""
    titles = [CATALOGUE[slug].title for slug in question.measures]
    what = " and ".join(titles[:2]) + (" and more" if len(titles) > 2 else "")
    if not what:
        what = "Briefing" if question.show == "briefing" else question.show.replace("_", " ").capitalize()
    elif question.show in SHORT_SHOWS:
        what = f"{what} ({SHORT_SHOWS[question.show]})"
    return f"{what}, {whose(question, vocabulary)}"


def whose(question: Question, vocabulary: Vocabulary) -> str:
    """The worker, child or unit that a question is about, as people say it."""
    if question.child:
        return question.child
    if question.worker and question.worker in vocabulary.workers:
        return str(vocabulary.workers[question.worker].name)
    if question.units:
        return " and ".join(vocabulary.unit_name(unit_id) for unit_id in question.units)
    return "whole authority" if question.unit.id == ALL else vocabulary.unit_name(question.unit.id)


WHY_WHICH = 'Why which of them? Say "the first one", or the id.'
NO_SUCH_NUMBER = "I hold no such number either: that question was outside what I measure."
