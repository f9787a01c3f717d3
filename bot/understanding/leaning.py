"""Whether a message leans on the last answer: it names no subject, begins like an addition, points or corrects."""

from __future__ import annotations

from bot.understanding import turns
from bot.understanding.context import Context
from bot.understanding.draft import Env
from bot.understanding.pieces import Cut, Piece
from bot.understanding.pointing import POINTS
from bot.understanding.subjects import (
    KINDS,
    POPULATIONS,
    WHICH,
    best_subject,
    canonical,
    has_a_date,
    subject_of,
)
from kpi_engine.question import Question

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


FIGURES = frozenset({"rate", "%", "percentage", "proportion", "average", "number", "total"})
"""What makes bare words a question of their own: "NFA rate", "average caseload"."""
SENTENCES = frozenset(
    ["do", "does", "did", "have", "has", "had", "is", "are", "was", "were", "will", "would", "can", "could", "should",
     "we", "our", "my", "i", "what", "how", "who", "which", "when", "where", "why"]
)  # fmt: skip
AUXILIARIES = frozenset({"were", "are", "did", "do", "have", "had", "was"})


ADDED = frozenset({"and", "also", "plus", "and also"})


THE_SAME = frozenset({"the", "their", "those", "these", "its"})


def content_of(cut: Cut) -> list[Piece]:
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
    marker = marker_of(cut)
    if not concepts:
        return _leans(cut, held.question)
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
        and len(content_of(cut)) <= 3
    ):
        return _bare(cut) or concepts <= {"child"}
    base = held.question
    if cut.pieces[0].norm == "now":
        cut = Cut(cut.tokens, cut.pieces[1:])  # "now CIN visits" says no time
    if len(concepts) == 1 and concepts <= POPULATIONS | KINDS | WHICH | {"unallocated"}:
        return _bare(cut)  # "which are unallocated": half a subject, in whatever sentence
    return _bare(cut) and not _asks_by_itself(cut) and base is not None and bool(base.measures)


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


def _asks_by_itself(cut: Cut) -> bool:
    """ "Do all our care leavers have a pathway plan" is a sentence, "NFA rate" a figure: both start fresh."""
    fillers = {word for p in cut.pieces if not p.has("concept") for word in p.norm.split()}
    return bool(FIGURES & {t.norm for t in cut.tokens} or SENTENCES & fillers)


def marker_of(cut: Cut) -> str:
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
    return marker_of(cut) == "meant"


def _leans(cut: Cut, base: Question | None) -> bool:
    """Without a subject of its own, whether the message can lean on the last answer."""
    every = any(
        p.has("exceptions")
        or (p.has("every") and p.norm in ("everything", "anything", "all measure", "everything else"))
        for p in cut.pieces
    )
    briefing = any(p.has("show", "briefing") and not turns.is_the_number(p, cut) for p in cut.pieces)
    quality = any(p.has("quality") or p.has("show", "quality") for p in cut.pieces)
    if every or briefing or quality:
        return False
    norms = [t.norm for t in cut.tokens]
    what = norms[:2] in (["what", "is"], ["what", "are"], ["anything"])
    falls_due = base is not None and bool(base.measures) and all(map(has_a_date, base.measures))
    if (
        what
        and any(p.has("aspect", "overdue", "late", *(() if falls_due else ("due",))) for p in cut.pieces)
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
