"""A targets file read and checked: every fault at once, each with its line and what to do about it.

The engine reads its targets with the same function, so a file that passes the check is a file that counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from difflib import get_close_matches
from itertools import pairwise
from math import isfinite
from typing import Any

from kpi_engine import yaml_file
from kpi_engine.measure import Flow, Measure, Rate, Share, Stock
from kpi_engine.measures import CATALOGUE
from kpi_engine.organisation import TEAM_KINDS
from kpi_engine.question import ALL
from kpi_engine.targets.plan import Amber, Steps, Target, Targets, Trajectory
from kpi_engine.yaml_file import Fault, YamlFile

TOP = ("plan", "amber", "trajectory", "targets")
TARGET_SETTINGS = ("work_stream", "wording", "unit", "steps", "weekly", "red", "by_team_kind", "by_unit")
TRAJECTORY_SETTINGS = ("measure", "work_stream", "wording", "weekly", "floor_percent", "baselines")
AMBER_SETTINGS = tuple(Amber.__dataclass_fields__)
EXAMPLE = "2015-09-30: 95"


def read_all(text: str, source: str, units: Iterable[str] | None = None) -> tuple[Targets, list[Fault]]:
    """The targets as far as they can be read, and every fault by line.

    units: ids of the teams and services there are, to check those that have targets of their own against; None where
    no extract is at hand (the engine's own reading: a team gone by a later extract is no reason not to open it).
    """
    file, faults = yaml_file.parse_all(text, source)
    reader = _Reader(file, faults, None if units is None else tuple(units))
    return reader.targets(), sorted(set(faults))


class _Reader:
    """Reads entry by entry, and goes on after a fault."""

    def __init__(self, file: YamlFile, faults: list[Fault], units: tuple[str, ...] | None) -> None:
        self._file, self._faults, self._units = file, faults, units

    def _fault(self, sentence: str, *keys: str) -> None:
        self._faults.append(Fault(self._file.line(*keys), sentence))

    def targets(self) -> Targets:
        for name in self._file.told:
            if name not in TOP:
                self._fault(f"{name} is no part of a targets file{_nearest(name, TOP)}.", str(name))
        trajectory = self._trajectory()
        entries = self._entries("targets should hold one entry for each measure.", "targets")
        found = {str(slug): self._target(str(slug), entry) for slug, entry in entries.items()}
        if trajectory is not None and trajectory.measure in found:
            self._fault(
                f"{trajectory.measure} follows the trajectory above, so a target here would never count; take it out.",
                "targets", trajectory.measure,
            )  # fmt: skip
        kept = {slug: target for slug, target in found.items() if target is not None}
        return Targets(str(self._file.told.get("plan") or ""), kept, trajectory, self._amber())

    def _entries(self, sentence: str, *keys: str) -> dict[Any, Any]:
        """A mapping of the file; a fault, and empty, where something else stands there."""
        found: Any = self._file.told
        for key in keys:
            found = found.get(key)
        if found is None or isinstance(found, dict):
            return found or {}
        self._fault(sentence, *keys)
        return {}

    # One measure's target

    def _target(self, slug: str, entry: Any) -> Target | None:
        wanted, place = CATALOGUE.get(slug), ("targets", slug)
        if wanted is None:
            self._fault(f"{slug} is no measure of the catalogue{_nearest(slug, CATALOGUE)}.", *place)
            return None
        if entry is not None and not isinstance(entry, dict):
            self._fault(f"{slug} needs its settings by name, such as steps: {{{EXAMPLE}}}.", *place)
            return None
        told, before = self._entries("", *place), len(self._faults)
        for name in told:
            if name not in TARGET_SETTINGS:
                self._fault(
                    f"{name} is no setting of a target{_nearest(name, TARGET_SETTINGS)}.", *place, str(name)
                )
        self._unit(wanted, told)
        steps = self._steps(wanted, told.get("steps"), *place, "steps")
        target = Target(
            self._words(told, "local", *place, "work_stream"), self._words(told, "", *place, "wording"), steps,
            self._weekly(wanted, told), self._kinds(wanted, told, steps), self._by_unit(wanted, told, steps),
            self._number(wanted, told.get("red"), *place, "red"),
        )  # fmt: skip
        self._check_red(wanted, target)
        says = ("steps", "weekly", "wording", "by_team_kind", "by_unit")
        if len(self._faults) == before and not any(told.get(name) not in (None, {}, "") for name in says):
            self._fault(
                f"{slug} says no target: give dated steps ({EXAMPLE}), or what is wanted in words (wording).",
                *place,
            )
        return target

    def _words(self, told: dict[Any, Any], default: str, *keys: str) -> str:
        value = told.get(keys[-1], default)
        if not isinstance(value, str) or (keys[-1] == "work_stream" and not value.strip()):
            self._fault(f"{keys[-1]} of {keys[-2]} should be a word or a sentence.", *keys)
            return default
        return value

    def _unit(self, wanted: Measure, told: dict[Any, Any]) -> None:
        """`unit` is there for the reader's sake; a wrong one means the number was meant otherwise."""
        if "unit" in told and told["unit"] != wanted.counts:
            self._fault(
                f"{wanted.slug} is counted in {wanted.counts}, not in {told['unit']}; say the target in that.",
                "targets", wanted.slug, "unit",
            )  # fmt: skip

    def _number(self, wanted: Measure, value: Any, *keys: str) -> float | None:
        """A number that the measure can have; None, with a fault, for any other."""
        if value is None and keys not in self._file.lines:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            self._fault(f"{_of(keys)} should be a number, not {value}.", *keys)
            return None
        if isinstance(wanted, Rate | Share) and not 0 <= value <= 100:
            self._fault(f"{_of(keys)} is a percentage and cannot be {value:g}; write 0 to 100.", *keys)
            return None
        if value < 0 and not isinstance(wanted, Flow):
            self._fault(f"{_of(keys)} cannot be less than 0.", *keys)
            return None
        return value

    def _steps(self, wanted: Measure, told: Any, *keys: str) -> Steps:
        """Dated values, in the order of their dates."""
        if told is None:
            return ()
        if not isinstance(told, dict):
            self._fault(f"{_of(keys)} should each be a date and a number, such as {EXAMPLE}.", *keys)
            return ()
        out: list[tuple[date, float]] = []
        before: date | None = None
        for since, value in told.items():
            name = str(since)
            if type(since) is not date:
                if self._is_said(*keys, name):
                    continue
                self._fault(f"{name} of {keys[-2]} is no date; write the day it applies from, such as {EXAMPLE}.",
                            *keys, name)  # fmt: skip
                continue
            if before is not None and since < before:
                self._fault(
                    f"the step of {since} stands after that of {before}; put the steps of {keys[-2]} in the order "
                    "of their dates.", *keys, name,
                )  # fmt: skip
            before = since
            number = self._number(wanted, value, *keys, name)
            if number is not None:
                out.append((since, number))
        return tuple(sorted(out))

    def _is_said(self, *keys: str) -> bool:
        """Whether the line has a fault already: a date that does not exist."""
        return any(fault.line == self._file.line(*keys) for fault in self._faults)

    def _weekly(self, wanted: Measure, told: dict[Any, Any]) -> float | None:
        place = ("targets", wanted.slug, "weekly")
        weekly = self._number(wanted, told.get("weekly"), *place)
        if "weekly" in told and not isinstance(wanted, Flow):
            self._fault(
                f"{wanted.slug} is no count of a week, so it can have no weekly target; give steps.", *place
            )
        for other in ("steps", "by_team_kind", "by_unit"):
            if "weekly" in told and other in told:
                self._fault(
                    f"{wanted.slug} has a weekly target, which its teams share; take {other} out.",
                    *place[:-1], other,
                )  # fmt: skip
        return weekly

    def _kinds(self, wanted: Measure, told: dict[Any, Any], steps: Steps) -> dict[str, float]:
        place = ("targets", wanted.slug, "by_team_kind")
        sentence = f"by_team_kind of {wanted.slug} should give a number for each kind of team, such as assessment: 15."
        entries = self._entries(sentence, *place) if "by_team_kind" in told else {}
        if entries and not steps:
            self._fault(f"by_team_kind of {wanted.slug} counts only beside steps; give the steps.", *place)
        out = {}
        for kind, value in entries.items():
            if kind not in TEAM_KINDS:
                self._fault(f"{kind} is no kind of team{_nearest(kind, TEAM_KINDS)}.", *place, str(kind))
            number = self._number(wanted, value, *place, str(kind))
            if number is not None:
                out[str(kind)] = number
        return out

    def _by_unit(self, wanted: Measure, told: dict[Any, Any], steps: Steps) -> dict[str, Steps]:
        """A team's or service's own targets: a number from the first general step on, or dated steps of its own."""
        place = ("targets", wanted.slug, "by_unit")
        sentence = f"by_unit of {wanted.slug} should give a team or service a number or dated steps, such as T11: 90."
        entries = self._entries(sentence, *place) if "by_unit" in told else {}
        out = {}
        for unit, value in entries.items():
            name = str(unit)
            if name == ALL:
                self._fault("ALL is the whole authority; put its target into steps.", *place, name)
            elif self._units is not None and name not in self._units:
                self._fault(
                    f"by_unit of {wanted.slug} names {name}, and the extract has no such team or service"
                    f"{_nearest(name, self._units)}.", *place, name,
                )  # fmt: skip
            if isinstance(value, dict):
                out[name] = self._steps(wanted, value, *place, name)
                continue
            number = self._number(wanted, value, *place, name)
            if number is not None:
                out[name] = ((steps[0][0] if steps else date.min, number),)
        return out

    def _check_red(self, wanted: Measure, target: Target) -> None:
        """From the target to `red` a number is amber: red may not lie on the good side of any target."""
        place, red = ("targets", wanted.slug, "red"), target.red
        if place not in self._file.lines or red is None:
            return
        if wanted.good_is == "neutral":
            self._fault(f"{wanted.slug} is a volume and has no colours; take red out.", *place)
            return
        values = [v for steps in (target.steps, *target.by_unit.values()) for _, v in steps]
        values += target.by_team_kind.values()
        if not values:
            self._fault(f"red of {wanted.slug} counts only beside a target in numbers; give steps.", *place)
        low = wanted.good_is == "low"
        wrong = [v for v in values if (red < v if low else red > v)]
        if wrong:
            better, side = ("less", "below") if low else ("more", "above")
            self._fault(
                f"red of {wanted.slug} ({red:g}) lies {side} its target {wrong[0]:g}, though {better} is better, so "
                "amber would lie beyond red; put red on the worse side of every target.", *place,
            )  # fmt: skip

    # The rest of the file

    def _trajectory(self) -> Trajectory | None:
        told = self._file.told.get("trajectory")
        if not told:
            return None
        before = len(self._faults)
        wants = f"the trajectory needs {', '.join(TRAJECTORY_SETTINGS[:-1])} and baselines (dates)."
        if not isinstance(told, dict) or not set(told) >= set(TRAJECTORY_SETTINGS):
            self._fault(wants, "trajectory")
            return None
        for name in told:
            if name not in TRAJECTORY_SETTINGS:
                near = _nearest(name, TRAJECTORY_SETTINGS)
                self._fault(f"{name} is no setting of the trajectory{near}.", "trajectory", str(name))
        wanted = CATALOGUE.get(str(told["measure"]))
        if not isinstance(wanted, Stock):
            counts = [slug for slug, one in CATALOGUE.items() if isinstance(one, Stock)]
            near = _nearest(told["measure"], counts)
            self._fault(
                f"{told['measure']} is no count on a day, and a trajectory is of one{near}.",
                "trajectory", "measure",
            )  # fmt: skip
        for name, most in (("weekly", None), ("floor_percent", 100)):
            value = told[name]
            if not _is_number(value) or value < 0 or (most is not None and value > most):
                bounds = f"from 0 to {most}" if most else "0 or more"
                self._fault(f"{name} of the trajectory should be a number, {bounds}.", "trajectory", name)
        days = told["baselines"]
        if not isinstance(days, list) or not days or not all(type(one) is date for one in days):
            self._fault("baselines of the trajectory should be dates, such as [2026-04-01, 2027-04-01].",
                        "trajectory", "baselines")  # fmt: skip
        elif any(later <= earlier for earlier, later in pairwise(days)):
            self._fault("put the baselines of the trajectory in the order of their dates, each once.",
                        "trajectory", "baselines")  # fmt: skip
        if len(self._faults) > before:
            return None
        return Trajectory(
            told["measure"], str(told["work_stream"]), str(told["wording"]), float(told["weekly"]),
            float(told["floor_percent"]), tuple(days),
        )  # fmt: skip

    def _amber(self) -> Amber:
        entries = self._entries("amber should hold its settings by name, such as points: 5.", "amber")
        out = {}
        for name, value in entries.items():
            if name not in AMBER_SETTINGS:
                self._fault(
                    f"amber has no setting {name}{_nearest(name, AMBER_SETTINGS)}.", "amber", str(name)
                )
            elif not _is_number(value) or value < 0:
                self._fault(f"{name} of amber should be a number, nought or more.", "amber", name)
            elif value > 100 and name != "backlog_least":
                sentence = f"{name} of amber is a percentage, so with {value:g} nothing would ever be red."
                self._fault(sentence, "amber", name)
            else:
                out[str(name)] = float(value)
        return Amber(**out)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _of(keys: tuple[str, ...]) -> str:
    """What a value is, in words: "2015-09-30 of rereferrals", "the steps of rereferrals"."""
    slug = keys[1]
    return f"the steps of {slug}" if keys[-1] == "steps" else f"{keys[-1]} of {slug}"


def _nearest(name: Any, known: Iterable[str]) -> str:
    """The name that was probably meant, as the end of a sentence."""
    found = get_close_matches(str(name), list(known), 1, 0.6)
    return f"; the nearest is {found[0]}" if found else "; correct its spelling or take it out"
