"""Targets: dated values of the improvement plan, and the traffic lights that follow from them (measures.md).

The file is data a manager edits; a file of the same form at PERFBOT_HOME/targets.yaml takes its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from kpi_engine import yaml_file
from kpi_engine.answer import Rag
from kpi_engine.measure import Average, Backlog, Measure, Rate, Share, Stock
from kpi_engine.measures import CATALOGUE
from kpi_engine.yaml_file import YamlFile

SHIPPED = "hillingdon_2014_16.yaml"


@dataclass(frozen=True)
class Target:
    """One measure's target. steps: (applies from, value), oldest first.  weekly: a value for each week of a period.
    by_team_kind: other values for teams of a kind."""

    work_stream: str
    wording: str = ""
    steps: tuple[tuple[date, float], ...] = ()
    weekly: float | None = None
    by_team_kind: Mapping[str, float] = field(default_factory=dict)

    def on(self, when: date, team_kind: str = "") -> float | None:
        """The value in force on a date: the last step on or before it; None before the first."""
        current = None
        for since, value in self.steps:
            if since <= when:
                current = value
        if current is not None and team_kind in self.by_team_kind:
            return self.by_team_kind[team_kind]
        return current


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


@cache
def shipped() -> Targets:
    """The plan's targets as they come with the engine."""
    return read(resources.files(__package__).joinpath(SHIPPED).read_text("utf-8"), SHIPPED)


def targets(home: Path | None = None) -> Targets:
    """The authority's own targets at home/targets.yaml, else the plan's."""
    own = home / "targets.yaml" if home else None
    return _targets(yaml_file.read_file(own)) if own and own.exists() else shipped()


def read(text: str, source: str) -> Targets:
    """A target file. Raises InputError naming the file, the line and what is wrong."""
    return _targets(yaml_file.parse(text, source))


def _targets(file: YamlFile) -> Targets:
    entries = file.told.get("targets") or {}
    if not isinstance(entries, dict):
        raise file.fault("targets should hold one entry for each measure.", "targets")
    found = {slug: _target(str(slug), entry or {}, file) for slug, entry in entries.items()}
    return Targets(str(file.told.get("plan", "")), found, _trajectory(file), Amber(**_amber(file)))


def _target(slug: str, entry: Any, file: YamlFile) -> Target:
    if slug not in CATALOGUE:
        raise file.fault(
            f"{slug} is no measure of the catalogue; correct its spelling or take it out.", "targets", slug
        )
    unknown = sorted(set(entry) - TARGET_SETTINGS) if isinstance(entry, dict) else [str(entry)]
    if unknown:
        raise file.fault(f"{unknown[0]} is no setting of a target.", "targets", slug, unknown[0])
    steps, kinds = entry.get("steps") or {}, entry.get("by_team_kind") or {}
    if not isinstance(steps, dict) or not all(type(d) is date and _number(v) for d, v in steps.items()):
        raise file.fault(
            f"the steps of {slug} should each be a date and a number, such as 2015-09-30: 95.",
            "targets", slug, "steps",
        )  # fmt: skip
    if not isinstance(kinds, dict) or not all(isinstance(k, str) and _number(v) for k, v in kinds.items()):
        raise file.fault(
            f"by_team_kind of {slug} should give a number for each kind of team, such as assessment: 15.",
            "targets", slug, "by_team_kind",
        )  # fmt: skip
    weekly = entry.get("weekly")
    if weekly is not None and not _number(weekly):
        raise file.fault(f"weekly of {slug} should be a number.", "targets", slug, "weekly")
    return Target(
        str(entry.get("work_stream", "local")), str(entry.get("wording", "")), tuple(sorted(steps.items())), weekly,
        kinds,
    )  # fmt: skip


TARGET_SETTINGS = {"work_stream", "wording", "steps", "weekly", "by_team_kind"}


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _trajectory(file: YamlFile) -> Trajectory | None:
    entry = file.told.get("trajectory")
    if not entry:
        return None
    try:
        baselines = tuple(sorted(entry["baselines"]))
        if entry["measure"] not in CATALOGUE or not all(type(day) is date for day in baselines):
            raise ValueError
        return Trajectory(
            entry["measure"], str(entry["work_stream"]), str(entry["wording"]), float(entry["weekly"]),
            float(entry["floor_percent"]), baselines,
        )  # fmt: skip
    except (KeyError, TypeError, ValueError):
        raise file.fault(
            "the trajectory needs measure, work_stream, wording, weekly, floor_percent and baselines (dates).",
            "trajectory",
        ) from None


def _amber(file: YamlFile) -> dict[str, float]:
    entry = file.told.get("amber") or {}
    unknown = (
        sorted(set(entry) - set(Amber.__dataclass_fields__)) if isinstance(entry, dict) else [str(entry)]
    )
    if unknown:
        raise file.fault(f"amber has no setting {unknown[0]}.", "amber", unknown[0])
    wrong = next((name for name, value in entry.items() if not _number(value) or value < 0), None)
    if wrong:
        raise file.fault(f"{wrong} of amber should be a number, nought or more.", "amber", wrong)
    return {name: float(value) for name, value in entry.items()}
