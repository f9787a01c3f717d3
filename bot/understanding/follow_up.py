"""Follow-ups: messages that point back to the last answer, correct it, or complete a pending question."""

from __future__ import annotations

from dataclasses import replace

from bot.understanding import turns, wording
from bot.understanding.asked import Asked, collect
from bot.understanding.context import CARRIED, Context
from bot.understanding.draft import PERIOD_SLUGS, Draft, Env, Problem, words_of
from bot.understanding.interpret import Interpreter
from bot.understanding.measuring import HOLDING
from bot.understanding.naming import subject_named
from bot.understanding.pieces import Cut, Piece
from bot.understanding.reading import Choice, Reading
from bot.understanding.subjects import (
    KINDS,
    POPULATIONS,
    WHICH,
    Named,
    best_subject,
    canonical,
    subject_of,
    subjects_of,
)
from bot.understanding.times import When, shifted, shifted_on, step_back
from bot.understanding.timing import apply_time
from kpi_engine.measures import CATALOGUE, in_catalogue_order
from kpi_engine.question import ALL, Question

POINTS = ("first", "second", "third", "fourth", "fifth")
COURT = frozenset({"pre_proceedings", "proceedings"})
ONE = frozenset({"she", "he", "they", "it", "that", "this"})
ASPECT_ENDINGS = {"overdue": ("_overdue",), "in_time": ("_in_time", "_in_time_from_referral")}


def _content(cut: Cut) -> list[Piece]:
    """Pieces that carry something of their own."""
    return [
        p
        for p in cut.pieces
        if (
            p.name
            or p.when
            or p.amount
            or not p.senses
            or any(
                s.kind
                in (
                    "concept",
                    "aspect",
                    "by",
                    "rank",
                    "filter",
                    "whole",
                    "exceptions",
                    "quality",
                    "beyond",
                    "term",
                    "level",
                    "staff",
                    "target",
                )
                or (s.kind == "show" and s.value not in ("show_me",))
                or (s.kind == "own" and s.value != "weak")
                or s.kind == "here"
                for s in p.senses
            )
        )
        and not (p.senses and p.senses[0].kind in ("ignorable", "follow", "point", "talk"))
    ]


def is_follow_up(cut: Cut, env: Env, held: Context) -> bool:
    """Whether the message leans on the last answer: it names no subject, or begins like an addition, or points."""
    concepts = {p.value("concept") for p in cut.pieces if p.has("concept") and not turns.once_more(p, cut)}
    marker = _marker(cut)
    if not concepts:
        return _leans(cut)
    if any(
        p.has("point", "that_child", "her", "that_worker", *POINTS, "last") for p in cut.pieces
    ) and _points_only(cut):
        return True
    if marker:
        return not (marker == "and" and _stands_alone(cut, concepts))
    if _of_the_same(cut, concepts, held):
        return True
    if _of_those(cut) or turns.counted_of_those(cut, held.question):
        return True
    if (
        concepts
        <= {
            "child",
            "open",
            "started",
            "repeat",
            "good",
            "average",
            "initial",
            "agency",
            "manager",
            "in_place",
            "completed",
            "tracked",
            "grade",
        }
        and len(_content(cut)) <= 3
    ):
        return _bare(cut) or concepts <= {"child"}
    bare = _bare(cut)
    return bool(bare and concepts <= POPULATIONS | KINDS | WHICH | {"unallocated"} and len(concepts) == 1)


OPENINGS = frozenset(
    [
        "how many",
        "how much",
        "number of",
        "list",
        "which",
        "who",
        "compare",
        "rank",
        "what is our",
        "what are our",
    ]
)
AUXILIARIES = frozenset({"were", "are", "did", "do", "have", "had", "was"})
ADDED = frozenset({"and", "also", "plus", "and also"})
THE_SAME = frozenset({"the", "their", "those", "these", "its"})


def _stands_alone(cut: Cut, concepts: set[str]) -> bool:
    """ "And how many CIN cases do we have?": a whole question behind an "and" starts fresh."""
    lead = [p for p in cut.pieces if p.norm != ","]
    while lead and (lead[0].norm in ADDED or lead[0].has("talk") or lead[0].norm in ("ok", "so", "right")):
        lead = lead[1:]
    if not lead or len(lead) < 3 or not concepts - KINDS - WHICH - {"open", "average", "started"}:
        return False
    if any(p.norm in ("of them", "of those", "of these", "same", "them", "those") for p in lead):
        return False
    opens = any(" ".join(t.norm for t in cut.tokens[lead[0].first :]).startswith(o + " ") for o in OPENINGS)
    whose = any((p.name and p.name.kind == "unit") or p.has("own") or p.has("whole") for p in lead)
    whose = whose or any(token.norm == "we" for token in cut.tokens)
    return (
        opens
        and (whose or any(p.has("aspect") for p in lead))
        and best_subject(frozenset(concepts)) is not None
    )


