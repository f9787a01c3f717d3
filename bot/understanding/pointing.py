"""Words that point into the rows last shown: "the first one", "that child", "her caseload"."""

from __future__ import annotations

from bot.understanding import turns
from bot.understanding.asked import Asked
from bot.understanding.context import Context
from bot.understanding.draft import Problem
from bot.understanding.interpret import Interpreter
from bot.understanding.reading import Reading
from kpi_engine.question import Question

POINTS = ("first", "second", "third", "fourth", "fifth")


def point_at(walker: Interpreter, asked: Asked, held: Context, base: Question) -> None:
    """ "the first one", "that child", "her caseload" point into the rows last shown."""
    draft = walker.draft
    for piece in asked.cut.pieces:
        if not piece.has("point") or turns.several_meant(piece, asked.cut):
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
