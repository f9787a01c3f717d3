"""A message laid over the last question: what it says is changed, everything else is inherited."""

from __future__ import annotations

from dataclasses import replace

from bot.understanding import denied, turns, wording
from bot.understanding.asked import Asked, collect
from bot.understanding.context import CARRIED, Context
from bot.understanding.draft import Draft, Env, Problem, words_of
from bot.understanding.interpret import Interpreter
from bot.understanding.leaning import content_of, marker_of
from bot.understanding.measuring import HOLDING
from bot.understanding.naming import subject_named
from bot.understanding.pieces import Cut, Piece
from bot.understanding.placing_over import altered, place_over
from bot.understanding.pointing import point_at
from bot.understanding.reading import Reading
from bot.understanding.subjects import (
    POPULATIONS,
    Named,
    best_subject,
    canonical,
    subject_of,
)
from bot.understanding.swapping import both_legs, choose_measures, legs_said, put_in_place, used_as
from bot.understanding.times import When
from bot.understanding.timing_over import time_over
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import Question

ONE = frozenset({"she", "he", "they", "it", "that", "this"})


def follow(cut: Cut, env: Env, held: Context) -> Reading | None:
    """The message laid over the last question; None when it cannot be."""
    assert held.question is not None
    return lay_over(cut, env, held, held.question, held.said)


def _names_a_unit(cut: Cut, base: Question) -> bool:
    """ "What about Children in Care?": a service by its name, though the words are a subject too. Written as a name, or
    after a subject that has no population to change."""
    content = content_of(cut)
    if len(content) != 1 or not (
        content[0].name and content[0].name.kind == "unit" and content[0].name.subject
    ):
        return False
    piece = content[0]
    written = all(t.capital for t in cut.tokens[piece.first : piece.end] if len(t.low) > 3)
    old = subject_of(base.measures)
    return (written and piece.end - piece.first > 1) or (old is not None and not POPULATIONS & canonical(old))


def lay_over(cut: Cut, env: Env, held: Context, base: Question, said: frozenset[str]) -> Reading | None:
    """The base question with what the message says changed."""
    reading = Laying(collect(cut, env.vocabulary, _names_a_unit(cut, base)), env, held, base, said).lay()
    answered = reading is not None and reading.outcome == "answered"
    if answered or not any(p.name and p.name.subject for p in cut.pieces):
        return reading
    again = Laying(collect(cut, env.vocabulary, True), env, held, base, said).lay()
    return again if again is not None and again.outcome == "answered" else reading