def _of_those(cut: Cut) -> bool:
    """ "Were they decided in time?", "visits overdue for them": what "they" are was said before."""
    for piece in cut.pieces:
        if not piece.has("point", "them"):
            continue
        before = cut.before(piece, ())
        if piece.norm == "they" and before in AUXILIARIES and piece.first < 3:
            return True
        if (
            piece.norm in ("them", "those", "these")
            and before in ("for", "of", "with", "among", "to")
            and (not cut.after(piece))
        ):
            return True
    return False


def _of_the_same(cut: Cut, concepts: set[str], held: Context) -> bool:
    """ "Are the visits in time?" after private fostering: the visits of those children."""
    if len(concepts) != 1 or not concepts <= KINDS - {"child", "contact", "plan"} or held.question is None:
        return False
    old = subject_of(held.question.measures)
    people = canonical(old) & POPULATIONS if old is not None else frozenset()
    piece = next(p for p in cut.pieces if p.has("concept"))
    return bool(people) and cut.before(piece, ()) in THE_SAME and best_subject(people | concepts) is not None


def hangs(cut: Cut) -> bool:
    """Whether the subject words say nothing by themselves ("how many were answered late")."""
    concepts = frozenset(p.value("concept") for p in cut.pieces if p.has("concept"))
    return bool(concepts) and best_subject(concepts) is None


def _points_only(cut: Cut) -> bool:
    firm = [
        p
        for p in cut.pieces
        if p.has("point", "her", "that_child", "that_worker", *POINTS, "last") and not _initial_sense(p)
    ]
    return bool(firm)


def _initial_sense(piece: Piece) -> bool:
    return piece.has("concept") or (piece.norm in ("his", "her") and False)


def _bare(cut: Cut) -> bool:
    """Nothing but a subject's words: no show, aspect, unit, time of its own."""
    return all(
        p.has("concept")
        or p.norm in (",", "/")
        or (
            p.senses
            and all(s.kind in ("ignorable", "follow", "every", "point", "talk", "negation") for s in p.senses)
        )
        for p in cut.pieces
    )


def _marker(cut: Cut) -> str:
    """How the message begins or ends as an addition or a correction: and, same, only, meant; or ""."""
    lead = [
        p for p in cut.pieces if not (p.senses and all(s.kind == "talk" for s in p.senses)) and p.norm != ","
    ][:3]
    for piece in cut.pieces:
        at_the_end = piece is cut.pieces[-1] and piece.norm in ("instead", "rather")
        if piece.has("follow", "meant") and (piece in lead[:2] or at_the_end or piece.norm.endswith("meant")):
            return "meant"
    for place, piece in enumerate(lead):
        for kind in ("same", "only", "and"):
            if (
                piece.has("follow", kind)
                and piece.norm not in ("now", "then", "too", "next", "also")
                and (place == 0 or lead[0].has("ignorable") or lead[0].has("negation"))
            ):
                return kind
    if any(p.has("follow", "same") and "same" in p.norm.split() for p in cut.pieces):
        return "same"
    if lead and lead[0].norm in ("also", "now", "then"):
        return "and" if lead[0].norm == "also" else ""
    if cut.pieces and cut.pieces[-1].norm in ("too", "as well"):
        return "and"
    if cut.pieces and cut.pieces[-1].norm in ("only", "just"):
        return "only"
    return ""


def is_correction(cut: Cut) -> bool:
    """ "No, I meant initial": the last answer was to something else than was asked."""
    return _marker(cut) == "meant"


def _leans(cut: Cut) -> bool:
    """Without a subject of its own, whether the message can lean on the last answer."""
    every = any(
        p.has("exceptions")
        or (p.has("every") and p.norm in ("everything", "anything", "all measure", "everything else"))
        for p in cut.pieces
    )
    briefing = any(p.has("show", "briefing") for p in cut.pieces)
    quality = any(p.has("quality") or p.has("show", "quality") for p in cut.pieces)
    if every or briefing or quality:
        return False
    norms = [t.norm for t in cut.tokens]
    what = norms[:2] in (["what", "is"], ["what", "are"], ["anything"])
    if (
        what
        and any(p.has("aspect", "overdue", "late", "due") for p in cut.pieces)
        and not any(p.has("point") for p in cut.pieces)
    ):
        return False
    pointing = any(
        (p.has("point", "them", "that_child") and p.norm in ("it", "that", "this", "them", "those"))
        or (p.has("on_list") and p.norm.split()[-1] in ("it", "there", "that", "them"))
        for p in cut.pieces
    )
    return pointing or not any(
        p.has("show", "changes")
        and p.norm
        in (
            "what is new",
            "what is changed",
            "what has changed",
            "what changed",
            "any change",
            "anything new",
        )
        for p in cut.pieces
    )


