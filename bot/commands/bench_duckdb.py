"""Three clocks worked out a second time, in SQL by DuckDB, from the same CSV files: the same rows, and how fast.

Not a copy of the engine: the statements are written from the rules (rules.md 4 and 5), over the raw files, with bank
holidays of their own. Rows are compared one by one on subject, sequence, start, due, done, end and status.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kpi_engine.engine import Engine

TABLES = (
    "ssd_person", "ssd_cin_episodes", "ssd_cin_assessments", "ssd_cp_plans", "ssd_cp_visits", "ssd_cla_episodes",
    "ssd_cla_reviews", "ssd_legal_status",
)  # fmt: skip
ABSENT = "DuckDB is not installed here, so the second calculation was left out; pip install duckdb brings it."

ASSESSMENT = """
select cina_assessment_id as subject, 1 as sequence, begun as start, plus_wd(begun, 45) as due,
    case when done >= begun then done end as done, close as ended, true as done_wins
from (
    select a.cina_assessment_id, day_of(a.cina_assessment_start_date) as begun,
        day_of(a.cina_assessment_auth_date) as done, day_of(e.cine_close_date) as close
    from ssd_cin_assessments a left join ssd_cin_episodes e on e.cine_referral_id = a.cina_referral_id
)
"""

CP_VISIT = """
with plans as (
    select cppl_cp_plan_id as id, cppl_person_id as child, day_of(cppl_cp_plan_start_date) as begun,
        day_of(cppl_cp_plan_end_date) as ended
    from ssd_cp_plans where not coalesce(yes(cppl_cp_plan_ola), false)
), seen as (
    select cppv_cp_plan_id as plan, cppv_person_id as child, day_of(cppv_cp_visit_date) as day
    from ssd_cp_visits where yes(cppv_cp_visit_seen)
), happened as (
    select distinct p.id, s.day from plans p join seen s on s.plan = p.id or (s.plan is null and s.child = p.child)
    where s.day >= p.begun and s.day <= coalesce(p.ended, s.day)
), links as (
    select id, begun as day, 0 as later from plans where begun is not null
    union all select id, day, 1 from happened
), chain as (
    select id, day as start, lead(day) over row as done, row_number() over row as sequence
    from links window row as (partition by id order by later, day)
)
select c.id as subject, c.sequence, c.start, plus_wd(c.start, 10) as due, c.done, p.ended, false as done_wins
from chain c join plans p on p.id = c.id where c.start < coalesce(p.ended, date '9999-12-31')
"""

LAC_REVIEW = """
with stays as (
    select clae_person_id as child, clae_cla_id as id, min(day_of(clae_cla_episode_start_date)) as begun,
        nullif(max(coalesce(day_of(clae_cla_episode_ceased_date), date '9999-12-31')), date '9999-12-31') as ended
    from ssd_cla_episodes where day_of(clae_cla_episode_start_date) <= as_at() group by all
), statuses as (
    select s.id, s.child, s.begun, s.ended, l.code in ('V3', 'V4') as brief, l.first
    from stays s left join (
        select lega_person_id as child, upper(split_part(lega_legal_status, ' ', 1)) as code,
            day_of(lega_legal_status_start_date) as first, day_of(lega_legal_status_end_date) as last
        from ssd_legal_status where day_of(lega_legal_status_start_date) <= as_at()
    ) l on l.child = s.child and l.first < coalesce(s.ended, date '9999-12-31')
        and coalesce(l.last, date '9999-12-31') > s.begun
), periods as (
    select id, child, ended, case
        when not coalesce(bool_or(brief), false) then begun
        when bool_and(brief) then null
        when min(first) filter (not brief) > min(first) filter (brief)
            then greatest(begun, min(first) filter (not brief))
        else begun end as begun
    from statuses group by id, child, begun, ended
), regimes as (
    select p.id, p.child, p.begun, least(coalesce(p.ended, date '9999-12-31'), coalesce(turns_18(day_of(pers_dob)),
        date '9999-12-31')) as ended
    from periods p left join ssd_person on pers_person_id = p.child where p.begun is not null
), happened as (
    select distinct r.id, r.child, day_of(v.clar_cla_review_date) as day
    from regimes r join ssd_cla_reviews v on v.clar_cla_id = r.id
    where not coalesce(yes(v.clar_cla_review_cancelled), false)
        and day_of(v.clar_cla_review_date) between r.begun and r.ended
), links as (
    select id, child, begun as day, 0 as later from regimes
    union all select id, child, day, 1 from happened
), chain as (
    select id, child, day as start, lead(day) over row as done, row_number() over row as sequence
    from links window row as (partition by id, child order by later, day)
)
select c.id as subject, c.sequence, c.start, case c.sequence when 1 then plus_wd(c.start, 20)
    when 2 then (c.start + interval 3 month)::date else (c.start + interval 6 month)::date end as due, c.done,
    nullif(r.ended, date '9999-12-31') as ended, false as done_wins
