"""Care periods and short breaks (rules 2).

All ssd_cla_episodes that share person and clae_cla_id are one care period. A period during which every legal status
on record up to D is V3 or V4 is a short break and has no looked-after clocks; one that begins under V3 or V4 and goes
on under another status starts, for every clock but cin_plan, on the first day of that other status.

What is known changes with D, so a period has one or more versions, each with the days D on which it is the truth.
Source: Care Planning, Placement and Case Review (England) Regulations 2010, reg 48 (short breaks).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kpi_engine.days import NEVER, Days, Mask
from kpi_engine.facts import Codes, Facts

SHORT_BREAK_STATUSES = ("V3", "V4")


@dataclass(frozen=True)
class CarePeriods:
    """Versions of care periods, one array entry each.

    period: number of the period.  own_start: its first day.  start: the first day of its clocks, NEVER while it is a
    short break.  end: the day it ended, as known in this version.  valid_from <= D < valid_to.
    """

    child: Codes
    period: Codes
    cla_id: NDArray[np.object_]
    own_start: Days
    start: Days
    end: Days
    valid_from: Days
    valid_to: Days

    @property
    def final(self) -> Mask:
        """The newest version of each period."""
        return self.valid_to > NEVER


def care_periods(facts: Facts) -> CarePeriods:
    """Every version of every care period of an extract."""
    episodes = facts["ssd_cla_episodes"]
    start, end = episodes.day("clae_cla_episode_start_date"), episodes.day("clae_cla_episode_ceased_date")
    cla_id = episodes.text("clae_cla_id")
    use = np.flatnonzero((start < NEVER) & (episodes.child >= 0))
    groups: dict[tuple[int, str], list[int]] = {}
    for row in use[np.argsort(start[use], kind="stable")]:
        groups.setdefault((int(episodes.child[row]), str(cla_id[row])), []).append(int(row))
    statuses = _statuses(facts)
    rows: list[tuple[int, int, str, int, int, int, int, int]] = []
    for number, ((child, name), members) in enumerate(groups.items()):
        stays = [(int(start[m]), int(end[m])) for m in members]
        for version in _versions(stays, statuses.get(child, [])):
            rows.append((child, number, name, stays[0][0], *version))
    columns = list(zip(*rows, strict=True)) if rows else [()] * 8

    def numbers(place: int) -> Codes:
        return np.array(columns[place], dtype=np.int64)

    names = np.empty(len(rows), dtype=object)
    names[:] = list(columns[2])
    return CarePeriods(
        numbers(0), numbers(1), names, numbers(3), numbers(4), numbers(5), numbers(6), numbers(7)
    )


def _statuses(facts: Facts) -> dict[int, list[tuple[int, int, bool]]]:
    """(start, end, whether a short break) of the legal statuses of children who ever had a V3 or V4."""
    legal = facts["ssd_legal_status"]
    begun, ended = legal.day("lega_legal_status_start_date"), legal.day("lega_legal_status_end_date")
    brief = np.isin(legal.code("lega_legal_status").astype(str), SHORT_BREAK_STATUSES)
    ever = np.unique(legal.child[brief & (legal.child >= 0)])
    out: dict[int, list[tuple[int, int, bool]]] = {}
    for row in np.flatnonzero(np.isin(legal.child, ever) & (begun < NEVER)):
        out.setdefault(int(legal.child[row]), []).append((int(begun[row]), int(ended[row]), bool(brief[row])))
    return out


def _versions(
    stays: list[tuple[int, int]], statuses: list[tuple[int, int, bool]]
) -> list[tuple[int, int, int, int]]:
    """(start of clocks, end, valid_from, valid_to) of one period; stays in order of start."""
    first = stays[0][0]
    breaks = {first} | {s for s, _ in stays} | {s for s, _, _ in statuses if s > first}
    days = sorted(breaks)
    out: list[tuple[int, int, int, int]] = []
    for place, known in enumerate(days):
        until = days[place + 1] if place + 1 < len(days) else NEVER + 1
        end = max(e for s, e in stays if s <= known)
        start = _clock_start(first, end, [s for s in statuses if s[0] <= known])
        if out and out[-1][:2] == (start, end):
            out[-1] = (start, end, out[-1][2], until)
        elif out and out[-1][0] == start and out[-1][1] >= known:
            # The same unbroken stay, now known to last longer: an end after D does not exist on D.
            out[-1] = (start, end, out[-1][2], until)
        else:
            out.append((start, end, known, until))
    return out


def _clock_start(first: int, end: int, statuses: list[tuple[int, int, bool]]) -> int:
    """The first day of the period's clocks, NEVER for a short break."""
    inside = sorted((s, brief) for s, e, brief in statuses if s < end and e > first)
    others = [s for s, brief in inside if not brief]
    if not inside or len(others) == len(inside):
        return first
    if not others:
        return NEVER
    return first if others[0] < inside[0][0] or not inside[0][1] else max(first, others[0])