def follow(cut: Cut, env: Env, held: Context) -> Reading | None:
    """The message laid over the last question; None when it cannot be."""
    assert held.question is not None
    return lay_over(cut, env, held, held.question, held.said)


def _names_a_unit(cut: Cut, base: Question) -> bool:
    """ "What about Children in Care?": a service by its name, though the words are a subject too. Written as a name, or
    after a subject that has no population to change."""
    content = _content(cut)
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

    def again(self, asked: Asked) -> Reading:
        found = Laying(asked, self.env, self.held, self.base, self.base_said).lay()
        return found or Reading("not_understood", self.base, because=wording.NOT_UNDERSTOOD)

    def lay(self) -> Reading | None:
        try:
            return _lay(self)
        except Problem as problem:
            said = frozenset(self.draft.said) | (self.base_said & CARRIED)
            return replace(problem.reading, words=words_of(self.asked), said=said)

    def _apply_time(self) -> None:
        _time(self, self.env, self.base, self.base_said)


def _lay(walker: Laying) -> Reading | None:
    asked, env, held, base, said = walker.asked, walker.env, walker.held, walker.base, walker.base_said
    draft = walker.draft
    draft.as_at = env.as_at
    turns.the_other_one(asked, base)
    past_limit = turns.past_the_limit(asked, base)
    asked.use_all(past_limit, "aspect", "overdue")
    walker._times()
    asked.use_all([p for p in asked.concepts if turns.once_more(p, asked.cut)], "ignorable")
    concepts = frozenset(p.value("concept") for p in asked.concepts)
    old = subject_of(base.measures)
    _points(walker, asked, held, base)
    legs = _legs(asked, concepts - {"child"}, base) if _marker(asked.cut) == "only" else ()
    legs = legs or turns.counted_of_those(asked.cut, base)
    if legs:
        asked.use_all(asked.concepts, "measure", "leg")
        base, concepts = base.but(measures=legs), frozenset()
        old = subject_of(legs)
    merged = (
        _merge(walker, asked, concepts, base) if concepts - {"child"} or (concepts and old is None) else None
    )
    one_child = _child_asked_of(asked, held, base) if concepts - {"child"} else None
    walker.asks_whether = one_child is not None
    if one_child is not None:
        draft.child, merged = one_child, None
        draft.said.add("child")
        concepts = concepts | {"cp"} if "plan" in concepts and not concepts & POPULATIONS else concepts
        named = best_subject(concepts - {"plan"}) or best_subject(concepts)
        merged = _used(asked, named, concepts)
    if concepts <= {"child"} and draft.worker and asked.any("show", "count") and HOLDING & set(walker.norms):
        asked.use_all(asked.concepts, "measure", "caseload")
        walker.named = [Named(subject_named("caseloads"), frozenset(), frozenset())]
    elif concepts == {"child"}:
        asked.use_all(asked.concepts, "ignorable")
    if concepts - {"child"} and merged is None:
        walker.named = []
        walker._name_subject()
        if not walker.named:
            return None
    elif merged is not None:
        walker.named = merged
    walker._read_aspects()
    if past_limit:
        walker.aspects.name = walker.aspects.said = "overdue"
    walker._people()
    walker.leans = True
    own_aspect = walker.aspects.name
    had_unit = bool(asked.units or asked.find("own") or asked.find("whole") or asked.find("here"))
    walker._decide_show()
    said_show = (
        "show" in draft.said
        or bool(walker.list_pieces)
        or walker.draft.show in ("explain", "why", "quality", "briefing")
    )
    if walker.draft.show == "explain" and walker._term():
        return None
    if draft.show == "briefing":
        return None
    more = asked.find("follow", "more")
    if (
        base.show in ("headline", "compare")
        and draft.show == "headline"
        and turns.asks_for_the_rows(asked.cut)
    ):
        more = more + walker.shows["show_me"]
    if base.show == "coming_up" and draft.show == "compare" and not own_aspect and not asked.units:
        draft.show, said_show = "coming_up", True
    asked.use_all(more, "show", "list")
    if not said_show:
        draft.show = base.show
        draft.by = base.by
        if base.show == "why" and not draft.child and walker.named:
            draft.child = base.child
        elif base.show == "why" and base.child and not draft.child:
            draft.show = "headline"
    if one_child is not None:
        draft.show, said_show = "why", True
    if more or (draft.show == "headline" and any(p.has("rank", "oldest", "newest") for p in walker.ranks)):
        draft.show = "list"
        said_show = True
    if base.show == "compare" and walker.ranks and draft.show == "list" and not asked.children:
        draft.show, draft.by = "compare", base.by
    averages = bool(walker.named) and all(
        CATALOGUE[s].kind == "Average" for n in walker.named for s in n.subject.plain
    )
    averages = averages and all(n.subject.plain for n in walker.named)
    if not said_show and base.show == "list" and (own_aspect in ("in_time", "rate", "weak") or averages):
        draft.show = "headline"
    if not said_show and base.show == "explain" and averages:
        draft.show = "headline"
    if (
        not said_show
        and walker.named
        and all(n.subject.family == "workforce" for n in walker.named)
        and draft.worker
    ):
        draft.show = "headline" if base.show in ("list", "why") else draft.show
    if draft.show == "why" and not draft.child and _bare_why(walker):
        _why_of_rows(draft, held, base)
    walker._filters()
    ages = {"age_min", "age_max"} & draft.filters.keys()
    asks_in_time = own_aspect in ("in_time", "rate", "weak")
    base_filters = dict(base.filters)
    for piece in asked.find("follow", "unfilter"):
        about_age = "age" in piece.norm.split()
        base_filters = {k: v for k, v in base_filters.items() if about_age and not k.startswith("age_")}
        asked.use(piece, "filter", "none")
    draft.filters.update(
        {
            k: v
            for k, v in base_filters.items()
            if k not in draft.filters
            and not (ages and k.startswith("age_"))
            and not (asks_in_time and k.startswith("days_overdue"))
        }
    )
    kept_child = (
        base.child if (draft.child is None and base.show == "why" and draft.show in ("why",)) else None
    )
    draft.child = draft.child or kept_child
    _units(walker, asked, base, had_unit)
    late_then = own_aspect == "late" and "period" in said and draft.show in ("list", "headline")
    if late_then and walker.when is None and base.period is not None:
        walker.when = When(past=base.period, coming=base.period)
    _choose_measures(walker, base, old, own_aspect, said_show, bool(merged) or bool(walker.named))
    if "both" in walker.norms and not walker.named and not had_unit:
        draft.measures = _both(draft.measures, base)
    walker._amounts()
    if draft.limit is None and not more:
        draft.limit = base.limit
    if draft.order is None:
        draft.order = base.order
    if draft.show in ("compare", "coming_up") and draft.by is None:
        draft.by = base.by if base.show == draft.show else ("team" if draft.show == "compare" else None)
    if draft.show not in ("compare", "trend", "coming_up"):
        draft.by = None
    if draft.show in ("list", "compare"):
        walker._order()
    if walker.when is not None and base.show == "headline":
        asked.use_all([p for p in asked.open if p.norm in turns.BETTER], "ignorable")
    left = [
        p for p in walker._leftover() if not p.has("point") and not p.has("follow") and not p.has("negation")
    ]
    if left:
        raise Problem(walker._unknown(tuple(left)))
    _time(walker, env, base, said)
    walker.bare_overdue = walker.bare_overdue and not said_show and base.show not in ("list",)
    walker._finish()
    if draft.show == "why" and not draft.child and not draft.measures:
        raise Problem(Reading("not_understood", draft.question(), because="Why what? Please name the child."))
    inherited = said & CARRIED if draft.show == base.show else said & CARRIED - {"rows"}
    return Reading(
        "answered", draft.question(), words=words_of(asked), said=frozenset(draft.said | inherited)
    )


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


