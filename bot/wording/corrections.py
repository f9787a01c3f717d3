"""A correction notice in words: which figures that were sent are other ones now, and by what records.

Input: corrections as JSON, one for each figure: told (kpi_engine.sent.SentFigure with `on`, the day it was sent), now
(the same figure as it is counted now), rows (kpi_engine.answering.restated.MovedRow; [] where others listen), hidden
(rows behind it that are not shown), causes (the records behind its rows, counted by records.tally), explained (False:
the extract it was sent from is not kept any more).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.wording import phrases, records
from bot.wording.names import Names
from bot.wording.plain import counted, day, iso_day, span
from kpi_engine.question import Period

Parts = Mapping[str, Any]
MOST_FIGURES, MOST_ROWS = 12, 20
STAYS = "What was sent stays as it was sent; these are the figures to use from now on."
NO_EXTRACT = "The data it was sent from is no longer kept, so the records behind it cannot be named."
NO_ROWS = "No row moved in or out of it: what it is counted of, or a rule or target behind it, did."


def title(unit: str, corrections: Sequence[Parts]) -> str:
    """ "Correction for CSWT 1: 2 figures that were sent have changed"."""
    count = len(corrections)
    unit = f"the {unit[4:]}" if unit.startswith("The ") else unit
    changed = "that was sent has changed" if count == 1 else "that were sent have changed"
    return f"Correction for {unit}: {counted(count, 'figures')} {changed}"


def figure(told: Parts) -> str:
    """ "7 of 40 children", "92.1% of 38", "none due"."""
    measure = phrases.of(told["measure"])
    value = phrases.figure(told["value"], told["of"], measure)
    return f"{value} {phrases.out_of(told['value'], told['of'], None, measure)}".strip()


def when(told: Parts) -> str:
    """ "Sun 8 Nov 2026", or the period."""
    return (
        span(Period.from_json(told["period"])) if told["period"] else day(date.fromisoformat(told["as_at"]))
    )


def line(one: Parts) -> str:
    """One figure: "CP visits overdue, Sun 8 Nov 2026: sent as 2 of 4 children on Mon 9 Nov, now 1 of 4 children."."""
    told, now = one["told"], one["now"]
    sent = f"sent as {figure(told)} on {iso_day(told['on'], _near(one))}"
    return f"{phrases.title(told['measure'])}, {when(told)}: {sent}, now {figure(now)}."


def _near(one: Parts) -> date:
    """The year that goes without saying: that of the day the figure was sent of."""
    return date.fromisoformat(one["told"]["as_at"])


def details(one: Parts, names: Names) -> list[str]:
    """Why, row by row; where others listen in numbers alone."""
    if not one["explained"]:
        return [NO_EXTRACT]
    if not names.personal:
        said = records.in_short(one["causes"])
        return [f"{said[0].upper()}{said[1:]}."] if said else [NO_ROWS] if not one["hidden"] else []
    out = [row(each, names, _near(one)) for each in one["rows"]]
    if one["hidden"]:
        count = one["hidden"]
        is_are = "row behind it is" if count == 1 else "rows behind it are"
        more = " more" if out else ""
        out.append(f"{count}{more} {is_are} not shown: another unit's, or a restricted case.")
    return out or [NO_ROWS]


def row(moved: Parts, names: Names, near: date | None = None) -> str:
    """One row: "C1, CP visit due Mon 28 Sep: overdue then, done in time on Fri 25 Sep now. CP visit of Fri 25 Sep
    recorded since."."""
    shown, then, now = moved["row"], moved["then"], moved["now"]
    who = str(shown.get("child_id") or names.worker(shown.get("worker_id")))
    causes = records.changes(moved["causes"], near)
    because = f" {causes[0].upper()}{causes[1:]}." if causes else ""
    if "clock" not in shown:
        return f"{who}: {_counted(moved['move'])}.{because}"
    due = iso_day((now or then or shown)["due_date"], near)
    return f"{who}, {phrases.clock(shown['clock'])} due {due}: {_moved(then, now, names, near)}.{because}"


def _counted(move: str) -> str:
    return {
        "in": "counted now, not then", "out": "counted then, not now", "met": "in the share now, not then",
        "not_met": "in the share then, not now", "size": "counted then and now, with another length",
    }[move]  # fmt: skip


def _moved(then: Parts | None, now: Parts | None, names: Names, near: date | None) -> str:
    before, after = _state(then, near), _state(now, near)
    if then and now and then["due_date"] != now["due_date"]:
        before = f"due {iso_day(then['due_date'], near)} and {before}"
    if then and now and then["team_id"] != now["team_id"]:
        before, after = (f"{state} with {names.unit(duty['team_id']) if duty['team_id'] else 'no team'}"
                         for state, duty in ((before, then), (after, now)))  # fmt: skip
    return f"{before} then, {after} now"


def _state(duty: Parts | None, near: date | None) -> str:
    """How a duty stood: "overdue", "done in time on Fri 25 Sep", "not there"."""
    if duty is None:
        return "not there"
    done, ended = iso_day(duty["done_date"], near), iso_day(duty["ended_date"], near)
    return {
        "overdue": "overdue", "due": "not yet due", "done_in_time": f"done in time on {done}",
        "done_late": f"done late on {done}", "missed": f"never done and ended on {ended}",
        "lapsed": f"no longer needed from {ended} on",
    }[duty["status"]]  # fmt: skip


def lines_of(
    corrections: Sequence[Parts], names: Names, rows: int = MOST_ROWS
) -> list[tuple[str, list[str]]]:
    """(the figure's line, its rows) of each figure, with at most so many rows in all; the first figures first."""
    out, left = [], rows
    for one in corrections[:MOST_FIGURES]:
        every = details(one, names)
        shown = every[: max(left, 0)]
        if more := len(every) - len(shown):
            shown.append(f"and {counted(more, 'more rows')}.")
        left -= len(every)
        out.append((line(one), shown))
    return out


def more_figures(corrections: Sequence[Parts]) -> str:
    """What a long notice leaves out, said."""
    more = len(corrections) - MOST_FIGURES
    return f"And {counted(more, 'more figures')}: perfbot restatements names every one." if more > 0 else ""


def notice(unit: str, corrections: Sequence[Parts], names: Names, freshness: str) -> str:
    """The whole notice as text; its first line is what a phone shows."""
    out = [f"{title(unit, corrections)}."]
    for head, rows in lines_of(corrections, names):
        out += [f"- {head}", *(f"  - {each}" for each in rows)]
    return "\n".join(each for each in (*out, more_figures(corrections), STAYS, freshness) if each)
