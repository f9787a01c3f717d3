"""What a target is: dated values of the improvement plan, and the colours that follow from them (measures.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from kpi_engine.answer import Rag
from kpi_engine.measure import Average, Backlog, Measure, Rate, Share, Stock

Steps = tuple[tuple[date, float], ...]
"""(applies from, value), oldest first."""


@dataclass(frozen=True)
class Target:
    """One measure's target. steps: the authority's.  weekly: a value for each week of a period.
    by_team_kind: other values for teams of a kind.  by_unit: a team's or service's own steps, such as a contract's.
    red: worse than this is red, and amber reaches to it; None = as `Amber` says."""

    work_stream: str
    wording: str = ""
    steps: Steps = ()
    weekly: float | None = None
    by_team_kind: Mapping[str, float] = field(default_factory=dict)
    by_unit: Mapping[str, Steps] = field(default_factory=dict)
    red: float | None = None

    def on(self, when: date, team_kind: str = "", path: Sequence[str] = ()) -> float | None:
        """The value in force on a date: the last step on or before it; None before the first.

        path: the unit's id and those above it, the unit first: the nearest with a target of its own counts.
        """
        for unit_id in path:
            own = _in_force(self.by_unit.get(unit_id, ()), when)
            if own is not None:
                return own
        current = _in_force(self.steps, when)
        if current is not None and team_kind in self.by_team_kind:
            return self.by_team_kind[team_kind]
        return current


def _in_force(steps: Steps, when: date) -> float | None:
    """The value of the last step on or before the day."""
    return next((value for since, value in reversed(steps) if since <= when), None)


@dataclass(frozen=True)
class Trajectory:
    """measure: what is to come down.  weekly: by how much a week, all teams together.  floor_percent: of the baseline.
    baselines: days whose count is a baseline, oldest first."""

    measure: str
    work_stream: str
    wording: str
    weekly: float
    floor_percent: float
    baselines: tuple[date, ...]

    def baseline_on(self, when: date) -> date | None:
        """The baseline day in force."""
        past = [b for b in self.baselines if b <= when]
        return past[-1] if past else None

    def value(self, baseline: int, whole_baseline: int, weeks: int) -> float | None:
        """The target of a unit whose baseline is `baseline` of `whole_baseline`, so many whole weeks on."""
        if not whole_baseline:
            return None
        left = max(1 - self.weekly * weeks / whole_baseline, self.floor_percent / 100)
        return float(round(baseline * left))


@dataclass(frozen=True)
class Amber:
    """How far off target is still amber."""

    points: float = 5
    backlog_percent: float = 5
    backlog_least: float = 1
    stock_percent: float = 2
    average_percent: float = 5
    flow_percent: float = 5


@dataclass(frozen=True)
class Targets:
    plan: str
    targets: Mapping[str, Target]
    trajectory: Trajectory | None
    amber: Amber

    def rag(
        self, measure: Measure, value: float | None, of: float | None, target: float | None
    ) -> Rag | None:
        """Green meets the target, amber is near it, else red; None for a volume, without a value or a target."""
        if value is None or target is None or measure.good_is == "neutral":
            return None
        short = value - target if measure.good_is == "low" else target - value
        if short <= 0:
            return "green"
        told = self.targets.get(measure.slug)
        if told is not None and told.red is not None:
            beyond = value - told.red if measure.good_is == "low" else told.red - value
            return "red" if beyond > 0 else "amber"
        return "amber" if short <= self._near(measure, of, target) + 1e-9 else "red"

    def _near(self, measure: Measure, of: float | None, target: float) -> float:
        amber = self.amber
        if isinstance(measure, Rate | Share):
            return amber.points
        if isinstance(measure, Backlog):
            return max(amber.backlog_least, (of or 0) * amber.backlog_percent / 100)
        if isinstance(measure, Stock):
            return abs(target) * amber.stock_percent / 100
        percent = amber.average_percent if isinstance(measure, Average) else amber.flow_percent
        return abs(target) * percent / 100
