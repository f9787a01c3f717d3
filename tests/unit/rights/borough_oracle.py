"""What everybody may see in the small borough, worked out from its table of who holds whom, in plain loops.

It shares nothing with bot/rights.py, bot/restricted.py or the engine.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kpi_engine.question import Question

BOROUGH = Path(__file__).parents[2] / "conversations" / "authority"
PARENTS = {"T02": "S1", "T11": "S2", "T12": "S2", "T21": "S3", "S1": "ALL", "S2": "ALL", "S3": "ALL"}
TEAMS = ("T02", "T11", "T12", "T21")
OWN = {"U-DIR": "ALL", "U-AD2": "S2", "U-T11": "T11", "U-T12": "T12", "U-T21": "T21"}
ADDED = {"U-IRO": ("T21", "T11"), "U-DUTY": ("T12", "S1;S3"), "U-QA": ("T02", "ALL")}
"""People who see more than their own unit (also_sees), beside the borough's."""
HELD = {"C101": "T11", "C102": "T11", "C103": "T11", "C201": "T12", "C202": "T12"}
WORKS = {"P1190": "T11", "P1191": "T11", "P1192": "T11", "P1291": "T12", "P1292": "T12", "P2191": "T21"}
STAFF = ("caseload_average",)
ROW_SHOWS = ("list", "coming_up", "changes", "why")
Place = tuple[str, str | None, str]
PLACES: list[Place] = [
    ("personal", None, ""), ("channel", "T11", ""), ("channel", "T12", ""), ("channel", "S2", ""), ("group", "T21", ""),
    ("channel", "ALL", ""), ("group", None, ""), ("channel", "T11", "some"), ("group", "ALL", "unknown"),
]  # fmt: skip
Viewers = Mapping[str, tuple[str, ...]]
"""The people named for each restricted case."""
NOBODY_RESTRICTED: Viewers = {}
RESTRICTED: Viewers = {
    "C102": ("U-AD2", "U-IRO", "U-T12"),  # the last may not see the team's children anyway
    "C103": (),
    "C202": ("U-QA", "U-T12"),
}


def folder_with_everybody(to: Path) -> Path:
    """The small borough, with the added people."""
    folder = Path(shutil.copytree(BOROUGH, to / "borough"))
    with (folder / "local_users.csv").open("a", encoding="utf-8") as file:
        for user, (unit, also) in ADDED.items():
            file.write(f"{user},{user},team_manager,{unit},Y,{also}\n")
    return folder


def inside(unit: str | None, above: str) -> bool:
    while unit is not None:
        if unit == above:
            return True
        unit = PARENTS.get(unit)
    return above == "ALL"


def open_teams(user: str, place: Place) -> set[str]:
    """The teams whose children and workers this person may see here (rights.md 2 and 4)."""
    kind, chat, outsiders = place
    unit, also = ADDED.get(user) or (OWN[user], "")
    units = [unit, *filter(None, also.split(";"))]
    teams = {team for team in TEAMS if any(inside(team, one) for one in units)}
    if kind == "personal":
        return teams
    return {team for team in teams if chat is not None and not outsiders and inside(team, chat)}


def hidden_children(user: str, place: Place, viewers: Viewers, opened: tuple[str, ...]) -> set[str]:
    """The restricted cases that are nobody's to read here: all where others listen."""
    if place[0] != "personal":
        return set(viewers)
    return {child for child, named in viewers.items() if user not in named and child not in opened}


def permitted(question: Question, teams: set[str], place: Place, hidden: set[str]) -> bool:
    if question.show == "explain":
        return True
    rows, by_worker = question.show in ROW_SHOWS, question.by == "worker"
    if (rows or by_worker) and place[0] != "personal" and set(question.measures) <= set(STAFF):
        return False
    if question.child is not None:
        return HELD[question.child] in teams and question.child not in hidden
    if question.worker is not None:
        return WORKS[question.worker] in teams
    if rows or by_worker:
        return any(inside(team, question.unit.id) for team in teams)
    return True


def shown_of(rows: list[dict[str, Any]], teams: set[str], hidden: set[str]) -> list[dict[str, Any]]:
    """Of all rows those that may be shown, in their order, and after them one for each restricted case."""
    open_rows = [row for row in rows if row["team_id"] in teams]
    named = [row for row in open_rows if row.get("child_id") not in hidden]
    masked = [
        {"child_id": None, "restricted": True, "team_id": row["team_id"], "worker_id": None}
        for row in open_rows
        if row.get("child_id") in hidden
    ]
    return named + masked