def _both(slugs: tuple[str, ...], base: Question) -> tuple[str, ...]:
    """ "Both": the leg last asked and its one sibling."""
    for subject in subjects_of(slugs[0]) if slugs else ():
        for legs in (subject.overdue, subject.in_time, subject.plain):
            if len(legs) == 2 and set(slugs) <= set(legs):
                return in_catalogue_order(legs)
    raise Problem(Reading("not_understood", base, because="Both of which? Please name them."))


def _points(walker: Interpreter, asked: Asked, held: Context, base: Question) -> None:
    """ "the first one", "that child", "her caseload" point into the rows last shown."""
    draft = walker.draft
    for piece in asked.cut.pieces:
        if not piece.has("point"):
            continue
        value = piece.value("point")
        if piece.has("concept") and not piece.norm.startswith("the "):
            continue
        if value in POINTS or value == "last":
            place = POINTS.index(value) if value in POINTS else len(held.children) - 1
            if 0 <= place < len(held.children):
                draft.child = held.children[place]
                draft.said.add("child")
            elif 0 <= place < len(held.workers) and held.workers[place]:
                draft.worker = held.workers[place]
                draft.said.add("worker")
            else:
                raise Problem(
                    Reading("not_understood", base, because="There is no such row in the last answer.")
                )
            asked.use(piece, "child", "row")
        elif value == "that_child" and (base.child or held.children):
            draft.child = base.child or held.children[0]
            draft.said.add("child")
            asked.use(piece, "child", "row")
        elif value in ("her", "that_worker") and not asked.workers:
            worker = base.worker or next((w for w in held.workers if w), None)
            if worker is not None:
                draft.worker = worker
                draft.said.add("worker")
                asked.use(piece, "worker", worker)


