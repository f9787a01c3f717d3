"""The small authority with figures: in every team one visit is overdue, for its child and its worker."""

from __future__ import annotations

from small_authority import CHILD_OF, TEAMS, SmallAuthority

from kpi_engine.answer import Answer, DataStamp, MeasureAnswer
from kpi_engine.errors import Unknown
from kpi_engine.question import Question, Scope


class SmallEngine(SmallAuthority):
    """Counts what it is asked. `leaks` makes it forget its scope, as a bug would."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Question] = []
        self.leaks = False

    @property
    def stamp(self) -> DataStamp:
        return DataStamp(self.as_at, "2026-11-16T07:00:00+00:00", "x1", 0)

    def ask(self, question: Question, scope: Scope) -> Answer:
        if question.show == "help":
            return Answer("answered", question, data=self.stamp)
        self.asked.append(question)
        if question.unit.id not in self.units:
            raise Unknown(f"There is no unit {question.unit.id!r}.")
        teams = [team for team in TEAMS if team in self.units_below(question.unit.id)]
        seen = [team for team in teams if self.leaks or scope.sees_children_of(team)]
        rows = None
        if question.show in ("list", "why"):
            rows = tuple(_row(team) for team in seen)
        found = tuple(
            MeasureAnswer(slug, float(len(teams)), 10.0, float(len(teams)), "children", rows=rows)
            for slug in question.measures
        )
        held_back = tuple(sorted(set(teams) - set(seen))) if question.show == "list" else ()
        return Answer("answered", question, found, held_back, self.stamp)


def _row(team: str) -> dict[str, object]:
    child = next(child for child, held in CHILD_OF.items() if held == team)
    return {
        "child_id": child, "clock": "cp_visit", "subject_id": f"S{child}", "sequence": 1,
        "start_date": "2026-10-01", "due_date": "2026-11-01", "done_date": None, "ended_date": None,
        "status": "overdue", "days_overdue": 14, "working_days_overdue": 10, "team_id": team,
        "worker_id": f"P{team[1:]}",
    }  # fmt: skip