from chain c join regimes r on r.id = c.id and r.child = c.child where c.start < r.ended
"""

CLOCKS = {"assessment": ASSESSMENT, "cp_visit": CP_VISIT, "lac_review": LAC_REVIEW}

AS_AT_D = """
select '{clock}' as clock, subject, sequence, start, due, done, ended, case
    when done <= due then 'done_in_time' when done is not null then 'done_late'
    when ended <= due then 'lapsed' when ended is not null then 'missed'
    when due < as_at() then 'overdue' else 'due' end as status
from (
    select subject, sequence, start, due,
        case when done <= as_at() and (done_wins or done <= coalesce(ended, done)) then done end as done,
        case when ended <= as_at() then ended end as ended
    from ({rows})
)
where start <= as_at() and due is not null and (start < coalesce(ended, date '9999-12-31') or done is not null)
"""
"""Nothing dated after D exists; a row that would start on or after its end is not made, unless it was done."""


def twin(data: Path, home: Path, folder: Path) -> dict[str, Any]:
    """Seconds of both for each clock, and whether their rows are the same; or why there is no second calculation."""
    try:
        import duckdb
    except ImportError:
        return {"left_out": ABSENT}
    import kpi_engine

    folder.mkdir()
    engine = kpi_engine.open_current(home)
    # The engine's rows have owners too; who held whom is worked out once, whatever the clock.
    engine.ledger_sizes(engine.as_at, "contact_decision")
    db = duckdb.connect()
    db.execute("set threads = 1")
    _prepare(db, data, engine.as_at)
    return {clock: _compared(db, engine, clock, folder) for clock in CLOCKS}


def _compared(db: Any, engine: Engine, clock: str, folder: Path) -> dict[str, Any]:
    start = perf_counter()
    db.execute(f"create table {clock} as {AS_AT_D.format(clock=clock, rows=CLOCKS[clock])}")
    theirs = perf_counter() - start
    start = perf_counter()
    engine.ledger_sizes(engine.as_at, clock)
    ours = perf_counter() - start
    target = folder / f"{clock}.parquet"
    rows = engine.write_ledger(target, engine.as_at, clock, "parquet")
    engine_rows = f"""
        select clock, subject_id as subject, sequence, start_date::date as start, due_date::date as due,
            done_date::date as done, ended_date::date as ended, status from '{target}'"""
    only_ours = _count(db, f"{engine_rows} except all select * from {clock}")
    only_theirs = _count(db, f"select * from {clock} except all {engine_rows}")
    return {
        "rows": rows, "same_rows": not only_ours and not only_theirs, "only_engine": only_ours,
        "only_duckdb": only_theirs,
        "engine_seconds": round(ours, 4), "duckdb_seconds": round(theirs, 4),
        "engine_to_duckdb": round(ours / theirs, 2),
    }  # fmt: skip


def _count(db: Any, rows: str) -> int:
    (found,) = db.execute(f"select count(*) from ({rows})").fetchone()
    return int(found)


def _prepare(db: Any, data: Path, as_at: date) -> None:
    """Tables of text, of several rows with one key the first; working days; the words of the statements."""
    from kpi_engine.tables import contract

    for name in TABLES:
        keys = ", ".join(contract()[name].keys)
        known = ", ".join(
            f"nullif(nullif(trim({c}), ''), 'NULL') as {c}" for c in _columns(db, data / f"{name}.csv")
        )
        db.execute(
            f"create table {name} as select * from (select {known}, rowid as line from raw_{name}) "
            f"qualify row_number() over (partition by {keys} order by line) = 1 or {keys.split(', ')[0]} is null"
        )
    db.execute(f"create macro as_at() as date '{as_at.isoformat()}'")
    db.execute("create macro day_of(text) as try_cast(left(text, 10) as date)")
    db.execute("create macro yes(text) as regexp_matches(lower(text), '^([a-z]\\) *)?(y|yes|true|1)$')")
    db.execute(
        "create macro turns_18(born) as case when month(born) = 2 and day(born) = 29 "
        "then make_date(year(born) + 18, 3, 1) else make_date(year(born) + 18, month(born), day(born)) end"
    )
    _working_days(db)


def _columns(db: Any, path: Path) -> list[str]:
    """The file as a table of text; its columns."""
    db.execute(
        f"create table raw_{path.stem} as select * from read_csv('{path}', all_varchar = true, nullstr = '')"
    )
    return [name for (name, *_) in db.execute(f"describe raw_{path.stem}").fetchall()]


def _working_days(db: Any) -> None:
    """plus_wd(day, n): the n-th working day after a day, by number of the working day."""
    import holidays

    closed = holidays.country_holidays("GB", subdiv="ENG", years=range(1995, 2041))
    first, count = date(1995, 1, 1), 0
    number: list[int] = []
    working: list[str] = []
    for place in range((date(2040, 12, 31) - first).days + 1):
        when = first + timedelta(days=place)
        if when.weekday() < 5 and when not in closed:
            count += 1
            working.append(when.isoformat())
        number.append(count)
    db.execute("create table calendar as select ?::int[] as upto, ?::date[] as working", [number, working])
    db.execute(
        "create macro plus_wd(start, n) as (select working[upto[date_diff('day', date '1995-01-01', start) + 1] + n] "
        "from calendar)"
    )