def _merge(walker: Interpreter, asked: Asked, concepts: frozenset[str], base: Question) -> list[Named] | None:
    """New words in the place of old ones of the same sort: "and CIN?", "and reviews?", "I meant initial"."""
    old = subject_of(base.measures)
    if old is None:
        return None
    partial = (
        concepts
        <= POPULATIONS
        | KINDS
        | WHICH
        | {
            "unallocated",
            "duration",
            "no_plan",
            "net_change",
            "step_down",
            "open",
            "average",
            "over_standard",
            "good",
            "initial",
            "icpc",
            "rcpc",
            "child_seen",
            "from_referral",
            "complaint_answer",
        }
        | COURT
    )
    alone = best_subject(concepts)
    if not partial or (
        len(concepts) > 1 and alone is not None and not concepts <= {"cp", "child", "cin", "lac"}
    ):
        return None
    bag = canonical(old)
    new = concepts - {"child"} if concepts != {"child"} else concepts
    kept = set(bag)
    if new <= KINDS and not bag & POPULATIONS:
        kept |= turns.people_of(base.measures)
    if new & COURT:
        if not bag & COURT or len(new) > 1:
            return None
        kept -= COURT
    if new & POPULATIONS:
        kept -= POPULATIONS
    if new & {"contact", "assessment"} or {"referral", "contact"} & bag:
        kept &= POPULATIONS
    if new & (KINDS | {"unallocated", "duration", "no_plan", "net_change", "step_down"}):
        kept -= KINDS | {
            "unallocated",
            "duration",
            "no_plan",
            "net_change",
            "step_down",
            "core_group",
            "pep",
            "sdq",
            "dental",
            "over_standard",
            "two_years",
            "step_up",
            "repeat",
        }
    if new == {"complaint_answer"}:
        return (
            _used(asked, best_subject(frozenset({"complaint"} | new)), concepts)
            if "complaint" in bag
            else None
        )
    if new & WHICH and "conference" not in kept:
        if old.name in ("review_conferences", "initial_conferences"):
            kept = {"conference"}
        elif old.name in ("review_health", "initial_health", "health_assessments", "health"):
            return _used(asked, best_subject(frozenset({"initial_health"})), concepts)
    if new == {"review"} and old.name in ("initial_conferences", "conferences"):
        kept = {"cp"}
    if new == {"review"} and old.name in ("initial_health", "health_assessments"):
        return _used(asked, best_subject(frozenset({"review_health"})), concepts)
    if new & WHICH and old.name == "conferences":
        kept = {"conference"}
    named = best_subject(frozenset(kept) | new)
    if named is None and new & KINDS == new and base.measures:
        named = best_subject(frozenset(kept & POPULATIONS) | new)
    if named is None or named.subject.ask:
        return None
    return _used(asked, named, concepts)


def _legs(asked: Asked, concepts: frozenset[str], base: Question) -> tuple[str, ...]:
    """ "Only the audits" after an umbrella: those of its measures that the words belong to. A population alone
    ("only CP") keeps every measure of those children, core groups too, whose own name does not say CP.
    """
    if not concepts or len(base.measures) < 2:
        return ()
    alone = best_subject(concepts)
    if alone is not None and {*alone.subject.overdue, *alone.subject.in_time, *alone.subject.plain} & {
        *base.measures
    }:
        return ()
    family = alone.subject.family if alone is not None and concepts <= POPULATIONS else None
    found = tuple(
        slug for slug in base.measures
        if any(
            concepts <= (bag | subject.absorbs if subject.family == family else bag)
            for subject in subjects_of(slug)[:1] for bag in subject.bags
        )
    )  # fmt: skip
    return found if 0 < len(found) < len(base.measures) else ()


def _used(asked: Asked, named: Named | None, concepts: frozenset[str]) -> list[Named] | None:
    if named is None:
        return None
    for piece in asked.concepts:
        if piece.value("concept") in concepts:
            asked.use(piece, "measure", piece.value("concept"))
    return [named]


