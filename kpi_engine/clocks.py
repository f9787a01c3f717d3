"""Deadline and Rhythm: the only two ways a duty falls due (rules 4).

Both give Duties: rows of one clock that do not depend on the as-at date. A row as at D is cut from them by
`kpi_engine.ledger`: what is dated after D does not exist, and a row exists only on the days valid_from <= D < valid_to.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kpi_engine.days import NEVER, Days, Mask
from kpi_engine.facts import NOBODY, TEAM_NOT_GIVEN, Codes
from kpi_engine.joins import Events
from kpi_engine.timescales import Timescale

EVER = -1_000_000
"""Earlier than every day: valid from the beginning."""


@dataclass
class Duties:
    """Rows of one clock, one array entry each.

    child: child code, NOBODY where the record has no child.  subject: the record's id.  sequence: 1, 2, ...
    start, due, done, ended: day numbers, NEVER = none.  A row with start NEVER is a shadow: the record has no start
    date, so it is in no ledger but in the worst bound.
    wd: whether the row's limit is counted in working days.  own: whether a done date on the row's own record wins over
    the end.  lapses: an end always lapses the row (no duty arose).  late: done too late by the minute though on the
    due day.  ended_late: the same of its end.  brief: began and ended on one day, in that order.
    doubt: the row is open only because its done date cannot be right.
    record_team, record_worker: the team and worker on the record (allocation falls back on them).
    lead_team: a team that comes before the allocation (the team that decides a contact).
    fixed: team and worker come from the record alone (staff, audits, complaints, carer assessments).
    place: the source row, for filters and explanations.
    """

    child: Codes
    subject: NDArray[np.object_]
    sequence: Codes
    start: Days
    due: Days
    done: Days
    ended: Days
    valid_from: Days
    valid_to: Days
    wd: Mask
    own: Mask
    lapses: Mask
    late: Mask
    ended_late: Mask
    brief: Mask
    doubt: Mask
    record_team: Codes
    record_worker: Codes
    lead_team: Codes
    fixed: Mask
    place: Codes

    def __len__(self) -> int:
        return len(self.child)

    def take(self, rows: Codes | Mask) -> Duties:
        child = self.child[rows]
        return Duties(*(_taken(getattr(self, f.name), rows, len(child)) for f in fields(self)))

    def squeezed(self) -> Duties:
        """The same rows, a column that says the same of every row held once. Its arrays are not to be written to."""
        return Duties(*(_squeezed(getattr(self, f.name)) for f in fields(self)))


def _squeezed(values: NDArray[Any]) -> NDArray[Any]:
    if len(values) > 1 and (values == values[0]).all():
        return np.broadcast_to(values[:1].copy(), values.shape)
    return values


def _taken(values: NDArray[Any], rows: Codes | Mask, count: int) -> NDArray[Any]:
    if len(values) and values.strides == (0,):
        return np.broadcast_to(values[:1], (count,))
    return values[rows]


def empty() -> Duties:
    return deadlines(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=object), start=np.zeros(0, dtype=np.int64),
                     due=np.zeros(0, dtype=np.int64))  # fmt: skip


def joined(parts: list[Duties]) -> Duties:
    """Several Duties as one."""
    if not parts:
        return empty()
    return Duties(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Duties)))


def deadlines(
    child: Codes, subject: NDArray[np.object_], *, start: Days, due: Days, done: Days | None = None,
    ended: Days | None = None, valid_from: Days | None = None, valid_to: Days | None = None,
    wd: Mask | bool = False, own: bool = False, lapses: Mask | None = None, late: Mask | None = None,
    ended_late: Mask | None = None, brief: Mask | None = None,
    record_team: Codes | None = None, record_worker: Codes | None = None, lead_team: Codes | None = None,
    fixed: bool = False, place: Codes | None = None, sequence: Codes | None = None, before_start_counts: bool = False,
    bad_done: Mask | None = None,
) -> Duties:  # fmt: skip
    """One row for each record. A done date before the start is not done, and puts the row in doubt, unless
    before_start_counts (pathway_plan). A done date looked up elsewhere (not own) must fall inside the regime.
    """
    count = len(child)

    def given(values: Days | None, otherwise: int) -> Days:
        return (
            np.full(count, otherwise, dtype=np.int64)
            if values is None
            else np.asarray(values, dtype=np.int64)
        )

    def marks(values: Mask | bool | None) -> Mask:
        return np.full(count, bool(values)) if values is None or isinstance(values, bool) else values

    done, ended = given(done, NEVER), given(ended, NEVER)
    early = (done < start) & (start < NEVER) if not before_start_counts else np.zeros(count, dtype=bool)
    done = np.where(early, NEVER, done)
    if not own:
        done = np.where(done > ended, NEVER, done)
    doubt = early | (marks(bad_done) if bad_done is not None else False)
    return Duties(
        child=child, subject=subject, sequence=given(sequence, 1), start=start, due=due, done=done, ended=ended,
        valid_from=given(valid_from, EVER), valid_to=given(valid_to, NEVER + 1), wd=marks(wd), own=marks(own),
        lapses=marks(lapses), late=marks(late), ended_late=marks(ended_late), brief=marks(brief),
        doubt=doubt, record_team=given(record_team, TEAM_NOT_GIVEN), record_worker=given(record_worker, NOBODY),
        lead_team=given(lead_team, TEAM_NOT_GIVEN), fixed=marks(fixed),
        place=np.arange(count) if place is None else place,
    )  # fmt: skip


@dataclass
class Regimes:
    """The stretches in which a rhythm runs: one array entry each, in the order in which sequences are to run.

    group: whose events count (a code into the Events).  line: rows with the same line share one sequence.
    place: the source row.
    """

    child: Codes
    subject: NDArray[np.object_]
    group: Codes
    line: Codes
    start: Days
    end: Days
    valid_from: Days
    valid_to: Days
    place: Codes
    record_team: Codes | None = None
    record_worker: Codes | None = None
    doubtful_start: Mask | None = None


@dataclass
class Chain:
    """The rows of rhythms before their due dates are known: place of the regime, start, done, number in the regime."""

    regime: Codes
    start: Days
    done: Days
    number: Codes


def chain(
    regimes: Regimes, events: Events, *, accept_start: bool = True, not_before: Days | None = None
) -> Chain:
    """Rows of every regime: row 1 starts at the regime's start, each later row at the previous qualifying event;
    done = the next event on a strictly later day, row 1 also accepting the start day (rules 4).

    not_before: the first day on which an event counts, by regime (default the regime's start).
    """
    count = len(regimes.start)
    first = regimes.start if not_before is None else np.maximum(regimes.start, not_before)
    if not accept_start:
        first = first + 1
    last = np.minimum(regimes.end, NEVER - 1)
    within, when = events.inside(np.where(regimes.start < NEVER, regimes.group, NOBODY), first, last)
    regime = np.concatenate([np.arange(count), within])
    start = np.concatenate([regimes.start, when])
    later = np.concatenate([np.zeros(count, dtype=np.int64), np.ones(len(within), dtype=np.int64)])
    order = np.lexsort((start, later, regime))
    regime, start = regime[order], start[order]
    done = np.full(len(start), NEVER, dtype=np.int64)
    same = regime[1:] == regime[:-1]
    done[:-1] = np.where(same, start[1:], NEVER)
    opening = np.flatnonzero(np.concatenate([[True], ~same])) if len(regime) else np.zeros(0, dtype=np.int64)
    number = np.arange(len(regime)) - np.repeat(opening, np.diff(np.append(opening, len(regime)))) + 1
    return Chain(regime, start, done, number)


def rhythm(regimes: Regimes, rows: Chain, due: Days, wd: Mask | bool) -> Duties:
    """The rows of `chain` with their due dates as Duties; a row that would start on or after the end is not made."""
    child, end = regimes.child[rows.regime], regimes.end[rows.regime]
    shadow = np.zeros(len(child), dtype=bool)
    if regimes.doubtful_start is not None:
        shadow = regimes.doubtful_start[rows.regime]
    made = (rows.start < end) & (rows.start < NEVER) | shadow
    line = regimes.line[rows.regime]
    out = deadlines(
        child, regimes.subject[rows.regime], start=rows.start, due=due, done=rows.done, ended=end,
        valid_from=regimes.valid_from[rows.regime], valid_to=regimes.valid_to[rows.regime],
        wd=wd,
        record_team=None if regimes.record_team is None else regimes.record_team[rows.regime],
        record_worker=None if regimes.record_worker is None else regimes.record_worker[rows.regime],
        place=regimes.place[rows.regime],
    )  # fmt: skip
    out = out.take(made)
    line = line[made]
    order = np.lexsort((np.arange(len(line)), out.start, line))
    sequence = np.ones(len(line), dtype=np.int64)
    ordered = line[order]
    if len(ordered):
        fresh = np.concatenate([[True], ordered[1:] != ordered[:-1]])
        opening = np.flatnonzero(fresh)
        count = np.diff(np.append(opening, len(ordered)))
        sequence[order] = np.arange(len(ordered)) - np.repeat(opening, count) + 1
    out.sequence = sequence
    return out


def steps(number: Codes, start: Days, limits: list[Timescale]) -> tuple[Days, Mask]:
    """(due, in working days): row 1 has the first limit, row 2 the second, all later rows the last."""
    due = np.full(len(start), NEVER, dtype=np.int64)
    wd = np.zeros(len(start), dtype=bool)
    for place, limit in enumerate(limits):
        here = number == place + 1 if place + 1 < len(limits) else number >= place + 1
        due[here] = limit.due(start[here])
        wd[here] = limit.in_working_days
    return due, wd
