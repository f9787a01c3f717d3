"""The next step down from an answer: authority, service, team, worker, child. Questions only, no drawing."""

from __future__ import annotations

from bot.wording.names import Names
from bot.wording.phrases import of
from bot.wording.rows import is_about_children
from kpi_engine.answer import Group, MeasureAnswer, Row
from kpi_engine.question import By, Question


def breakdown(question: Question, names: Names) -> tuple[str, Question] | None:
    """Label and question that split a number by what lies below its unit; None at the bottom."""
    if question.worker or question.child:
        return None
    steps: dict[str, tuple[str, By]] = {
        "authority": ("By service", "service"),
        "service": ("By team", "team"),
        "team": ("By worker", "worker"),
    }
    label, by = steps[question.unit.kind]
    if by == "worker" and not names.sees_workers(question.unit.id):
        return None
    return label, question.but(show="compare", by=by, units=(), order="worst", limit=None)


def into(question: Question, group: Group, names: Names) -> Question | None:
    """The question behind one bar; None where nothing lies below, or nothing that may be seen."""
    if group.id is None:
        return None
    if question.by == "worker":
        return question.but(
            show=_rows_or_number(question), worker=group.id, by=None, units=(), order=None, limit=None
        )
    ref = names.ref(group.id)
    if ref is None:
        return None
    inner = question.but(unit=ref, units=(), limit=None)
    if ref.kind != "team":
        return inner.but(show="compare", by="team")
    if names.sees_workers(ref.id):
        return inner.but(show="compare", by="worker")
    return inner.but(show="headline", by=None, order=None)


def who(question: Question, slugs: tuple[str, ...], names: Names) -> Question | None:
    """The list behind a number, where its rows may be seen and the measure has rows."""
    listable = tuple(s for s in slugs if has_rows(s))
    if not listable or not names.sees_rows(question.unit.id):
        return None
    return question.but(show="list", measures=listable, by=None, order="worst", limit=None)


def why(question: Question, a: MeasureAnswer, row: Row) -> Question | None:
    """Why this child is on the list; None for rows that are not about a child."""
    if not is_about_children(a.measure, row):
        return None
    child = str(row["child_id"])
    return question.but(
        show="why", measures=(a.measure,), child=child, by=None, order=None, limit=None, filters=()
    )


def has_rows(slug: str) -> bool:
    """Whether a list can stand behind the measure: a mean has none worth reading."""
    return of(slug).kind not in ("Average", "Flow")


def _rows_or_number(question: Question) -> str:
    return "list" if any(has_rows(s) for s in question.measures) else "headline"
