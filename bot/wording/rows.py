"""Rows of a list in words: who, how long over, since when, with whom.

Rows are of five shapes (kpi_engine.answer.Row): ledger rows, workers against a standard, teams, children, and
restricted cases, of which nothing is said but the team.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from bot.wording.names import Names
from bot.wording.phrases import amount, of
from bot.wording.plain import counted, iso_day, number
from kpi_engine.answer import MeasureAnswer, Row
from kpi_engine.measure import Backlog
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import ALL

Shape = Literal["ledger", "worker", "team", "child", "restricted"]
RESTRICTED = "restricted"
_SUBJECTS = {"workforce": "Worker", "fostering_adoption": "Assessment", "quality": "Record"}
_SUBJECT_PLURALS = {
    "Worker": "workers",
    "Assessment": "assessments",
    "Record": "records",
    "Child": "children",
}


def shape(row: Row) -> Shape:
    """Which of the five shapes a row has."""
    if row.get("restricted"):
        return "restricted"
    if "clock" in row or "due_date" in row:
        return "ledger"
    if row.get("child_id"):
        return "child"
    return "worker" if row.get("worker_id") and "value" in row else "team"


def subject(slug: str | None, row: Row | None = None) -> str:
    """What the first column of a list is called: "Child", "Worker", "Team", "Assessment" or "Record".

    No slug: a ledger row of no measure, which is about a child.
    """
    if row is not None and shape(row) in ("worker", "team"):
        return "Team" if shape(row) == "team" else "Worker"
    return _SUBJECTS.get(of(slug).family, "Child") if slug else "Child"


def is_about_children(slug: str, row: Row) -> bool:
    """Whether "why?" can be asked of the row: its id is a child's."""
    return subject(slug, row) == "Child" and bool(row.get("child_id"))


def backlog_of(row: Row) -> str | None:
    """The backlog that a ledger row counts in, by its clock; None for a clock that no backlog counts."""
    for slug, measure in CATALOGUE.items():
        if isinstance(measure, Backlog) and row.get("clock") in measure.clocks:
            return slug
    return None


def label(slug: str | None, row: Row, names: Names) -> str:
    """What the row is about: a child's id as it is, a worker's name, a team's name."""
    if shape(row) == "restricted":
        return RESTRICTED
    kind = subject(slug, row)
    if kind == "Team":
        return names.unit(row.get("team_id"))
    if kind == "Worker":
        return names.worker(row.get("worker_id"))
    return str(row.get("child_id") or row.get("subject_id") or "")


@dataclass(frozen=True)
class RowWords:
    """One row, in the pieces that a table puts in columns and a sentence puts in a line.

    when: the due date.  over: "13 days over", "due", "3 days late", "" where no date counts.
    """

    label: str
    when: str
    over: str
    worker: str
    team: str

    @property
    def days(self) -> str:
        """`over` for a column headed "Days over": "13"; other states in words ("3 days late")."""
        count, _, rest = self.over.partition(" ")
        return count if rest in ("day over", "days over") else self.over

    @property
    def line(self) -> str:
        due = f"due {self.when}" if self.when else ""
        parts = [p for p in (self.over if self.over != "due" else "", due, self.worker, self.team) if p]
        return f"{self.label}: {', '.join(parts)}" if parts else self.label


def words(slug: str | None, row: Row, names: Names, as_at: date) -> RowWords:
    """The row in words; the worker's name only where `names` permits it."""
    kind = shape(row)
    team = names.unit(row.get("team_id"))
    who = names.worker(row.get("worker_id"))
    if kind == "restricted":
        return RowWords(RESTRICTED, "", "", "", team)
    if kind == "team":
        return RowWords(label(slug, row, names), "", _against(slug, row), "", "")
    if kind == "worker":
        return RowWords(label(slug, row, names), "", _against(slug, row), "", team)
    if subject(slug, row) == "Worker":
        who = ""
    return RowWords(
        label(slug, row, names), iso_day(row.get("due_date"), as_at), over(row), who, team
    )  # fmt: skip


def over(row: Row) -> str:
    """How a ledger row stands against its date: "13 days over", "3 days late", "ended 2 days over", "due"."""
    status = row.get("status") or ("overdue" if row.get("days_overdue") else "")
    days = row.get("days_overdue") or 0
    if status == "overdue":
        return f"{counted(days, 'days')} over"
    if status == "done_late":
        return f"{counted(days, 'days')} late"
    if status == "missed":
        return f"never done, ended {counted(days, 'days')} over"
    return {"due": "due", "done_in_time": "in time", "lapsed": "lapsed"}.get(status, "")


def _against(slug: str | None, row: Row) -> str:
    if row.get("value") is None:
        return ""
    value = (
        amount(float(row["value"]), of(slug))
        if slug and of(slug).kind == "Average"
        else number(float(row["value"]))
    )
    standard = row.get("standard")
    return f"{value} against {number(float(standard))}" if standard is not None else value


def not_shown(a: MeasureAnswer, held_back: tuple[str, ...], limit: int | None) -> int | None:
    """How many rows are in units that may not be seen here; None where that is not known."""
    if (
        not held_back
        or a.rows is None
        or a.value is None
        or limit is not None
        or of(a.measure).kind != "Backlog"
    ):
        return None
    return max(int(a.value) - len(a.rows), 0)


def held_back(units: tuple[str, ...], names: Names, count: int | None, *, some_shown: bool = True) -> str:
    """The sentence about rows that exist and may not be shown; "" when nothing is held back."""
    if not units:
        return ""
    # the engine names the authority for rows that no team holds
    shown = ["no team" if u == ALL else names.unit(u) for u in units[:4]]
    where = ", ".join(shown) + (f" and {len(units) - 4} more units" if len(units) > 4 else "")
    if count:
        start = (
            counted(count, "more")
            if some_shown
            else f"All {counted(count, 'rows')}"
            if count > 1
            else "The one row"
        )
        return f"{start} {'is' if count == 1 else 'are'} in units you may not see here: {where}."
    return f"Units whose lists you may not see here are left out of the list: {where}."


def finding(row: Mapping[str, Any], names: Names) -> str:
    """A data-quality finding in one line: what is wrong, in which table and row, for whom, in which team."""
    where = " ".join(str(row[k]) for k in ("table", "key") if row.get(k))
    team = names.unit(str(row["team_id"])) if row.get("team_id") else ""
    parts = [p for p in (where, str(row.get("child_id") or ""), team) if p]
    what = str(row.get("detail") or row.get("rule") or "A doubtful row").rstrip(".")
    return f"{what} ({', '.join(parts)})." if parts else f"{what}."


def plural(kind: str) -> str:
    """The plural of a `subject`, for "show all 57 children"."""
    return _SUBJECT_PLURALS.get(kind, "rows")
