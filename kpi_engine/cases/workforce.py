"""Caseloads, span of control, agency managers (rules 3; London standards of the improvement plan, work stream 6)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from kpi_engine.duties.workforce import SUPERVISED_ROLES, case_holding_roles, roles
from kpi_engine.facts import NO_TEAM, NOBODY, TEAM_NOT_GIVEN, Codes
from kpi_engine.rounding import one_decimal
from kpi_engine.sheet import Sheet
from kpi_engine.view import View

STANDARDS = {"assessment": 15, "looked_after": 16}
OTHER_STANDARD = 18
MANAGERS = ("team_manager", "service_manager")


def staff_team(view: View, rows: Codes) -> Codes:
    team = view.facts.teams.codes(view.facts["local_staff"].text("team_id"))[rows]
    return np.where(team == TEAM_NOT_GIVEN, NO_TEAM, team)


def _hours(view: View, rows: Codes) -> list[Fraction]:
    """Full-time equivalents of rows of local_staff; a missing or impossible one counts as full time."""
    fte = view.facts["local_staff"].number("fte")[rows]
    return [Fraction(str(f)) if f == f and f > 0 else Fraction(1) for f in fte]


def _holders(view: View) -> tuple[Codes, Codes, Codes]:
    """Case-holding staff on D: (rows of local_staff, worker codes, children held)."""
    rows = case_holding_roles(view.world)
    rows = rows[view.in_post[rows]]
    worker = view.facts.workers.codes(view.facts["local_staff"].text("professional_id"))[rows]
    children = view.children_of_worker[worker] if len(worker) else worker
    return rows[children > 0], worker[children > 0], children[children > 0]


def _standards(view: View, team: Codes) -> list[int]:
    """The caseload standard of each worker's team, by kind."""
    frame = view.facts["local_teams"]
    codes = view.facts.teams.codes(frame.text("team_id"))
    kinds = {int(c): str(k).strip().lower() for c, k in zip(codes, frame.text("kind"), strict=True) if c >= 0}
    return [STANDARDS.get(kinds.get(code, ""), OTHER_STANDARD) for code in team.tolist()]


def caseloads(view: View) -> Sheet:
    """Case-holding workers; size: children held, base: full-time equivalent."""
    rows, worker, children = _holders(view)
    base = np.empty(len(rows), dtype=object)
    base[:] = _hours(view, rows)
    nobody = np.full(len(rows), NOBODY, dtype=np.int64)
    team = staff_team(view, rows)
    standards = _standards(view, team)

    def made(place: int) -> dict[str, Any]:
        return {
            "worker_id": view.facts.workers.name(int(worker[place])), "team_id": view.facts.teams.id(int(team[place])),
            "value": one_decimal(Fraction(int(children[place])) / base[place]), "standard": standards[place],
        }  # fmt: skip

    return Sheet(nobody, team, worker, np.ones(len(rows), dtype=bool), size=children, base=base, made=made)


def caseloads_over_standard(view: View) -> Sheet:
    """Case-holding workers whose children / FTE exceed the standard of their kind of team."""
    every = caseloads(view)
    assert every.size is not None
    assert every.base is not None
    over = [
        Fraction(int(held)) / base > standard
        for held, base, standard in zip(every.size, every.base, _standards(view, every.team), strict=True)
    ]
    return every.where(np.array(over, dtype=bool))


def team_span(view: View) -> Sheet:
    """Staff in post who count: size 1 for a qualified social worker, base 1 for a team manager."""
    staff = view.facts["local_staff"]
    role = np.array(roles(view.world), dtype=object)
    social_worker = view.in_post & staff.flag("qualified") & np.isin(role.astype(str), SUPERVISED_ROLES)
    manager = view.in_post & (role == "team_manager")
    rows = np.flatnonzero(social_worker | manager)
    base = np.empty(len(rows), dtype=object)
    base[:] = [Fraction(int(m)) for m in manager[rows]]
    worker = view.facts.workers.codes(staff.text("professional_id"))[rows]
    nobody = np.full(len(rows), NOBODY, dtype=np.int64)
    return Sheet(nobody, staff_team(view, rows), worker, np.ones(len(rows), dtype=bool),
                 size=social_worker[rows].astype(np.int64), base=base)  # fmt: skip


def managers_in_post(view: View) -> Sheet:
    """Team and service managers in post; met: agency."""
    staff = view.facts["local_staff"]
    rows = np.flatnonzero(view.in_post & np.isin(np.array(roles(view.world), dtype=str), MANAGERS))
    worker = view.facts.workers.codes(staff.text("professional_id"))[rows]
    return Sheet(np.full(len(rows), NOBODY), staff_team(view, rows), worker, staff.flag("agency")[rows])


AS_AT = {
    "caseloads": caseloads, "caseloads_over_standard": caseloads_over_standard, "team_span": team_span,
    "managers_in_post": managers_in_post,
}  # fmt: skip
