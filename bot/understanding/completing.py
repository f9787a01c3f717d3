"""Turns that complete a pending question: they pick a choice, name what was missing, or ask for less."""

from __future__ import annotations

from dataclasses import replace

from bot.understanding import turns, wording
from bot.understanding.asked import Asked, collect
from bot.understanding.context import Context
from bot.understanding.denied import discourse
from bot.understanding.draft import Env, words_of
from bot.understanding.laying import lay_over
from bot.understanding.leaning import content_of, is_correction
from bot.understanding.pieces import Cut, Piece
from bot.understanding.pointing import POINTS
from bot.understanding.reading import Choice, Reading
from bot.understanding.subjects import (
    subject_of,
)
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import Question


def complete(cut: Cut, env: Env, held: Context) -> Reading | None:
    """A turn that completes the pending question: picks a choice, names what was missing, asks for less."""
    asked = collect(cut, env.vocabulary, False)
    discourse(asked)
    content = content_of(cut)
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
            asked.units
            or asked.find("own", "strong")
            or asked.find("whole")
            or asked.find("filter")
            or (asked.children and held.pending.child)
            or (asked.workers and held.pending.worker)
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
        for p in content_of(cut)
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
