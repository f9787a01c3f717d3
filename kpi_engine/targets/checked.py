"""What a check of a targets file found: its faults, or what it sets on a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kpi_engine.measures import CATALOGUE
from kpi_engine.targets.plan import Targets
from kpi_engine.targets.reading import read_all
from kpi_engine.yaml_file import Fault


@dataclass(frozen=True)
class CheckedTargets:
    """faults: what is wrong, by line; the counts below are of what could be read.  targets: measures with one.
    work_streams: of the plan, and "local".  steps: dated values.  in_force: measures whose target is a number on the
    day.  own: measures for which some team or service has its own.
    without: measures with no target.  units_known: whether ids of teams and services were checked.
    """

    source: str
    as_at: date
    faults: tuple[Fault, ...]
    targets: int
    work_streams: tuple[str, ...]
    steps: int
    in_force: int
    own: int
    without: tuple[str, ...]
    units_known: bool


def checked(text: str, source: str, as_at: date, units: Iterable[str] | None = None) -> CheckedTargets:
    """Check a file's text. units: ids of the teams and services there are, None where that is not known."""
    found, faults = read_all(text, source, units)
    told = found.targets
    streams = {one.strip() for target in told.values() for one in target.work_stream.split(",")}
    covered = set(told)
    if found.trajectory is not None:
        covered.add(found.trajectory.measure)
        streams.add(found.trajectory.work_stream)
    return CheckedTargets(
        source, as_at, tuple(faults), len(covered), tuple(sorted(streams)),
        sum(len(target.steps) + sum(map(len, target.by_unit.values())) for target in told.values()),
        _in_force(found, as_at), sum(bool(target.by_unit) for target in told.values()),
        tuple(slug for slug in CATALOGUE if slug not in covered),
        units is not None,
    )  # fmt: skip


def _in_force(found: Targets, as_at: date) -> int:
    numbers = sum(
        target.weekly is not None or target.on(as_at) is not None for target in found.targets.values()
    )
    trajectory = found.trajectory
    return numbers + (trajectory is not None and trajectory.baseline_on(as_at) is not None)
