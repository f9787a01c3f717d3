"""Filters of a question as masks over children: age, case type, category of abuse or need, legal status, placement."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from kpi_engine import cells
from kpi_engine.days import Mask, age_on, day
from kpi_engine.facts import Codes
from kpi_engine.sheet import Sheet

if TYPE_CHECKING:
    from kpi_engine.engine import Engine

CATEGORY_WORDS = {
    "NEGLECT": "NEG", "PHYSICAL": "PHY", "SEXUAL": "SAB", "EMOTIONAL": "EMO", "MULTIPLE": "MUL",
    "MULTIPLE/NOT": "MUL", "CSA": "SAB",
}  # fmt: skip
CHILD_FILTERS = ("age_min", "age_max", "case_type", "category", "legal_status", "placement_type")


def children(
    engine: Engine, filters: dict[str, int | str], child: str | None = None
) -> Callable[[date], Mask] | None:
    """A function of the as-at date giving the children that pass; None where nothing filters children.

    child: only this one.
    """
    wanted = {name: filters[name] for name in CHILD_FILTERS if name in filters}
    if not wanted and child is None:
        return None

    def passing(as_at: date) -> Mask:
        view = engine.figures.view(as_at)
        out = np.ones(len(engine.world.facts.children.ids), dtype=bool)
        if child is not None:
            out[:] = False
            out[[c for c in (engine.world.facts.children.place.get(child),) if c is not None]] = True
        ages = age_on(engine.world.facts.born, day(as_at))
        if "age_min" in wanted:
            out &= ages >= int(wanted["age_min"])
        if "age_max" in wanted:
            out &= (ages >= 0) & (ages <= int(wanted["age_max"]))
        if "case_type" in wanted:
            masks = {"LAC": view.looked_after, "CP": view.on_cp_plan & ~view.looked_after, "CIN": view.cin}
            out &= masks.get(str(wanted["case_type"]), np.zeros_like(out))
        if "category" in wanted:
            out &= _category(engine, as_at, str(wanted["category"]))
        if "legal_status" in wanted:
            out &= _status(engine, as_at, str(wanted["legal_status"]))
        if "placement_type" in wanted:
            out &= _placement(engine, as_at, str(wanted["placement_type"]))
        return out

    return passing


def days_overdue(filters: dict[str, int | str]) -> Callable[[Sheet], Mask] | None:
    """A cut of counted rows by days overdue; rows that are no ledger rows have none and pass only without a cut."""
    least, most = filters.get("days_overdue_min"), filters.get("days_overdue_max")
    if least is None and most is None:
        return None

    def keep(sheet: Sheet) -> Mask:
        if sheet.cut is None:
            return np.zeros(len(sheet), dtype=bool)
        over = sheet.cut.over
        return (over >= int(least or 0)) & (over <= int(most if most is not None else 10**6))

    return keep


def _marked(engine: Engine, child: Codes) -> Mask:
    out = np.zeros(len(engine.world.facts.children.ids), dtype=bool)
    out[child[child >= 0]] = True
    return out


def _category(engine: Engine, as_at: date, wanted: str) -> Mask:
    view, facts = engine.figures.view(as_at), engine.world.facts
    if wanted.startswith("N") and wanted[1:].isdigit():
        episode = facts["ssd_cin_episodes"]
        rows = view.open_episodes
        return _marked(
            engine, episode.child[rows[episode.code("cine_cin_primary_need_code")[rows] == wanted]]
        )
    plan, rows = facts["ssd_cp_plans"], view.open_cp_plans
    latest, first = plan.code("cppl_cp_plan_latest_category"), plan.code("cppl_cp_plan_initial_category")
    held = np.array(
        [CATEGORY_WORDS.get(a or b, a or b) for a, b in zip(latest[rows], first[rows], strict=True)],
        dtype=object,
    )
    return _marked(engine, plan.child[rows[held == wanted]] if len(rows) else rows)


def _status(engine: Engine, as_at: date, wanted: str) -> Mask:
    frame, on = engine.world.facts["ssd_legal_status"], day(as_at)
    open_ = (frame.day("lega_legal_status_start_date") <= on) & (frame.day("lega_legal_status_end_date") > on)
    return _marked(engine, frame.child[open_ & (frame.code("lega_legal_status") == cells.code(wanted))])


def _placement(engine: Engine, as_at: date, wanted: str) -> Mask:
    frame, on = engine.world.facts["ssd_cla_placement"], day(as_at)
    open_ = (frame.day("clap_cla_placement_start_date") <= on) & (
        frame.day("clap_cla_placement_end_date") > on
    )
    return _marked(engine, frame.child[open_ & (frame.code("clap_cla_placement_type") == cells.code(wanted))])
