"""Signals: whether a number moved more than it always does (XmR control charts), and whether one family moved it.

Charts: England's "Making Data Count" uses the XmR chart: the mean, and limits at 2.66 times the mean moving range on
either side. Four rules tell a change from the ordinary wobble: a point outside the limits; seven in a row on one side
of the mean; seven in a row rising or falling; two of three close to one limit (in the outer third).
Families: the data has no family table. Children who were referred on the same day and share team, worker and start of
plan are counted as "possibly one family": a caution about small numbers, never a statement about anybody.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from kpi_engine.answer import Point
from kpi_engine.answering.words import said
from kpi_engine.days import NEVER
from kpi_engine.facts import NOBODY
from kpi_engine.measure import Measure, Rate, Share
from kpi_engine.sheet import Sheet
from kpi_engine.view import View

Rule = Literal["outside", "shift", "trend", "near"]
Sense = Literal["better", "worse", "change"]
FEWEST = 12
"""Points below which limits mean nothing (Making Data Count asks for twelve to fifteen)."""
LIMIT = 2.66
"""Mean moving range to three standard deviations: 3 / 1.128."""
RUN = 7
SMALL_OF = 10
"""Denominators under this make a week's percentage jump by ten points for one child."""
BIG_SHARE, LARGEST_LIST = 0.5, 20


@dataclass(frozen=True)
class Signal:
    """What the chart says of the newest point. rule: the first that holds, None for ordinary variation.
    sense: whether the change is for the better or the worse; "change" for volumes.  since: where the run began.
    """

    mean: float
    low: float
    high: float
    rule: Rule | None
    sense: Sense | None
    since: date | None
    points: int
    small: bool

    def to_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule, "sense": self.sense, "mean": self.mean, "low": self.low, "high": self.high,
            "since": self.since.isoformat() if self.since else None, "points": self.points,
            "small_numbers": self.small,
        }  # fmt: skip


def signal(wanted: Measure, points: Sequence[Point]) -> Signal | None:
    """The chart over the points, read at the newest one; None with fewer than twelve points that have a number, or
    where the newest has none."""
    known = [p for p in points if p.value is not None]
    if len(known) < FEWEST or not points or points[-1].value is None:
        return None
    values = [float(p.value) for p in known if p.value is not None]
    mean = sum(values) / len(values)
    ranges = [abs(b - a) for a, b in pairwise(values)]
    width = LIMIT * sum(ranges) / len(ranges)
    low, high = mean - width, mean + width
    found = _rule(values, mean, width)
    percent = isinstance(wanted, Rate | Share)
    rule, up, length = found if found else (None, False, 0)
    return Signal(
        round(mean, 1), round(_clipped(low, wanted), 1), round(min(high, 100.0) if percent else high, 1),
        rule, _sense(wanted, up) if rule else None, known[-length].date if length else None, len(known),
        percent and any((p.of or 0) < SMALL_OF for p in known),
    )  # fmt: skip


def _clipped(low: float, wanted: Measure) -> float:
    return low if wanted.slug == "cin_net_change" else max(low, 0.0)


def _rule(values: Sequence[float], mean: float, width: float) -> tuple[Rule, bool, int] | None:
    """(rule, whether upwards, how many points it rests on) of the newest point."""
    last = values[-1]
    if abs(last - mean) > width + 1e-9:
        return "outside", last > mean, 1
    for up in (True, False):
        side = _ending_run([(v > mean) if up else (v < mean) for v in values])
        if side >= RUN:
            return "shift", up, side
    for up in (True, False):
        steps = [(b > a) if up else (b < a) for a, b in pairwise(values)]
        rising = _ending_run(steps)
        if rising >= RUN - 1:
            return "trend", up, rising + 1
    if width:
        for up in (True, False):
            near = [((v - mean) if up else (mean - v)) > width * 2 / 3 + 1e-9 for v in values[-3:]]
            if near[-1] and sum(near) >= 2:
                return "near", up, 3
    return None


def _ending_run(flags: Sequence[bool]) -> int:
    """How many at the end are true."""
    count = 0
    for flag in reversed(flags):
        if not flag:
            break
        count += 1
    return count


def _sense(wanted: Measure, up: bool) -> Sense:
    if wanted.good_is == "neutral":
        return "change"
    return "better" if up == (wanted.good_is == "high") else "worse"


def sentences(wanted: Measure, found: Signal | None) -> tuple[str, ...]:
    """The signal in words, for a trend."""
    if found is None:
        return ()
    sign = "%" if isinstance(wanted, Rate | Share) else ""
    span = f"{found.low:g}{sign} to {found.high:g}{sign}"
    if found.rule is None:
        line = f"No signal: the newest point is within the usual wobble ({span}, mean {found.mean:g}{sign})."
    else:
        what = {
            "outside": f"the newest point is outside the usual range ({span}, mean {found.mean:g}{sign})",
            "shift": f"every week since {_day(found)} is on one side of the mean ({found.mean:g}{sign})",
            "trend": f"it has moved one way every week since {_day(found)}",
            "near": f"two of the last three weeks are close to a limit ({span})",
        }[found.rule]
        name = {"better": "Better", "worse": "Worse", "change": "A change"}[found.sense or "change"]
        line = f"{name}, and more than chance: {what}."
    small = "Some weeks rest on fewer than ten, so that one child moves them by ten points or more."
    return (line, small) if found.small else (line,)


def _day(found: Signal) -> str:
    return said(found.since) if found.since else "the beginning"


# Families


def family_sizes(view: View, sheets: Iterable[Sheet]) -> list[int]:
    """Sizes of groups of two and more children in the rows that may be one family, largest first."""
    found = [np.unique(sheet.child[sheet.child >= 0]) for sheet in sheets]
    children = np.unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)
    referred, planned = _latest_referral(view, children), _plan_start(view, children)
    worker, team = view.owners
    groups = Tally(
        (referred[c], int(team[c]), int(worker[c]), planned.get(c, NEVER))
        for c in children.tolist()
        if c in referred and worker[c] != NOBODY
    )
    return sorted((size for size in groups.values() if size > 1), reverse=True)


def _latest_referral(view: View, children: np.ndarray) -> dict[int, int]:
    """The day of each child's latest open referral."""
    frame, rows = view.facts["ssd_cin_episodes"], view.open_episodes
    wanted = rows[np.isin(frame.child[rows], children)]
    out: dict[int, int] = {}
    for child, when in zip(
        frame.child[wanted].tolist(), frame.day("cine_referral_date")[wanted].tolist(), strict=True
    ):
        out[child] = max(when, out.get(child, when))
    return out


def _plan_start(view: View, children: np.ndarray) -> dict[int, int]:
    frame, rows = view.facts["ssd_cp_plans"], view.open_cp_plans
    wanted = rows[np.isin(frame.child[rows], children)]
    starts = frame.day("cppl_cp_plan_start_date")[wanted].tolist()
    return dict(zip(frame.child[wanted].tolist(), starts, strict=True))


def family_note(view: View, sheets: Sequence[Sheet], what: str) -> list[str]:
    """A caution where what may be one family is at least half of a small number of children."""
    children = {c for sheet in sheets for c in sheet.child.tolist() if c >= 0}
    sizes = family_sizes(view, sheets)
    if not sizes or len(children) > LARGEST_LIST or sizes[0] < BIG_SHARE * len(children):
        return []
    who = f"All {sizes[0]}" if sizes[0] == len(children) else f"{sizes[0]} of the {len(children)}"
    return [f"{who} children who {what} share referral day, team, worker and plan: possibly one family."]