class Laying(Interpreter):
    """Reads one Asked as what it changes of a question asked before."""

    def __init__(
        self, asked: Asked, env: Env, held: Context, base: Question, base_said: frozenset[str]
    ) -> None:
        super().__init__(asked, env)
        self.held, self.base, self.base_said = held, base, base_said
        self.leans = True
        self.concepts: frozenset[str] = frozenset()
        self.past_limit: list[Piece] = []
        self.one_child: str | None = None
        self.own_aspect = ""
        """The aspect that the message itself says."""
        self.own_subject = self.had_unit = self.said_show = False
        self.altered: dict[str, list[Piece]] = {}
        self.more: list[Piece] = []
        """Pieces that ask for the rows, all of them."""

    def again(self, asked: Asked) -> Reading:
        found = Laying(asked, self.env, self.held, self.base, self.base_said).lay()
        return found or Reading("not_understood", self.base, because=wording.NOT_UNDERSTOOD)

    def lay(self) -> Reading | None:
        """None where the message cannot be laid over the last question."""
        try:
            return self._lay()
        except Problem as problem:
            said = frozenset(self.draft.said) | (self.base_said & CARRIED)
            return replace(problem.reading, words=words_of(self.asked), said=said)

    def _lay(self) -> Reading | None:
        asked, draft = self.asked, self.draft
        denied.discourse(asked)
        denied.denied(asked, self.base)
        self.altered = altered(asked, self.base)
        turns.the_other_one(asked, self.base)
        self.past_limit = turns.past_the_limit(asked, self.base)
        asked.use_all(self.past_limit, "aspect", "overdue")
        self._times()
        asked.use_all([p for p in asked.concepts if turns.once_more(p, asked.cut)], "ignorable")
        self.concepts = frozenset(p.value("concept") for p in asked.concepts)
        point_at(self, asked, self.held, self.base)
        if not self._subject():
            return None
        self._read_aspects()
        if self.past_limit:
            self.aspects.name = self.aspects.said = "overdue"
        self._people()
        self.own_aspect = self.aspects.name
        self.had_unit = bool(asked.units or asked.find("own") or asked.find("whole") or asked.find("here"))
        if not self._show():
            return None
        self._keep_filters()
        if draft.child is None and self.base.show == draft.show == "why":
            draft.child = self.base.child
        place_over(self)
        self._keep_measures()
        self._how_many()
        if self.when is not None and self.base.show == "headline":
            asked.use_all([p for p in asked.open if p.norm in turns.BETTER], "ignorable")
        left = [
            p
            for p in self._leftover()
            if not p.has("point") and not p.has("follow") and not p.has("negation")
        ]
        if left:
            raise Problem(self._unknown(tuple(left)))
        self._apply_time()
        self.bare_overdue = self.bare_overdue and not self.said_show and self.base.show != "list"
        self._finish()
        if draft.show == "why" and not draft.child and not draft.measures:
            raise Problem(
                Reading("not_understood", draft.question(), because="Why what? Please name the child.")
            )
        inherited = (
            self.base_said & CARRIED if draft.show == self.base.show else self.base_said & CARRIED - {"rows"}
        )
        return replace(self._done(), said=frozenset(draft.said | inherited))

    def _subject(self) -> bool:
        """What the message is about: the old subject, a part of it changed, or one of its own; False for none."""
        asked, draft, concepts = self.asked, self.draft, self.concepts
        legs = legs_said(asked, concepts - {"child"}, self.base) if marker_of(asked.cut) == "only" else ()
        legs = legs or turns.counted_of_those(asked.cut, self.base)
        if legs:
            asked.use_all(asked.concepts, "measure", "leg")
            self.base, self.concepts = self.base.but(measures=legs), frozenset()
            return True
        changed = None
        if concepts - {"child"} or (concepts and subject_of(self.base.measures) is None):
            changed = put_in_place(self, asked, concepts, self.base)
        self.one_child = _child_asked_of(asked, self.held, self.base) if concepts - {"child"} else None
        self.asks_whether = self.one_child is not None
        if self.one_child is not None:
            draft.child = self.one_child
            draft.said.add("child")
            if "plan" in concepts and not concepts & POPULATIONS:
                concepts = self.concepts = concepts | {"cp"}
            changed = used_as(asked, best_subject(concepts - {"plan"}) or best_subject(concepts), concepts)
        holds = asked.any("show", "count") and bool(HOLDING & set(self.norms))
        if concepts <= {"child"} and draft.worker and holds:
            asked.use_all(asked.concepts, "measure", "caseload")
            self.named = [Named(subject_named("caseloads"), frozenset(), frozenset())]
        elif concepts == {"child"}:
            asked.use_all(asked.concepts, "ignorable")
        if changed is not None:
            self.named = changed
        elif concepts - {"child"}:
            self.named = []
            self._name_subject()
            return bool(self.named)
        return True

    def _show(self) -> bool:
        """What is to be shown: what was shown before, unless the message says otherwise. False: it stands alone."""
        asked, draft, base = self.asked, self.draft, self.base
        number = turns.the_number(asked)
        self._decide_show()
        if number:
            draft.show = "headline"
            draft.said.add("show")
        self.said_show = (
            "show" in draft.said
            or bool(self.list_pieces)
            or draft.show in ("explain", "why", "quality", "briefing")
        )
        if (draft.show == "explain" and self._term()) or draft.show == "briefing":
            return False
        if draft.show == "explain" and "child" in draft.said:
            draft.show = "why"  # "explain the first one" asks for no definition
        self.more = asked.find("follow", "more")
        if (
            base.show in ("headline", "compare")
            and draft.show == "headline"
            and turns.asks_for_the_rows(asked.cut)
        ):
            self.more = self.more + self.shows["show_me"]
        if base.show == "coming_up" and draft.show == "compare" and not self.own_aspect and not asked.units:
            draft.show, self.said_show = "coming_up", True
        asked.use_all(self.more, "show", "list")
        if not self.said_show:
            draft.show, draft.by = base.show, base.by
            if base.show == "why" and not draft.child and self.named:
                draft.child = base.child
            elif base.show == "why" and base.child and not draft.child:
                draft.show = "headline"
        if self.one_child is not None:
            draft.show, self.said_show = "why", True
        if self.more or (
            draft.show == "headline" and any(p.has("rank", "oldest", "newest") for p in self.ranks)
        ):
            draft.show, self.said_show = "list", True
        if base.show == "compare" and self.ranks and draft.show == "list" and not asked.children:
            draft.show, draft.by = "compare", base.by
        self._show_of_the_subject()
        if draft.show == "why" and not draft.child and _bare_why(self):
            _why_of_rows(draft, self.held, base)
        return True

    def _show_of_the_subject(self) -> None:
        """Where nothing was said of the show and the old one does not fit what is asked now."""
        draft, base = self.draft, self.base
        if self.said_show:
            return
        averages = bool(self.named) and all(n.subject.plain for n in self.named)
        averages = averages and all(
            CATALOGUE[s].kind == "Average" for n in self.named for s in n.subject.plain
        )
        rated = self.own_aspect in ("in_time", "rate", "weak")
        if (base.show == "list" and (rated or averages)) or (base.show == "explain" and averages):
            draft.show = "headline"
        of_staff = bool(self.named) and all(n.subject.family == "workforce" for n in self.named)
        if of_staff and (draft.worker or base.worker) and base.show in ("list", "why"):
            draft.show = "headline"

    def _keep_filters(self) -> None:
        """Filters said over those of the last question; an age replaces an age, "all ages" ends it."""
        asked, draft = self.asked, self.draft
        denied.widened_age(self)
        self._filters()
        ages = {"age_min", "age_max"} & draft.filters.keys()
        asks_in_time = self.own_aspect in ("in_time", "rate", "weak")
        kept = dict(self.base.filters)
        for piece in asked.find("follow", "unfilter"):
            about_age = "age" in piece.norm.split()
            kept = {k: v for k, v in kept.items() if about_age and not k.startswith("age_")}
            asked.use(piece, "filter", "none")
        for name, value in kept.items():
            replaced = (ages and name.startswith("age_")) or (
                asks_in_time and name.startswith("days_overdue")
            )
            if name not in draft.filters and not replaced:
                draft.filters[name] = value

    def _keep_measures(self) -> None:
        draft, base = self.draft, self.base
        late_then = (
            self.own_aspect == "late" and "period" in self.base_said and draft.show in ("list", "headline")
        )
        if late_then and self.when is None and base.period is not None:
            self.when = When(past=base.period, coming=base.period)
        old = subject_of(base.measures)
        choose_measures(self, base, old, self.own_aspect, self.said_show, bool(self.named))
        if "both" in self.norms and not self.named and not self.had_unit:
            draft.measures = both_legs(draft.measures, base)

    def _how_many(self) -> None:
        """Days overdue, limit, order and grouping: said now, or as they were."""
        draft, base = self.draft, self.base
        before = draft.show
        self._amounts()
        if before == "headline" and (self.said_show or base.show in ("headline", "compare")):
            draft.show = "headline"  # "only those over two weeks late" of a number is a number
        if draft.limit is None and not self.more and draft.show != "headline":
            draft.limit = base.limit
        if draft.show in ("list", "compare"):
            self._order()
        if draft.order is None:
            draft.order = base.order
        if draft.show in ("compare", "coming_up") and draft.by is None:
            draft.by = base.by if base.show == draft.show else ("team" if draft.show == "compare" else None)
        if draft.show not in ("compare", "trend", "coming_up"):
            draft.by = None

    def _apply_time(self) -> None:
        time_over(self)


def _child_asked_of(asked: Asked, held: Context, base: Question) -> str | None:
    """ "Is she on a plan?": the child of the last answer, where it was about one."""
    norms = [t.norm for t in asked.cut.tokens]
    asks = (
        norms[:1] in (["is"], ["was"], ["has"], ["are"], ["does"], ["have"])
        and norms[1:2]
        and norms[1] in ONE
    )
    if not asks or base.worker or asked.workers or asked.children:
        return None
    return base.child or (held.children[0] if len(held.children) == 1 else None)


def _bare_why(walker: Interpreter) -> bool:
    """ "Why?" and "but why is that?": nothing said of a movement or an aspect."""
    moves = [
        p for p in walker.asked.cut.pieces if p.has("moved") or p.has("show", "drivers") or p.has("aspect")
    ]
    return not moves and not walker.named


def _why_of_rows(draft: Draft, held: Context, base: Question) -> None:
    """The one row shown is meant; of several it is asked which; of a bare number, what moved it."""
    if len(held.children) == 1:
        draft.child = held.children[0]
        draft.said.add("child")
    elif len(held.children) > 1 and base.show in ("list", "coming_up", "changes"):
        raise Problem(Reading("not_understood", base.but(show="why"), because=wording.WHY_WHICH))
