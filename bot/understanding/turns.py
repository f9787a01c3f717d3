"""What a turn of a conversation leans on: small readings that only make sense after another answer. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.understanding.asked import Asked
from bot.understanding.pieces import Cut, Piece
from bot.understanding.reading import Choice
from bot.understanding.subjects import POPULATIONS, subjects_of
from bot.understanding.vocabulary import Vocabulary
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import Question, UnitRef

ROWS = frozenset({"children", "kids", "cases", "names", "rows", "people"})
BETTER = frozenset({"better", "worse", "any better", "any worse", "higher", "lower"})
"""Said of another period, they ask for its number beside the last one: "were they better last month"."""
THAT_TEAM = frozenset({"the whole team", "whole team", "all the team", "the whole of the team"})
"""In a conversation about a team, the whole of it, whosever it is."""
_FAMILIES = {
    "child_protection": "cp",
    "child_in_need": "cin",
    "looked_after": "lac",
    "care_leavers": "leaver",
}
_PAST_45 = re.compile(r"(?:past|over|beyond|after) (?:the )?45 (?:working )?day")
_OF_THOSE = frozenset({"of", "them", "those", "these", "are", "were", "and", "so", "ok", "the"})


def once_more(piece: Piece, cut: Cut) -> bool:
    """ "CSWT 2 again": asked once more, and no plan that was repeated."""
    return piece.norm == "again" and (piece is cut.pieces[-1] or piece is cut.pieces[0])


def people_of(slugs: Sequence[str]) -> frozenset[str]:
    """The population that measures without one in their name are about: core groups are child protection's."""
    families = {CATALOGUE[slug].family for slug in slugs}
    return (
        frozenset({_FAMILIES[families.pop()]})
        if len(families) == 1 and families <= _FAMILIES.keys()
        else frozenset()
    )


def counted_of_those(cut: Cut, base: Question | None) -> tuple[str, ...]:
    """ "How many are CIN?" after an umbrella: its measures of those children; () where it says more or has none."""
    named = [p for p in cut.pieces if p.has("concept")]
    if (
        base is None
        or len(base.measures) < 2
        or len(named) != 1
        or not any(t.norm == "are" for t in cut.tokens)
    ):
        return ()
    people = named[0].value("concept")
    rest = [p for p in cut.pieces if p is not named[0] and not p.has("show", "count")]
    spare = all(set(p.norm.split()) <= _OF_THOSE or p.norm in (",", "?") for p in rest)
    if people not in POPULATIONS or not spare or named[0] is not cut.pieces[-1]:
        return ()
    found = tuple(
        slug for slug in base.measures
        if people in people_of((slug,))
        or any(people in bag for subject in subjects_of(slug)[:1] for bag in subject.bags)
    )  # fmt: skip
    return found if 0 < len(found) < len(base.measures) else ()


def several_meant(piece: Piece, cut: Cut) -> bool:
    """ "List the children": all of them, though its words come out as "the child"."""
    return piece.has("point", "that_child") and cut.tokens[piece.end - 1].low in ROWS


def asks_for_the_rows(cut: Cut) -> bool:
    """ "Show me", "show me the ones in CSWT 2" after a number: its rows."""
    if not any(p.has("show", "show_me") for p in cut.pieces) or any(
        p.has("show", "count") for p in cut.pieces
    ):
        return False
    ones = any(t.norm in ("ones", "one", "them", "those") or t.low in ROWS for t in cut.tokens)
    return ones or all(p.has("show", "show_me") or p.has("ignorable") or p.has("talk") for p in cut.pieces)


def the_number(asked: Asked) -> bool:
    """ "What's the number?": of what was shown; "what are the numbers" asks for the briefing."""
    pieces = [p for p in asked.open if is_the_number(p, asked.cut)]
    asked.use_all(pieces, "show", "headline")
    return bool(pieces)


def is_the_number(piece: Piece, cut: Cut) -> bool:
    """One number, though the briefing is asked for in nearly the same words."""
    last = cut.tokens[piece.end - 1].low
    return piece.has("show", "briefing") and last in ("number", "figure", "total")


def the_other_one(asked: Asked, base: Question) -> None:
    """ "And the other Chloe?": of two who bear the name, the one that the last answer was not about."""
    for place, (piece, ids) in enumerate(asked.workers):
        before = [p for p in asked.open if p.end == piece.first and p.norm.split()[-1] == "other"]
        if before and len(ids) == 2 and base.worker in ids:
            asked.workers[place] = (piece, tuple(i for i in ids if i != base.worker))
            asked.use_all(before, "worker", "other")


def past_the_limit(asked: Asked, base: Question) -> list[Piece]:
    """ "Past 45 days" after open assessments: beyond their own limit, no period that has passed."""
    if not base.measures or any(CATALOGUE[slug].family != "assessment" for slug in base.measures):
        return []
    return [p for p in asked.open if p.when is not None and _PAST_45.fullmatch(p.norm)]


def wider_unit(asked: Asked, base: Question, vocabulary: Vocabulary) -> UnitRef | None:
    """ "For the service", "back to the whole service": the service of the team last asked about; "the team" after
    one worker: the whole of it."""
    if asked.units:
        return None
    if base.unit.kind == "team" and asked.find("own") and all(p.norm in THAT_TEAM for p in asked.find("own")):
        return base.unit
    if asked.find("own"):
        return None
    words = {word for p in (*asked.find("level"), *asked.find("whole")) for word in p.norm.split()}
    if "service" in words and base.unit.kind == "team":
        services = [
            u for u in vocabulary.path(base.unit.id)
            if u in vocabulary.units and vocabulary.units[u].kind == "service"
        ]  # fmt: skip
        return vocabulary.unit(services[0]) if services else None
    if "team" in words and base.worker and base.unit.kind == "team":
        return base.unit
    return None


def still_several(asked: Asked, choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """The choices that "the CP ones" leaves, where it leaves more than one; () where it is another question."""
    named = asked.concepts
    if len(named) != 1 or named[0].value("concept") not in POPULATIONS:
        return ()
    others = [
        p for p in asked.open
        if p is not named[0] and not (p.has("ignorable") or p.has("follow") or p.has("point") or p.norm == ",")
    ]  # fmt: skip
    people = named[0].value("concept")
    fitting = tuple(c for c in choices if c.question.measures and people in people_of(c.question.measures))
    return fitting if not others and 1 < len(fitting) < len(choices) else ()
