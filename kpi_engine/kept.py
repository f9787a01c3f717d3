"""Answers and numbers of one extract that were worked out before. An extract does not change, so neither do they.

What is kept under a key depends on nothing but the key and the extract: an answer on its question and its whole scope
(rights, audience, restricted cases), a number on its unit, measure, date and period. Numbers of a unit are open to
everybody; a number cut by a filter, a worker or a child is never kept.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from kpi_engine.answer import Answer, Figure, MeasureAnswer
from kpi_engine.question import Period, Question, Scope

Key = tuple[str, str, date, Period | None]
"""(unit, slug, as at, period)."""
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MOST_NUMBERS = 20_000
MOST_BRIEFINGS = 300
"""Some tens of megabytes at most; then all of a kind are forgotten and worked out anew."""


class Kept:
    """What was worked out of one extract."""

    def __init__(self) -> None:
        self._figures: dict[Key, Figure] = {}
        self._headlines: dict[Key, MeasureAnswer] = {}
        self._contracts: dict[Question, dict[str, Any]] = {}
        self._briefings: dict[tuple[Question, Scope], Answer] = {}

    def figure(self, key: Key, work: Callable[[], Figure]) -> Figure:
        return _kept(self._figures, key, work, MOST_NUMBERS)

    def headline(self, key: Key, work: Callable[[], MeasureAnswer]) -> MeasureAnswer:
        return _kept(self._headlines, key, work, MOST_NUMBERS)

    def contract(self, question: Question, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """A managed service's line in a briefing."""
        found = _kept(self._contracts, question, work, MOST_BRIEFINGS)
        return dict(found)

    def briefing(self, question: Question, scope: Scope, work: Callable[[], Answer]) -> Answer:
        """A briefing, with parts of its own: what one reader's reply does with them is in nobody else's."""
        found = _kept(self._briefings, (question, scope), work, MOST_BRIEFINGS)
        return replace(found, briefing=_copy(found.briefing))


def _kept(place: dict[K, V], key: K, work: Callable[[], V], most: int) -> V:
    found = place.get(key)
    if found is None:
        found = work()
        if len(place) >= most:
            place.clear()
        place[key] = found
    return found


def _copy(value: Any) -> Any:
    """JSON's own kinds."""
    if isinstance(value, dict):
        return {name: _copy(each) for name, each in value.items()}
    return [_copy(each) for each in value] if isinstance(value, list) else value