def _units(walker: Interpreter, asked: Asked, base: Question, had_unit: bool) -> None:
    draft, env = walker.draft, walker.env
    if asked.workers or (had_unit and turns.wider_unit(asked, base, env.vocabulary) is None):
        many = len({ids for _, ids in asked.units}) > 1
        walker._unit()
        if (
            len(asked.units) == 1
            and walker.shows["compare"]
            and draft.show == "compare"
            and base.show != "compare"
            and not draft.units
            and ALL not in (base.unit.id, draft.unit.id)
            and base.unit != draft.unit
        ):
            walker._several_units([base.unit.id, draft.unit.id])  # "how does that compare with CSWT 2"
        elif (
            had_unit
            and not many
            and base.units
            and base.show == "compare"
            and asked.units
            and draft.show == "compare"
            and not asked.workers
        ):
            added = sorted({*base.units, draft.unit.id})
            if any(p.norm in ("and", "also", "plus", "add") for p in asked.cut.pieces[:2]):
                draft.units = tuple(added)
                draft.unit = env.vocabulary.unit(env.vocabulary.nearest_common_parent(added))
            elif len(asked.units) == 1:
                draft.show, draft.by = "headline", None
        elif (
            had_unit
            and base.show == "compare"
            and draft.show == "compare"
            and not draft.units
            and draft.unit.kind == "team"
            and draft.by == "team"
        ):
            draft.show, draft.by = "headline", None
        return
    draft.unit, draft.units = base.unit, base.units
    wider = turns.wider_unit(asked, base, env.vocabulary)
    if wider is not None and not draft.child and draft.worker is None:
        draft.unit, draft.units = wider, ()
        draft.said.add("unit")
        asked.use_all([*asked.find("level"), *asked.find("whole")], "unit", "level")
        return
    if draft.worker is not None and "worker" in draft.said:
        team = (
            env.vocabulary.workers[draft.worker].team_id if draft.worker in env.vocabulary.workers else None
        )
        draft.unit = env.vocabulary.unit(team) if team else base.unit
    elif draft.child and "child" in draft.said:
        team = env.vocabulary.child_team(draft.child, env.as_at)
        draft.unit = env.vocabulary.unit(team) if team else base.unit
        draft.units = ()
    else:
        draft.worker = base.worker
    newly_compared = draft.show == "compare" and base.show != "compare" and not draft.units
    if newly_compared and ((draft.by == "team" and draft.unit.kind == "team") or draft.by == "service"):
        draft.unit = env.vocabulary.unit("ALL")
    if draft.units and draft.show != "compare" and base.show == "compare":
        draft.units = ()
    walker.asked.use_all(asked.find("level"), "unit", "level")


def _choose_measures(
    walker: Interpreter, base: Question, old: object, aspect: str, said_show: bool, own_subject: bool
) -> None:
    draft = walker.draft
    if not own_subject:
        draft.measures = base.measures
        if not base.measures:
            walker._no_subject(walker.asked.find("every"), walker.asked.find("exceptions"))
        elif aspect == "late" and _failed_in_period(walker, base):
            pass
        elif aspect == "late" and _missed_in_trend(walker, base):
            draft.measures = _with_aspect(walker, base, "in_time")
        elif aspect in ("overdue", "late"):
            draft.measures = _with_aspect(walker, base, "overdue")
        elif aspect in ("in_time", "rate", "weak"):
            draft.measures = _with_aspect(walker, base, "in_time")
        elif draft.show == "why" and not draft.child:
            return
        elif draft.show in ("coming_up", "why") or (draft.show in ("list", "changes") and said_show):
            only = tuple(s for s in base.measures if s.endswith("_overdue"))
            others = [s for s in base.measures if not s.endswith(("_overdue", "_in_time"))]
            if only and not others and len(only) < len(base.measures):
                draft.measures = only
            elif draft.show in ("coming_up", "why") and not only:
                draft.measures = _with_aspect(walker, base, "overdue")
        elif draft.show == "explain":
            subject = subject_of(base.measures)
            if (
                subject is not None
                and subject.is_clock
                and set(base.measures) <= set(subject.overdue + subject.in_time)
            ):
                draft.measures = in_catalogue_order(subject.overdue + subject.in_time)
        return
    if not walker.aspects.name:
        kind = _aspect_of(base)
        if kind and any(n.subject.is_clock for n in walker.named):
            walker.aspects.name = kind
            walker.aspects.said = kind
        if kind == "" and draft.show == "headline" and _counts(base):
            walker.shows["count"] = walker.shows["count"] or [walker.asked.cut.pieces[0]]
    try:
        walker._measures()
    except Problem as problem:
        if walker.aspects.name and problem.reading.outcome == "out_of_scope" and not aspect:
            walker.aspects.name = ""
            walker._measures()
        else:
            raise


