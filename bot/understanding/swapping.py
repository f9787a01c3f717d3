"""New words of a follow-up in the place of old ones: another kind, other people, one leg, another aspect."""

from __future__ import annotations

from bot.understanding import turns
from bot.understanding.asked import Asked
from bot.understanding.draft import Problem
from bot.understanding.interpret import Interpreter
from bot.understanding.leaning import marker_of
from bot.understanding.reading import Reading
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
from kpi_engine.measures import CATALOGUE, in_catalogue_order
from kpi_engine.question import Question

COURT = frozenset({"pre_proceedings", "proceedings"})


def put_in_place(
    walker: Interpreter, asked: Asked, concepts: frozenset[str], base: Question
) -> list[Named] | None:
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
            used_as(asked, best_subject(frozenset({"complaint"} | new)), concepts)
            if "complaint" in bag
            else None
        )
    if new & WHICH and "conference" not in kept:
        if old.name in ("review_conferences", "initial_conferences"):
            kept = {"conference"}
        elif old.name in ("review_health", "initial_health", "health_assessments", "health"):
            return used_as(asked, best_subject(frozenset({"initial_health"})), concepts)
    if new == {"review"} and old.name in ("initial_conferences", "conferences"):
        kept = {"cp"}
    if new == {"review"} and old.name in ("initial_health", "health_assessments"):
        return used_as(asked, best_subject(frozenset({"review_health"})), concepts)
    if new & WHICH and old.name == "conferences":
        kept = {"conference"}
    named = best_subject(frozenset(kept) | new)
    needless = any(not one & POPULATIONS for one in old.bags) and marker_of(asked.cut) != "only"
    if named is not None and named.subject == old and new & POPULATIONS and needless:
        return None  # placements are of looked-after children all: "and looked after children?" counts them
    if named is None and new & KINDS == new and base.measures:
        named = best_subject(frozenset(kept & POPULATIONS) | new)
    if named is None or named.subject.ask:
        return None
    return used_as(asked, named, concepts)


def legs_said(asked: Asked, concepts: frozenset[str], base: Question) -> tuple[str, ...]:
    """ "Only the audits" after an umbrella: those of its measures that the words belong to. A population alone
    ("only CP") keeps every measure of those children, core groups too, whose own name does not say CP.
    """
    if not concepts or len(base.measures) < 2:
        return ()
    alone = best_subject(concepts)
    if alone is not None and {*alone.subject.overdue, *alone.subject.in_time, *alone.subject.plain} & {
        *base.measures
    }:
        kept = tuple(slug for slug in base.measures if slug in alone.subject.every_slug)
        return kept if 1 < len(kept) < len(base.measures) else ()
    family = alone.subject.family if alone is not None and concepts <= POPULATIONS else None
    found = tuple(
        slug for slug in base.measures
        if any(
            concepts <= (bag | subject.absorbs if subject.family == family else bag)
            for subject in subjects_of(slug)[:1] for bag in subject.bags
        )
    )  # fmt: skip
    return found if 0 < len(found) < len(base.measures) else ()


def used_as(asked: Asked, named: Named | None, concepts: frozenset[str]) -> list[Named] | None:
    if named is None:
        return None
    for piece in asked.concepts:
        if piece.value("concept") in concepts:
            asked.use(piece, "measure", piece.value("concept"))
    return [named]


def choose_measures(
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


def both_legs(slugs: tuple[str, ...], base: Question) -> tuple[str, ...]:
    """ "Both": the leg last asked and its one sibling."""
    for subject in subjects_of(slugs[0]) if slugs else ():
        for legs in (subject.overdue, subject.in_time, subject.plain):
            if len(legs) == 2 and set(slugs) <= set(legs):
                return in_catalogue_order(legs)
    raise Problem(Reading("not_understood", base, because="Both of which? Please name them."))
