"""Concepts to subjects: what a question is about (kpi_engine.vocabulary holds the words)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from bot.understanding.lexicon import norms_of
from kpi_engine import vocabulary
from kpi_engine.measure import Backlog
from kpi_engine.measures import CATALOGUE
from kpi_engine.vocabulary import Subject

POPULATIONS = frozenset({"cp", "cin", "lac", "leaver", "private_fostering"})
KINDS = frozenset({"visit", "review", "conference", "plan", "assessment", "contact", "child"})
WHICH = frozenset({"initial", "mid_point"})
CASE_TYPES = {"cp": "CP", "cin": "CIN", "lac": "LAC"}


@dataclass(frozen=True)
class Named:
    """A subject that was named, with the concepts used and those of the message that it leaves over."""

    subject: Subject
    used: frozenset[str]
    left: frozenset[str]


@lru_cache(maxsize=4096)
def best_subject(concepts: frozenset[str], optional: frozenset[str] = frozenset()) -> Named | None:
    """The subject that accounts for all concepts but optional ones; the most specific one. None if there is none."""
    found: list[tuple[tuple[int, int, int], Named]] = []
    for place, subject in enumerate(vocabulary.words().subjects.values()):
        for bag in subject.bags:
            if not bag <= concepts:
                continue
            left = concepts - bag - subject.absorbs
            if left - optional:
                continue
            used = concepts - left
            found.append(((len(left), -len(bag), place), Named(subject, used, left)))
    return min(found, key=lambda f: f[0])[1] if found else None


@lru_cache(maxsize=1024)
def nearly(concepts: frozenset[str]) -> Named | None:
    """The subject that accounts for most of the concepts, with what it leaves over: for refusals."""
    found: list[tuple[tuple[int, int, int], Named]] = []
    for place, subject in enumerate(vocabulary.words().subjects.values()):
        for bag in subject.bags:
            if bag <= concepts:
                left = concepts - bag - subject.absorbs
                found.append(((len(left), -len(bag), place), Named(subject, concepts - left, left)))
    return min(found, key=lambda f: f[0])[1] if found else None


def several(
    segments: Sequence[frozenset[str]], optional: frozenset[str], counted: frozenset[int] = frozenset()
) -> list[Named] | None:
    """Subjects of a list ("CP and CIN visits", "CP visits and reviews", "initial and review conferences").

    Each segment is what stands between two "and"s. A segment that is a mere beginning borrows the kind from the
    next; a mere kind borrows the population from the one before. None if some segment cannot be read.
    counted: segments with a "number of" of their own, which lend nothing to the one before them.
    """
    spelled = {"icpc": frozenset({"initial", "conference"}), "rcpc": frozenset({"review", "conference"})}
    if sum(bool(s) for s in segments) > 1:
        for short, long in spelled.items():
            segments = [s - {short} | long if short in s else s for s in segments]
    told = [s for s in segments if s]
    heads = (
        bool(told)
        and told[0] <= KINDS - {"child"}
        and len(told) > 1
        and all(s <= POPULATIONS for s in told[1:])
    )
    kinds = told[0] if heads else None
    found: list[Named] = []
    for place, segment in enumerate(segments):
        if kinds is not None and segment is told[0]:
            continue  # "reviews, LAC and CP": the kind is said once, for each that follows
        if not segment:
            continue
        tries: list[frozenset[str]] = []
        later = next((s for s in segments[place + 1 :] if s), None)
        if place + 1 in counted:
            later = None
        earlier = next((s for s in reversed(segments[:place]) if s), None)
        if kinds is not None and segment <= POPULATIONS:
            tries.append(segment | kinds)
        if later is not None and segment <= POPULATIONS | WHICH | {"child"}:
            borrowed = later - POPULATIONS - WHICH
            if segment & WHICH and "review" in later and "conference" in later:
                borrowed -= {"review"}
            tries.append(segment | borrowed)
        if later is not None and segment == {"review"} and "conference" in later:
            tries.append(segment | {"conference"})
        if earlier is not None and "child_voice" in earlier and segment <= {"review", "audit", "lac"}:
            tries.append(segment | {"child_voice"})
        if earlier is not None and not segment & POPULATIONS and segment <= KINDS | WHICH:
            tries.append(segment | (earlier & POPULATIONS))
            if earlier & {"icpc", "rcpc"}:
                tries.append(segment | {"cp"})
        if earlier is not None and segment <= POPULATIONS and earlier - POPULATIONS - {"child", "open"}:
            tries.append(segment | (earlier - POPULATIONS))
        tries.append(segment)
        if later is not None and not segment & POPULATIONS:
            tries.append(segment | (later - POPULATIONS))
        if earlier is not None:
            tries.append(segment | earlier)
            tries.append(segment | (earlier - POPULATIONS))
        named = next((n for n in (best_subject(t, optional) for t in tries) if n is not None), None)
        if named is None:
            return None
        found.append(named)
    return found or None


@cache
def subjects_of(slug: str) -> tuple[Subject, ...]:
    """The subjects that a measure belongs to, the most specific first."""
    found = [s for s in vocabulary.words().subjects.values() if slug in s.every_slug]
    return tuple(sorted(found, key=lambda s: (len(s.every_slug), -max(len(b) for b in s.bags))))


def subject_of(slugs: Sequence[str]) -> Subject | None:
    """The subject whose measures these are: the smallest that holds them all."""
    wanted = frozenset(slugs)
    found = [s for s in vocabulary.words().subjects.values() if wanted and wanted <= s.every_slug]
    return min(found, key=lambda s: (len(s.every_slug), s.name)) if found else None


def canonical(subject: Subject) -> frozenset[str]:
    """The concepts that name a subject, in the words that a follow-up can change one of."""
    spelled = {
        "initial_conferences": frozenset({"initial", "conference"}),
        "review_conferences": frozenset({"cp", "review"}),
        "conferences": frozenset({"cp", "conference"}),
        "carer_assessments": frozenset({"carer_assessment"}),
        "complaints_received": frozenset({"complaint", "received"}),
    }
    if subject.name in spelled:
        return spelled[subject.name]
    return max(subject.bags, key=lambda bag: (len(bag & (POPULATIONS | KINDS)), -len(bag), sorted(bag)))


@cache
def limits_of(subject: Subject) -> frozenset[str]:
    """The subject's timescale as normalised words."""
    return frozenset(" ".join(norms_of(limit)) for limit in subject.limits)


def is_share(slugs: Iterable[str]) -> bool:
    return all(CATALOGUE[slug].kind == "Share" for slug in slugs)


@cache
def every_overdue() -> tuple[str, ...]:
    """Every measure that ends in overdue."""
    return tuple(slug for slug in CATALOGUE if slug.endswith("_overdue"))


@cache
def every_exception() -> tuple[str, ...]:
    """Every overdue and every unallocated measure (umbrella "everything overdue")."""
    return tuple(slug for slug in CATALOGUE if slug.endswith(("_overdue", "_unallocated")))


def has_a_date(slug: str) -> bool:
    """Whether what the measure is about falls due on a day, so that "what is due" can be asked of it."""
    subject = subject_of([slug])
    return subject is not None and any(falls_due(one) for one in subject.overdue)


def falls_due(slug: str) -> bool:
    """Whether the measure is a backlog of duties, whose rows have days overdue."""
    measure = CATALOGUE[slug]
    return isinstance(measure, Backlog) and bool(measure.clocks)