def _failed_in_period(walker: Interpreter, base: Question) -> bool:
    """ "Which were late?" after a rate of a past period: those that failed in it, not today's backlog."""
    again = walker.when is None or not walker.when.now
    past = base.period is not None and base.show in ("headline", "list", "compare", "trend")
    return again and past and all("_in_time" in slug for slug in base.measures)


def _missed_in_trend(walker: Interpreter, base: Question) -> bool:
    """ "Who missed it?" after a backlog drawn over time: those that failed in the months drawn."""
    told = bool({"missed", "were", "was", "breached", "failed"} & set(walker.norms))
    then = walker.when is not None and not walker.when.now and walker.when.past is not None
    return told and then and base.show == "trend" and walker.draft.show == "list"


def _counts(base: Question) -> bool:
    return bool(base.measures) and all(s.endswith("_open") or s.endswith("_received") for s in base.measures)


def _aspect_of(question: Question) -> str:
    """overdue, in_time, or "" when both or neither were asked."""
    if question.measures and all(
        s.endswith(("_overdue", "_unallocated")) or s in ("cp_over_two_years", "cin_without_plan")
        for s in question.measures
    ):
        return "overdue"
    if question.measures and all("_in_time" in s for s in question.measures):
        return "in_time"
    return ""


def _with_aspect(walker: Interpreter, base: Question, aspect: str) -> tuple[str, ...]:
    """The same subjects under another aspect."""
    out: list[str] = []
    for slug in base.measures:
        subject = subject_of([slug])
        if subject is None:
            continue
        out.extend(subject.overdue if aspect == "overdue" else subject.in_time)
    whole = subject_of(base.measures)
    if whole is not None and (whole.overdue if aspect == "overdue" else whole.in_time):
        out = list(whole.overdue if aspect == "overdue" else whole.in_time)
    if not out:
        if aspect == "in_time" and all(CATALOGUE[s].kind == "Share" for s in base.measures):
            return base.measures
        if whole is not None:
            raise Problem(walker._refuse_aspect(whole, walker.aspects.said))
        raise Problem(walker._unknown(()))
    return in_catalogue_order(out)


def _time(walker: Interpreter, env: Env, base: Question, said: frozenset[str]) -> None:
    draft = walker.draft
    when = walker.when
    if when is not None and when.on and base.period is not None:
        later = shifted_on(base.period, when.on)
        when = When(past=later, coming=later, ahead=later.first > env.as_at)
    if when is not None and when.back:
        flows = any(s in PERIOD_SLUGS for s in draft.measures)
        if base.period is not None:
            when = When(past=shifted(base.period, when.back))
        elif not flows:
            unit = when.back if when.back != "period" else "week"
            when = When(point=step_back(base.as_at, 1, unit))
    if when is not None and not when.since_last_week:
        apply_time(draft, when, walker.when_text, env.as_at)
        return
    kept = "period" in said and (base.period is not None or base.as_at != env.as_at)
    if kept and draft.show == "trend" and base.period is not None and base.show in ("headline", "list"):
        draft.period = base.period
        return
    if (kept and draft.show == base.show) or (
        kept
        and draft.show in ("headline", "list", "compare")
        and base.show in ("headline", "list", "compare", "trend")
    ):
        if base.period is not None:
            apply_time(draft, When(past=base.period, coming=base.period), "", env.as_at)
        else:
            draft.as_at = base.as_at
            in_periods = [s for s in draft.measures if s in PERIOD_SLUGS]
            if in_periods and len(in_periods) == len(draft.measures):
                apply_time(draft, None, "", base.as_at)
        return
    if (
        draft.show == base.show
        and draft.show in ("coming_up", "trend", "forecast")
        and base.period is not None
    ):
        draft.period = base.period
        if draft.show == "trend" and draft.by is None:
            draft.by = base.by
        return
    apply_time(draft, None, "", env.as_at)


def complete(cut: Cut, env: Env, held: Context) -> Reading | None:
    """A turn that completes the pending question: picks a choice, names what was missing, asks for less."""
    asked = collect(cut, env.vocabulary, False)
    content = _content(cut)
    choices = held.pending_choices
    points = [p for p in cut.pieces if p.has("point", *POINTS, "last")]
    if choices and points and len([p for p in content if p not in points]) == 0:
        value = points[0].value("point")
        place = POINTS.index(value) if value in POINTS else len(choices) - 1
        if place < len(choices):
            return _settled(choices[place], asked, held)
    if choices:
        picked = _pick(asked, env, held)
        if picked is not None:
            return picked
        fewer = turns.still_several(asked, choices)
        if fewer:
            return Reading(
                "clarify", choices=fewer, ask=wording.WHICH_MEASURE, words=words_of(asked),
                ambiguity=held.ambiguity, said=held.pending_said,
            )  # fmt: skip
    if held.refused == "out_of_scope":
        return _nothing_to_count(cut, content, held)
    if held.pending is not None and held.pending.measures and not any(p.has("concept") for p in cut.pieces):
        counting = any(p.has("show", "count") for p in cut.pieces)
        moved = bool(
            asked.units or asked.find("own", "strong") or asked.find("whole") or asked.find("filter")
        )
        if counting or moved:
            number = held.pending.but(show="headline", child=None)
            reading = lay_over(cut, env, held, number if counting else held.pending, held.pending_said)
            return _counted_as_asked(reading, held.pending) if counting else reading
        if _asks_again(cut) and (held.refused == "not_permitted" or any(p.has("claim") for p in cut.pieces)):
            return Reading("answered", held.pending, words=words_of(asked), said=frozenset({"show", "rows"}))
    return None


