"""What a follow-up takes back: "no, ...", "September, not October", "not just under 5s"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.understanding.asked import Asked
from bot.understanding.pieces import Piece
from bot.understanding.subjects import POPULATIONS, canonical, subject_of
from kpi_engine.question import Question

if TYPE_CHECKING:
    from bot.understanding.laying import Laying

DENIALS = frozenset({"not", "and not", "but not", "rather than", "instead of"})
BETWEEN = frozenset({"in", "for", "the", "of", "at", "on", "last", "to"})
FIRST_WORDS = frozenset({"no", "nope", "nah"})


def discourse(asked: Asked) -> None:
    """A "no" or "now" that only opens the message denies nothing and says no time."""
    pieces = [p for p in asked.cut.pieces if not (p.has("talk") and p.norm not in FIRST_WORDS)]
    if len(pieces) < 2:
        return
    first, second = pieces[0], pieces[1]
    if first.norm in FIRST_WORDS and (
        second.norm == "," or second.has("follow") or second.name or second.when
    ):
        asked.use(first, "ignorable")
    last = pieces[-1]
    if first.norm in FIRST_WORDS and second is last and second.value("concept") in POPULATIONS:
        asked.use(first, "ignorable")  # "no CIN" after CP visits
    for piece, beside in ((first, second), (last, pieces[-2])):
        if piece.norm == "next" and (beside.norm == "," or beside.name):
            asked.use(piece, "ignorable")  # "next, CSWT 2"
    if first.norm == "now" and second.norm != "," and not second.when:
        asked.use(first, "ignorable")


def denied(asked: Asked, base: Question) -> None:
    """Takes out what stands behind a "not" where the same sort of thing is said beside it. A part of the subject must
    be one of the last question: "CIN not CP" after CP visits, but not "CP visits not done"."""
    pieces = asked.cut.pieces
    for place, piece in enumerate(pieces):
        if piece.norm not in DENIALS:
            continue
        behind = [p for p in pieces[place + 1 :] if p.norm not in BETWEEN]
        if not behind:
            continue
        taken = _taken_back(asked, behind, base)
        if taken:
            asked.use_all([piece, *taken], "ignorable", "taken back")
            asked.units = [(p, ids) for p, ids in asked.units if p not in taken]
            asked.workers = [(p, ids) for p, ids in asked.workers if p not in taken]
            asked.children = [(p, child) for p, child in asked.children if p not in taken]


def _taken_back(asked: Asked, behind: list[Piece], base: Question) -> list[Piece]:
    first = behind[0]
    for named in (asked.units, asked.workers, asked.children):
        places = [p for p, _ in named]
        if first in places:
            return [first] if len(places) > 1 else []
    if first.when is not None:
        return [first] if sum(p.when is not None for p in asked.cut.pieces) > 1 else []
    run: list[Piece] = []
    for piece in behind:
        if not piece.has("concept"):
            break
        run.append(piece)
    old = subject_of(base.measures)
    if not run or old is None:
        return []
    about = canonical(old) | old.absorbs | {c for bag in old.bags for c in bag}
    others = [p for p in asked.concepts if p not in run]
    return run if others and all(p.value("concept") in about for p in run) else []


def widened_age(walker: Laying) -> None:
    """ "Not just under 5s": the age of the last question no longer narrows it."""
    asked = walker.asked
    for piece, amount in list(walker.amounts):
        before = [
            p for p in asked.cut.pieces if p.end == piece.first or (p.end < piece.first and p.has("negation"))
        ]
        words = {word for p in before for word in p.norm.split()}
        if amount.what == "age" and "not" in words:
            walker.amounts = [(p, a) for p, a in walker.amounts if p is not piece]
            asked.use_all([piece, *before], "filter", "none")
            walker.base = walker.base.but(
                filters=tuple(pair for pair in walker.base.filters if not pair[0].startswith("age_"))
            )
