"""From slots to one question: subject, aspect, show, unit, time and filters put together (spec/asking.md)."""

from __future__ import annotations

from dataclasses import replace

from bot.understanding.asked import Asked, collect
from bot.understanding.draft import Env, Problem, words_of
from bot.understanding.narrowing import Narrowing
from bot.understanding.pieces import Cut
from bot.understanding.reading import Reading
from bot.understanding.subjects import (
    every_overdue,
)
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import Question


def interpret(cut: Cut, env: Env, base: Question | None = None) -> Reading:
    """One message part that stands for itself. base: filled slots of a follow-up are laid over it elsewhere."""
    first = Interpreter(collect(cut, env.vocabulary, False), env).read()
    if first.outcome == "answered" or not any(p.name and p.name.subject for p in cut.pieces):
        return first
    again = Interpreter(collect(cut, env.vocabulary, True), env).read()
    if again.outcome == "answered" or (again.outcome == "clarify" and first.outcome != "clarify"):
        return again
    return first


class Interpreter(Narrowing):
    """Reads one Asked, step by step, to the end."""

    def again(self, asked: Asked) -> Reading:
        return Interpreter(asked, self.env).read()

    def read(self) -> Reading:
        try:
            return self._read()
        except Problem as problem:
            reading = problem.reading
            if reading.outcome == "clarify" and reading.ambiguity:
                reading = self._checked(reading)
            return replace(reading, words=words_of(self.asked), said=frozenset(self.draft.said))

    def _read(self) -> Reading:
        self._times()
        self._name_subject()
        self._read_aspects()
        self._people()
        self._decide_show()
        if self.draft.show == "quality":
            self._unit()
            self._account()
            return self._done()
        if self.draft.show == "explain" and self._term():
            self._unit()
            self._account()
            return self._done(term=self.term)
        self._filters()
        self._unit()
        self._measures()
        self._amounts()
        self._account()
        self._apply_time()
        self._finish()
        return self._done()

    def _done(self, term: str = "") -> Reading:
        return Reading(
            "answered",
            self.draft.question(),
            words=words_of(self.asked),
            term=term,
            said=frozenset(self.draft.said),
            over=self.draft.over,
        )

    def _finish(self) -> None:
        draft = self.draft
        if (
            self.bare_overdue
            and draft.show == "list"
            and not self._rows_allowed()
            and not draft.worker
            and not draft.child
        ):
            draft.show = "headline"
        if draft.show == "list" and draft.child and not draft.measures:
            draft.measures = every_overdue()
        if draft.show in ("list", "compare") and draft.order is None:
            draft.order = "worst"
        if draft.show == "compare":
            self._best_or_worst()
        if draft.show not in ("list", "compare", "coming_up", "changes"):
            draft.order = None
        if draft.show == "headline" and draft.limit is not None:
            draft.show = "list"
            draft.order = draft.order or "worst"

    def _best_or_worst(self) -> None:
        """ "Fewest overdue" is best, "lowest timeliness" is worst: it depends on which way is good."""
        said = {p.value("rank") for p in self.ranks}
        said |= {"top": {"most"}, "highest": {"most"}, "bottom": {"least"}, "lowest": {"least"}}.get(
            self.limit_word, set()
        )
        high = all(CATALOGUE[s].good_is == "high" for s in self.draft.measures)
        mixed = len({CATALOGUE[s].good_is for s in self.draft.measures} - {"neutral"}) > 1
        if self.limit_word == "bottom" and not self.aspects.name and not mixed:
            self.draft.order = (
                "worst"  # of a subject without "overdue": the end of the table, not the smallest number
            )
        elif mixed and said & {"most", "least"}:
            # Neither way is good for both: the top teams are the best ones, the bottom ones the worst.
            at_the_top = self.limit_word in ("top", "highest") or (not self.limit_word and "most" in said)
            self.draft.order = "best" if at_the_top and self.limit_word else "worst"
        elif "best" in said or (said & {"most"} and high) or (said & {"least"} and not high):
            self.draft.order = "best"
        elif said:
            self.draft.order = "worst"
