"""The statements of the second calculation in SQL: read from `bench_sql`, one file a family, and put together.

A file holds sections. `-- view: NAME` is a view that later ones use. `-- deadline: CLOCK` gives subject, start, due,
done, ended and done_wins (the record's own done date counts even after the end); where needed also sequence, said (a
status that dates alone do not tell), before_counts (done before the start counts) and made (a row though it ends on the
day it starts: an interview declined later that day). A rhythm has three: `-- regime: CLOCK` (key, subject, begun, ended
and what the others need), `-- events: CLOCK` (key, day) from `regimes`, and `-- due: CLOCK`, an expression over start,
step and the regime. `-- needs: CLOCK` names the tables of events without which nobody can say what was done: where one
is absent the clock has no rows (rules.md 7).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib import resources

FILES = (
    "shared", "front_door", "child_protection", "child_in_need", "looked_after", "care_leavers", "local",
)  # fmt: skip
SECTION = re.compile(r"^-- (view|needs|deadline|regime|events|due): (\w+)$", re.MULTILINE)

RHYTHM = """
with regimes as ({regime}), happened as (
    select distinct e.key, e.day from ({events}) e join regimes r on r.key = e.key
    where e.day >= r.begun and e.day <= coalesce(r.ended, e.day)
), links as (
    select key, begun as day, 0 as later from regimes where begun is not null
    union all select key, day, 1 from happened
), chain as (
    select key, day as start, lead(day) over link as done, row_number() over link as step
    from links window link as (partition by key order by later, day)
), steps as (
    select r.*, c.start, c.done, c.step from chain c join regimes r on r.key = c.key
    where c.start < coalesce(r.ended, far())
)
select subject, row_number() over (partition by subject order by begun, key, step) as sequence, start, {due} as due,
    done, ended, false as done_wins
from steps
"""
"""A chain in each regime: row 1 starts with it, each later one at the event before; several events on a day are one."""

AS_AT_D = """
select '{clock}' as clock, subject, sequence, start, due, done, ended, case
    when said is not null then said when done <= due then 'done_in_time' when done is not null then 'done_late'
    when ended <= due then 'lapsed' when ended is not null then 'missed'
    when due < as_at() then 'overdue' else 'due' end as status
from (
    select subject, {sequence} as sequence, start, due, done_wins, {said} as said, {made} as made,
        case when q.done <= as_at() and (done_wins or q.done <= coalesce(q.ended, q.done))
            and (q.done >= start or {before_counts}) then q.done end as done,
        case when q.ended <= as_at() then q.ended end as ended
    from ({rows}) q
)
where start <= as_at() and due is not null
    and (start < coalesce(ended, far()) or (done_wins and done is not null) or made)
"""
"""Nothing dated after D exists; a row that would start on or after its end is not made, unless its own record has a
done date."""


@dataclass
class Statements:
    """views: in order.  clocks: the ledger's rows of each, as at D.  needs: the tables without which it has none."""

    views: dict[str, str] = field(default_factory=dict)
    clocks: dict[str, str] = field(default_factory=dict)
    needs: dict[str, tuple[str, ...]] = field(default_factory=dict)


def statements() -> Statements:
    """Every view and every clock."""
    out = Statements()
    parts: dict[str, dict[str, str]] = {}
    for name in FILES:
        text = (resources.files(__package__) / "bench_sql" / f"{name}.sql").read_text("utf-8")
        found = SECTION.split(text)
        for kind, one, body in zip(found[1::3], found[2::3], found[3::3], strict=True):
            if kind == "view":
                out.views[one] = body.strip()
            elif kind == "needs":
                out.needs[one] = tuple(body.split())
            else:
                parts.setdefault(one, {})[kind] = body.strip()
    for clock, told in parts.items():
        rows = told.get("deadline") or RHYTHM.format(**told)
        deadline = told.get("deadline", "")
        optional = {
            name: name if f"as {name}" in deadline else nothing
            for name, nothing in (
                ("sequence", "1"),
                ("said", "null"),
                ("made", "false"),
                ("before_counts", "false"),
            )
        }
        if not deadline:
            optional["sequence"] = "sequence"
        out.clocks[clock] = AS_AT_D.format(clock=clock, rows=rows, **optional)
    return out
