"""An Ofsted Annex A workbook, Lists 1 to 10, with local tables as extra sheets (inputs.md 3 and 4).

A snapshot: of visits, reviews and checks it holds the newest only, and workers and teams by name. What it cannot say
is in the extract's `reach`, and is said on loading; a list that is missing makes its measures "no data".
All or nothing: a fault anywhere is a LoadError.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from kpi_engine.errors import LoadError
from kpi_engine.extracts.annex_a_lists import LISTS
from kpi_engine.extracts.annex_a_reach import coded, reach, sentences
from kpi_engine.extracts.annex_a_rows import ListRows, list_rows
from kpi_engine.extracts.annex_a_tables import raw_tables
from kpi_engine.extracts.local_sheets import local_tables
from kpi_engine.extracts.raw import Extract, type_all
from kpi_engine.extracts.workbook import read_sheets
from kpi_engine.findings import Finding

OLD_DAYS = 31
"""A workbook whose newest date lies further back than this was not made as at that date."""


def read_annex_a(path: Path, as_at: date | None) -> Extract:
    """Load an Annex A workbook (.xlsx).

    as_at: the day the workbook was made; the workbook does not say it.
    Raises LoadError with one sentence for each fault.
    """
    sheets = read_sheets(path)
    faults: list[str] = []
    findings: list[Finding] = []
    warnings: list[str] = []
    if as_at is None:
        faults.append(f"{path.name} does not say its as-at date. Give it with --as-at YYYY-MM-DD.")
    lists = list_rows(sheets, faults, warnings)
    local = local_tables(sheets, faults, warnings)
    if not lists and not faults:
        faults.append(f"{path.name} has no sheet called List 1 to List 10; is it an Ofsted Annex A workbook?")
    if faults or as_at is None:
        raise LoadError(faults)
    tables = type_all(raw_tables(lists, as_at, findings) | local, faults, findings)
    if faults:
        raise LoadError(faults)
    told = reach(lists, as_at)
    warnings += [*_notes(lists, as_at), *sentences(told)]
    return Extract(as_at, "", tables, findings, warnings, source=path.name, reach=told)


def _notes(lists: Mapping[int, ListRows], as_at: date) -> Iterator[str]:
    """What the operator should know of this workbook."""
    for number, wanted in LISTS.items():
        if number not in lists:
            yield f"List {number} ({wanted.about}) is not in the workbook: its measures have no data."
        elif not lists[number].entries:
            yield f"List {number} ({wanted.about}) has no rows: it counts as none, which may not be so."
    yield "List 11 (adopters) is not read: no SSD table holds it."
    if 7 in lists:
        yield "The last statutory visit of List 7 counts as one at which the child was seen; Annex A does not say."
    if 8 in lists and not coded([e["status"] for e in lists[8].entries]):
        yield "List 8 gives legal statuses in words without codes: short breaks (V3, V4) cannot be told apart."
    if 8 in lists and not any(e["permanence"] for e in lists[8].entries):
        yield "List 8 gives no permanence plans: only placements U1 and U4 are visited as long-term ones."
    dates = [
        entry[one.name]
        for found in lists.values()
        for one in found.about.fields
        if one.date and one.name != "born"
        for entry in found.entries
        if entry[one.name][:10] <= as_at.isoformat()
    ]
    newest = max(dates, default="")[:10]
    if newest and (as_at - date.fromisoformat(newest)).days > OLD_DAYS:
        yield (
            f"The newest date in the workbook is {newest}, more than a month before the as-at date: if it was made "
            "then, load it as at that day, or everything since will seem overdue."
        )
