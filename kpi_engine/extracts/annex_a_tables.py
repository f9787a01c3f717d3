"""An Annex A workbook's lists as SSD tables of text: children, workers, teams, and who holds whom.

Annex A knows workers and teams by name only: the name, in its first spelling, is the id. Who holds a child is known
on the extract's date and not before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import pyarrow as pa

from kpi_engine.cells import flag
from kpi_engine.extracts import annex_a_records
from kpi_engine.extracts.annex_a_rows import Entry, ListRows
from kpi_engine.extracts.raw import ROW_SUFFIX
from kpi_engine.findings import Finding
from kpi_engine.tables import contract

ROLE = "CW"
HOLDING = (8, 7, 6, 4, 5)
"""Lists whose open rows say who holds the child, the most particular first."""
OF_SEVERAL_LISTS = (
    "ssd_person",
    "ssd_involvements",
    "ssd_cin_episodes",
    "ssd_professionals",
    "ssd_department",
)
"""Tables whose rows have no row of one sheet to be named by."""


def raw_tables(
    lists: Mapping[int, ListRows], as_at: date, findings: list[Finding]
) -> dict[str, tuple[str, pa.Table]]:
    """{table: (where it comes from, its rows as text)}; the table of a list that is missing is absent."""
    rows = {
        "ssd_person": _people(lists.values(), findings),
        "ssd_professionals": [
            {"prof_professional_id": name, "prof_professional_name": name}
            for name in _names(lists.values(), ("worker", "adviser"))
        ],
        "ssd_department": [
            {"dept_team_id": name, "dept_team_name": name} for name in _names(lists.values(), ("team",))
        ],
        "ssd_involvements": _involvements(lists, as_at),
    }
    rows |= annex_a_records.records(lists, as_at, findings)
    return {name: (f"Annex A ({name})", _arrow(name, found)) for name, found in rows.items()}


def _arrow(name: str, found: list[dict[str, str]]) -> pa.Table:
    columns = [c.name for c in contract()[name].columns if c.needed or any(c.name in row for row in found)]
    arrays: dict[str, pa.Array] = {
        column: pa.array([row.get(column, "") for row in found], pa.string()) for column in columns
    }
    if name not in OF_SEVERAL_LISTS:
        arrays[ROW_SUFFIX] = pa.array([int(row[ROW_SUFFIX]) for row in found], pa.int32())
    return pa.table(arrays)


def _people(lists: Iterable[ListRows], findings: list[Finding]) -> list[dict[str, str]]:
    """Every child once, with the first value that any list gives; two dates of birth are a finding."""
    people: dict[str, dict[str, str]] = {}
    for found in lists:
        for entry in found.entries:
            child = entry["child"]
            if not child:
                continue
            one = people.setdefault(child, {"pers_person_id": child})
            for column, name in (("pers_sex", "sex"), ("pers_ethnicity", "ethnicity"), ("pers_dob", "born")):
                one[column] = one.get(column) or entry[name]
            if entry["born"] and entry["born"] != one["pers_dob"]:
                where = f"List {found.about.number}, row {entry.row}"
                findings.append(
                    Finding("two dates of birth", "ssd_person", child,
                            f"{where} gives another date of birth than a list before it, whose date is used.", child)
                )  # fmt: skip
    return list(people.values())


def _names(lists: Iterable[ListRows], columns: tuple[str, ...]) -> list[str]:
    """Every name in these columns once, in its first spelling, in alphabetical order."""
    found: dict[str, str] = {}
    for one in lists:
        for entry in one.entries:
            for column in columns:
                if entry[column]:
                    found.setdefault(entry[column].casefold(), entry[column])
    return [found[folded] for folded in sorted(found)]


def _involvements(lists: Mapping[int, ListRows], as_at: date) -> list[dict[str, str]]:
    """Who holds each child: the first list that names a worker, else the first that names a team."""
    held: dict[str, Entry] = {}
    for number in HOLDING:
        for entry in lists[number].entries if number in lists else ():
            if not entry["child"] or not _is_open(number, entry):
                continue
            before = held.get(entry["child"])
            if (before is None and entry["team"]) or (entry["worker"] and not (before and before["worker"])):
                held[entry["child"]] = entry
    spelling = {name.casefold(): name for name in _names(lists.values(), ("worker", "adviser"))}
    return [
        {
            "invo_involvements_id": f"HELD-{child}", "invo_person_id": child,
            "invo_professional_id": spelling.get(entry["worker"].casefold(), ""),
            "invo_professional_team": entry["team"], "invo_professional_role_id": ROLE,
            "invo_involvement_start_date": as_at.isoformat(),
        }
        for child, entry in sorted(held.items())
    ]  # fmt: skip


def _is_open(number: int, entry: Entry) -> bool:
    if number == 5:
        return not entry["conference"] and flag(entry["unnecessary"]) != "Y"
    return not entry["authorised" if number == 4 else "end"]
