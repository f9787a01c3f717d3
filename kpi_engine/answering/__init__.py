"""Question + Scope -> Answer: one function for each `show` (contract.md)."""

from __future__ import annotations

from collections.abc import Callable

from kpi_engine.answer import Answer
from kpi_engine.answering.asked import Asked
from kpi_engine.answering.benchmark import benchmark
from kpi_engine.answering.briefing import briefing
from kpi_engine.answering.changes import changes
from kpi_engine.answering.contract import contract
from kpi_engine.answering.explain import explain
from kpi_engine.answering.forecast import forecast
from kpi_engine.answering.restricted import without_restricted
from kpi_engine.answering.shows import coming_up, compare, headline, helping, listing, quality, trend
from kpi_engine.answering.why import why
from kpi_engine.question import Show

SHOWS: dict[Show, Callable[[Asked], Answer]] = {
    "headline": headline, "list": listing, "trend": trend, "compare": compare, "coming_up": coming_up,
    "forecast": forecast, "explain": explain, "why": why, "briefing": briefing, "benchmark": benchmark,
    "changes": changes, "quality": quality, "contract": contract, "help": helping,
}  # fmt: skip

TAKES_APART: frozenset[Show] = frozenset({"forecast", "benchmark", "trend", "changes"})
"""Shows that make further numbers out of one: of other units under characteristic filters the one alone is given."""


def answer(asked: Asked) -> Answer:
    """The question answered by its show."""
    if asked.question.show in TAKES_APART and asked.hides_parts():
        return headline(asked)
    return without_restricted(SHOWS[asked.question.show](asked), asked.scope)


__all__ = ["SHOWS", "Asked", "answer"]