def _nothing_to_count(cut: Cut, content: list[Piece], held: Context) -> Reading | None:
    """ "Just the number then" after a question outside the catalogue, with no answer before it to be about."""
    if held.question is not None:
        return None
    rest = [p for p in content if p.norm not in (",", "/") and not p.has("show", "count", "list", "show_me")]
    rest = [p for p in rest if not (p.has("claim") or p.has("on_list"))]
    if not rest and any(p.has("show", "count", "list", "show_me") for p in cut.pieces):
        return Reading("not_understood", because=wording.NO_SUCH_NUMBER)
    return None


def _counted_as_asked(reading: Reading | None, pending: Question) -> Reading | None:
    """The number of what falls due, or of what changed, is no number overdue."""
    if reading is None or reading.question is None or pending.show not in ("coming_up", "changes"):
        return reading
    kept = reading.question.but(show=pending.show, measures=pending.measures, period=pending.period, by=None)
    return replace(reading, question=kept, said=reading.said - {"rows"})


def _asks_again(cut: Cut) -> bool:
    """ "I am the director, show me the list": the refused list once more, and no more may be seen for it."""
    shows = any(p.has("show", "list", "show_me") or p.has("on_list") for p in cut.pieces)
    return shows and not [
        p
        for p in _content(cut)
        if p.norm not in (",", "/")
        and not (p.has("claim") or p.has("show", "list", "show_me") or p.has("on_list"))
    ]


def _settled(choice: Choice, asked: Asked, held: Context) -> Reading:
    """The choice that was picked, with what the question said when it was asked back."""
    return Reading(
        "answered", choice.question, words=words_of(asked), said=frozenset({"choice"}) | held.pending_said,
        settles=held.ambiguity,
    )  # fmt: skip


def _pick(asked: Asked, env: Env, held: Context) -> Reading | None:
    """The one choice whose unit, worker or measure the message names."""
    choices = held.pending_choices
    wanted_units = {i for _, ids in asked.units for i in ids}
    wanted_workers = {i for _, ids in asked.workers for i in ids}
    concepts = frozenset(p.value("concept") for p in asked.concepts)
    fitting = []
    for choice in choices:
        question = choice.question
        if (wanted_workers and question.worker in wanted_workers) or (
            wanted_units and not wanted_workers and question.unit.id in wanted_units
        ):
            fitting.append(choice)
        elif concepts and not wanted_units and not wanted_workers:
            subject = subject_of(question.measures)
            if subject is None:
                continue
            words = {c for bag in subject.bags for c in bag} | subject.absorbs - {"child", "plan"}
            label = set(choice.label.lower().replace("-", " ").split())
            spoken = {p.norm for p in asked.concepts} | {p.text.lower() for p in asked.concepts}
            family = {
                "cp": "child_protection",
                "cin": "child_in_need",
                "lac": "looked_after",
                "leaver": "care_leavers",
            }
            by_family = all(
                c in family and CATALOGUE[question.measures[0]].family == family[c] for c in concepts
            )
            if concepts <= words or spoken <= label or by_family:
                fitting.append(choice)
    if len(fitting) > 1 and concepts:
        exact = [
            c
            for c in fitting
            if (s := subject_of(c.question.measures)) is not None and any(bag <= concepts for bag in s.bags)
        ]
        fitting = exact if len(exact) == 1 else fitting
    if len(fitting) != 1:
        return None
    corrects = is_correction(
        asked.cut
    )  # the "no" of "no, I meant CIN" denies the last answer, not the choice
    others = [
        p
        for p in asked.open
        if not p.has("concept")
        and not p.has("ignorable")
        and not p.has("follow")
        and not p.has("talk")
        and not p.has("every")
        and not p.has("point")
        and not p.has("level")
        and not p.has("aspect")
        and not (corrects and p.has("negation"))
        and p.norm not in (",", "/")
    ]
    if others:
        return None
    return _settled(fitting[0], asked, held)
