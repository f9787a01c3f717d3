"""Every measure of measures.md by hand: value, what it is of, and the numerator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from tests.longhand import cells, counting
from tests.longhand.allocation import Holder, contact_holder, holder, team_of, units_of
from tests.longhand.care_leaver_clocks import eligibility, in_touch
from tests.longhand.counting import add_months, birthday, one_decimal, percentage
from tests.longhand.ledger import CLOCKS, clock_rows
from tests.longhand.local_clocks import audit_month, case_holder, pre_proceedings_start, role
from tests.longhand.looked_after_clocks import child_of
from tests.longhand.populations import (
    care_periods,
    cin,
    cin_plans,
    cp_plans,
    looked_after,
    on_cin_plan,
    on_cp_plan,
    open_episodes,
    running,
)
from tests.longhand.world import Records, Row, World

Period = tuple[dt.date, dt.date]
Figure = dict[str, Any]
DAYS_IN_MONTH = Fraction(36525, 1200)
EVENT_DAY_BEFORE = dt.timedelta(days=1)
NO_DATA = "no_data"


class Authority:
    """One set of tables, asked many times."""

    def __init__(self, tables: dict[str, list[dict[str, str]]]) -> None:
        self.records = Records(tables)
        self.worlds: dict[dt.date, World] = {}

    def world(self, day: dt.date) -> World:
        if day not in self.worlds:
            self.worlds[day] = World(self.records, day)
        return self.worlds[day]

    def measure(
        self, slug: str, as_at: dt.date, unit: str = "ALL", period: Period | None = None
    ) -> Figure | str:
        """value, of and met of one measure; "no_data" when its table is not there.

        value: a count, a percentage or a mean to one decimal; None: nothing to divide by.
        """
        entry = MEASURES[slug]
        if not self.records.has(*entry.tables):
            return NO_DATA
        asked = Asked(self, self.world(as_at), unit, period or entry.period(as_at))
        return entry.work(asked)


def measure(
    tables: dict[str, list[dict[str, str]]],
    slug: str,
    as_at: dt.date,
    unit: str = "ALL",
    period: Period | None = None,
) -> Figure | str:
    """One measure of one set of tables."""
    return Authority(tables).measure(slug, as_at, unit, period)


class Asked:
    """A question: the world on D, the unit, the period (its last day no later than D counts)."""

    def __init__(self, authority: Authority, world: World, unit: str, period: Period) -> None:
        self.authority, self.world, self.unit = authority, world, unit
        self.since, self.until = period

    def ours(self, team: str | None) -> bool:
        return self.unit == "ALL" or self.unit in units_of(self.world, team)

    def within(self, day: dt.date | None) -> bool:
        return day is not None and self.since <= day <= self.until and day <= self.world.as_at

    def holds(
        self,
        child: str | None,
        day: dt.date | None = None,
        record_team: str | None = None,
        record_worker: str | None = None,
    ) -> Holder:
        return holder(
            self.world,
            child,
            day or self.world.as_at,
            record_team=record_team,
            record_worker=record_worker,
        )

    def has_case(self, child: str | None, day: dt.date | None = None, record_team: str | None = None) -> bool:
        return self.ours(self.holds(child, day, record_team)[0])

    def children(self, population: Iterable[str | None]) -> set[str | None]:
        """Those of a population whose case is with the unit on D."""
        return {child for child in population if self.has_case(child)}


# --- the kinds ------------------------------------------------------------------------------------


def count(value: int) -> Figure:
    return {"value": value, "of": None, "met": None}


def backlog(value: int, of: int) -> Figure:
    return {"value": value, "of": of, "met": value}


def share(met: int, of: int) -> Figure:
    return {"value": percentage(met, of), "of": of, "met": met}


def average(lengths: list[Fraction]) -> Figure:
    value = one_decimal(sum(lengths, Fraction(0)) / len(lengths)) if lengths else None
    return {"value": value, "of": len(lengths), "met": None}


def rows_of(asked: Asked, *clocks: str) -> list[dict[str, Any]]:
    return [row for clock in clocks for row in clock_rows(asked.world, clock) if asked.ours(row["team_id"])]


def overdue_of_clock(*clocks: str) -> Callable[[Asked], Figure]:
    """Overdue rows, of the due and overdue rows."""

    def work(asked: Asked) -> Figure:
        rows = rows_of(asked, *clocks)
        overdue = sum(row["status"] == "overdue" for row in rows)
        return backlog(overdue, overdue + sum(row["status"] == "due" for row in rows))

    return work


def overdue_of_children(
    clock: str, population: Callable[[World], set[str | None]]
) -> Callable[[Asked], Figure]:
    """Overdue rows of children of the population, of the population."""

    def work(asked: Asked) -> Figure:
        everyone = population(asked.world)
        overdue = [
            row for row in rows_of(asked, clock) if row["status"] == "overdue" and row["child_id"] in everyone
        ]
        return backlog(len(overdue), len(asked.children(everyone)))

    return work


def rate(*clocks: str, by: str = "due_date") -> Callable[[Asked], Figure]:
    """In time, of the rows due (or done) in the period that were a duty and are decided or overdue."""

    def work(asked: Asked) -> Figure:
        decided = [
            row
            for row in rows_of(asked, *clocks)
            if row["status"] in ("done_in_time", "done_late", "missed", "overdue")
            and row[by] is not None
            and asked.since <= row[by] <= asked.until
        ]
        return share(sum(row["status"] == "done_in_time" for row in decided), len(decided))

    return work


def stock(population: Callable[[World], set[str | None]]) -> Callable[[Asked], Figure]:
    return lambda asked: count(len(asked.children(population(asked.world))))


def unallocated(population: Callable[[World], set[str | None]]) -> Callable[[Asked], Figure]:
    def work(asked: Asked) -> Figure:
        children = asked.children(population(asked.world))
        return backlog(sum(asked.holds(child)[1] is None for child in children), len(children))

    return work


# --- front door -----------------------------------------------------------------------------------


def _contacts(asked: Asked) -> list[Row]:
    found = []
    for row in asked.world.rows("ssd_contacts"):
        day = asked.world.date(row, "cont_contact_date")
        if day and asked.within(day) and asked.ours(contact_holder(asked.world, row, day)[0]):
            found.append(row)
    return found


def contact_conversion(asked: Asked) -> Figure:
    contacts = _contacts(asked)
    new = [r for r in contacts if cells.json_yes(r.get("cont_contact_outcome_json"), "NEW_REFERRAL_FLAG")]
    return share(len(new), len(contacts))


def _referrals(asked: Asked) -> list[Row]:
    found = []
    for row in asked.world.rows("ssd_cin_episodes"):
        day = asked.world.date(row, "cine_referral_date")
        if day and asked.within(day):
            written = row.get("cine_referral_team")
            team = (
                team_of(asked.world, written)
                if written is not None
                else asked.holds(row.get("cine_person_id"), day)[0]
            )
            if asked.ours(team):
                found.append(row)
    return found


def rereferrals(asked: Asked) -> Figure:
    referrals = _referrals(asked)
    again = 0
    for row in referrals:
        day = asked.world.date(row, "cine_referral_date")
        assert day is not None
        earlier = [
            asked.world.date(other, "cine_referral_date")
            for other in asked.world.where("ssd_cin_episodes", "cine_person_id", row.get("cine_person_id"))
        ]
        again += any(other and 0 < (day - other).days <= 365 for other in earlier)
    return share(again, len(referrals))


def referrals_no_further_action(asked: Asked) -> Figure:
    referrals = _referrals(asked)
    return share(sum(cells.yes(row.get("cine_referral_nfa")) for row in referrals), len(referrals))


# --- assessment -----------------------------------------------------------------------------------


def assessments_open(asked: Asked) -> Figure:
    rows = rows_of(asked, "assessment")
    return count(sum(row["status"] in ("due", "overdue") for row in rows))


def assessments_child_seen(asked: Asked) -> Figure:
    authorised = []
    for row in asked.world.rows("ssd_cin_assessments"):
        day = asked.world.date(row, "cina_assessment_auth_date")
        start = asked.world.limit(row, "cina_assessment_start_date")
        if (
            asked.within(day)
            and not (start and day and day < start)
            and asked.has_case(row.get("cina_person_id"), day, row.get("cina_assessment_team"))
        ):
            authorised.append(row)
    seen = sum(cells.yes(row.get("cina_assessment_child_seen")) for row in authorised)
    return share(seen, len(authorised))


# --- child in need --------------------------------------------------------------------------------


def cin_net_change(asked: Asked) -> Figure:
    sizes = []
    for day in (min(asked.until, asked.world.as_at), asked.since - EVENT_DAY_BEFORE):
        then = Asked(asked.authority, asked.authority.world(day), asked.unit, (asked.since, asked.until))
        sizes.append(len(then.children(cin(then.world))))
    return count(sizes[0] - sizes[1])


def cin_without_plan(asked: Asked) -> Figure:
    overdue = [row for row in rows_of(asked, "cin_plan") if row["status"] == "overdue"]
    episodes = [
        row
        for row in open_episodes(asked.world)
        if asked.has_case(row.get("cine_person_id"), None, row.get("cine_referral_team"))
    ]
    return backlog(len(overdue), len(episodes))


def cin_plan_backlog(clock: str) -> Callable[[Asked], Figure]:
    """Overdue rows, of the children with an open CIN plan; where nobody holds them, the plan's team."""

    def work(asked: Asked) -> Figure:
        children = set()
        for plan, start, end in cin_plans(asked.world):
            child = plan["cinp_person_id"]
            if running(start, end, asked.world.as_at) and asked.has_case(
                child, None, plan.get("cinp_cin_plan_team")
            ):
                children.add(child)
        overdue = [
            row
            for row in rows_of(asked, clock)
            if row["status"] == "overdue" and row["child_id"] in on_cin_plan(asked.world)
        ]
        return backlog(len(overdue), len(children))

    return work


def _closures(asked: Asked) -> list[Row]:
    found = []
    for row in asked.world.rows("ssd_cin_episodes"):
        day = asked.world.date(row, "cine_close_date")
        referred = asked.world.limit(row, "cine_referral_date")
        if (
            day
            and asked.within(day)
            and not (referred and referred > asked.world.as_at)  # a referral after D does not exist
            and asked.has_case(
                row.get("cine_person_id"), day - EVENT_DAY_BEFORE, row.get("cine_referral_team")
            )
        ):
            found.append(row)
    return found


def cin_duration(asked: Asked) -> Figure:
    lengths = []
    for row in _closures(asked):
        start = asked.world.date(row, "cine_referral_date")
        end = asked.world.date(row, "cine_close_date")
        if start is None or end is None or end < start or cells.yes(row.get("cine_referral_nfa")):
            continue
        child = row.get("cine_person_id")
        spans = [(s, e) for plan, s, e in cp_plans(asked.world) if plan["cppl_person_id"] == child]
        spans += [
            (period.care_from, period.end)
            for period in care_periods(asked.world)
            if period.child == child and period.care_from is not None
        ]
        if not any(s < end and (e is None or e > start) for s, e in spans):
            lengths.append((end - start).days / DAYS_IN_MONTH)
    return average(lengths)


def cin_stepped_down(asked: Asked) -> Figure:
    closures = _closures(asked)
    return share(sum(cells.code(row.get("cine_close_reason")) == "RC9" for row in closures), len(closures))


# --- child protection -----------------------------------------------------------------------------


def section_47_started(asked: Asked) -> Figure:
    rows = asked.world.rows("ssd_s47_enquiry")
    total = 0
    for row in rows:
        day = asked.world.date(row, "s47e_s47_start_date")
        total += asked.within(day) and asked.has_case(
            row.get("s47e_person_id"), day, row.get("s47e_s47_completed_by_team")
        )
    return count(total)


def cp_children_seen_alone(asked: Asked) -> Figure:
    visits = []
    for row in asked.world.rows("ssd_cp_visits"):
        day = asked.world.date(row, "cppv_cp_visit_date")
        child = row.get("cppv_person_id")
        if child is None:
            plan = asked.world.first("ssd_cp_plans", "cppl_cp_plan_id", row.get("cppv_cp_plan_id"))
            child = plan.get("cppl_person_id") if plan else None
        if asked.within(day) and cells.yes(row.get("cppv_cp_visit_seen")) and asked.has_case(child, day):
            visits.append(row)
    return share(sum(cells.yes(row.get("cppv_cp_visit_seen_alone")) for row in visits), len(visits))


def _ended_plans(asked: Asked) -> list[tuple[Row, dt.date, dt.date]]:
    return [
        (plan, start, end)
        for plan, start, end in cp_plans(asked.world)
        if end is not None
        and asked.within(end)
        and end >= start
        and asked.has_case(plan["cppl_person_id"], end - EVENT_DAY_BEFORE)
    ]


def cp_duration(asked: Asked) -> Figure:
    return average([(end - start).days / DAYS_IN_MONTH for _, start, end in _ended_plans(asked)])


def cp_over_two_years(asked: Asked) -> Figure:
    day = asked.world.as_at
    long = [
        plan
        for plan, start, end in cp_plans(asked.world)
        if running(start, end, day) and add_months(start, 24) < day and asked.has_case(plan["cppl_person_id"])
    ]
    return backlog(len(long), len(asked.children(on_cp_plan(asked.world))))


def cp_stepped_up(asked: Asked) -> Figure:
    ended = _ended_plans(asked)
    up = 0
    for plan, _, end in ended:
        up += any(
            period.child == plan["cppl_person_id"]
            and period.care_from is not None
            and abs((period.care_from - end).days) <= 28
            for period in care_periods(asked.world)
        )
    return share(up, len(ended))


def cp_repeat_plans(asked: Asked) -> Figure:
    plans = cp_plans(asked.world)
    started = [
        (plan, start)
        for plan, start, _ in plans
        if asked.within(start) and asked.has_case(plan["cppl_person_id"], start)
    ]
    again = sum(
        any(other["cppl_person_id"] == plan["cppl_person_id"] and begun < start for other, begun, _ in plans)
        for plan, start in started
    )
    return share(again, len(started))


# --- looked after ---------------------------------------------------------------------------------


def lac_review_participation(asked: Asked) -> Figure:
    held = []
    for row in asked.world.rows("ssd_cla_reviews"):
        day = asked.world.date(row, "clar_cla_review_date")
        if not asked.within(day) or cells.yes(row.get("clar_cla_review_cancelled")):
            continue
        child = row.get("clar_cla_person_id") or child_of(asked.world, row.get("clar_cla_id"))
        born = asked.world.born.get(child)
        if born is not None and day is not None and birthday(born, 4) <= day and asked.has_case(child, day):
            held.append(row)
    took_part = {f"PN{number}" for number in range(1, 7)}
    return share(
        sum(cells.code(row.get("clar_cla_review_participation")) in took_part for row in held), len(held)
    )


def _placements(asked: Asked) -> list[Row]:
    """Open placements of looked-after children."""
    children = looked_after(asked.world)
    found = []
    for row in asked.world.rows("ssd_cla_placement"):
        child = row.get("clap_person_id") or child_of(asked.world, row.get("clap_cla_id"))
        if (
            running(
                asked.world.date(row, "clap_cla_placement_start_date"),
                asked.world.date(row, "clap_cla_placement_end_date"),
                asked.world.as_at,
            )
            and child in children
            and asked.has_case(child)
        ):
            found.append(row)
    return found


def placements_over_20_miles(asked: Asked) -> Figure:
    distances = [cells.number(row.get("clap_cla_placement_distance")) for row in _placements(asked)]
    known = [miles for miles in distances if miles is not None and miles != 999.9]
    return share(sum(miles > 20 for miles in known), len(known))


def ifa_placements(asked: Asked) -> Figure:
    foster = [
        row
        for row in _placements(asked)
        if (cells.code(row.get("clap_cla_placement_type")) or "").startswith("U")
    ]
    ifa = sum(cells.code(row.get("clap_cla_placement_provider")) in ("PR4", "PR5") for row in foster)
    return share(ifa, len(foster))


def in_house_places(asked: Asked) -> Figure:
    """The newest number on or before D. It is the authority's: no team has one of its own."""
    newest: tuple[dt.date, float] | None = None
    for row in asked.world.rows("local_placements_in_house"):
        day, places = asked.world.date(row, "as_at"), cells.number(row.get("places"))
        if day and places is not None and (newest is None or day > newest[0]):
            newest = day, places
    return {"value": newest[1] if newest else None, "of": None, "met": None}


PERMANENT = {"E11", "E12", "E4A", "E4B", "E41", "E43", "E44", "E45", "E46", "E47", "E48"}


def permanence_in_time(asked: Asked) -> Figure:
    found = in_time = 0
    for period in care_periods(asked.world):
        if (
            period.care_from is None
            or period.end is None
            or not asked.within(period.end)
            or period.reason not in PERMANENT
            or not asked.has_case(period.child, period.end - EVENT_DAY_BEFORE)
        ):
            continue
        found += 1
        in_time += period.end <= add_months(period.care_from, 18)
    return share(in_time, found)


# --- care leavers ---------------------------------------------------------------------------------


def pathway_plans_in_place(asked: Asked) -> Figure:
    due = [row for row in rows_of(asked, "pathway_plan") if row["due_date"] < asked.world.as_at]
    return share(sum(row["done_date"] is not None for row in due), len(due))


def _leavers(asked: Asked, *kinds: str) -> list[Row]:
    return [
        row
        for row in asked.world.rows("ssd_care_leavers")
        if eligibility(row) in kinds
        and asked.has_case(row.get("clea_person_id"), None, row.get("clea_care_leaver_allocated_team"))
    ]


def care_leavers_in_touch(asked: Asked) -> Figure:
    answers = [in_touch(row) for row in _leavers(asked, "relevant", "former relevant")]
    return share(answers.count("YES"), sum(answer in ("YES", "NO", "REFU") for answer in answers))


def care_leavers_eet(asked: Asked) -> Figure:
    codes = [
        cells.code(row.get("clea_care_leaver_activity"))
        for row in _leavers(asked, "relevant", "former relevant", "qualifying")
    ]
    busy = {"F1", "F2", "F4", "F5", "P1", "P2", "P4", "P5"}
    return share(sum(code in busy for code in codes), sum(code is not None for code in codes))


def care_leavers_suitable_homes(asked: Asked) -> Figure:
    homes = [
        cells.without_prefix(row.get("clea_care_leaver_accom_suitable")).lower()
        for row in _leavers(asked, "relevant", "former relevant", "qualifying")
    ]
    return share(homes.count("suitable"), sum(home != "" for home in homes))


# --- court, private fostering ---------------------------------------------------------------------


def _open_children(
    asked: Asked, table: str, start: Callable[[Row], dt.date | None], end_column: str
) -> set[str | None]:
    found = set()
    for row in asked.world.rows(table):
        began, ended = start(row), asked.world.date(row, end_column)
        if ended is not None and began is not None and ended < began:
            ended = None  # an end before the start is none
        if began is not None and ended is None and asked.has_case(row.get("person_id")):
            found.add(row.get("person_id"))
    return found


def pre_proceedings_open(asked: Asked) -> Figure:
    def start(row: Row) -> dt.date | None:
        return pre_proceedings_start(asked.world, row)

    return count(len(_open_children(asked, "local_pre_proceedings", start, "end_date")))


def proceedings_open(asked: Asked) -> Figure:
    def start(row: Row) -> dt.date | None:
        return asked.world.date(row, "issue_date")

    return count(len(_open_children(asked, "local_court", start, "conclusion_date")))


def _weeks(asked: Asked, table: str, start: Callable[[Row], dt.date | None], end_column: str) -> Figure:
    lengths = []
    for row in asked.world.rows(table):
        began, ended = start(row), asked.world.date(row, end_column)
        if (
            began
            and ended
            and ended >= began
            and asked.within(ended)
            and asked.has_case(row.get("person_id"), ended - EVENT_DAY_BEFORE)
        ):
            lengths.append(Fraction((ended - began).days, 7))
    return average(lengths)


def pre_proceedings_duration(asked: Asked) -> Figure:
    return _weeks(
        asked, "local_pre_proceedings", lambda row: pre_proceedings_start(asked.world, row), "end_date"
    )


def proceedings_duration(asked: Asked) -> Figure:
    return _weeks(asked, "local_court", lambda row: asked.world.date(row, "issue_date"), "conclusion_date")


def meetings(kind: str) -> Callable[[Asked], Figure]:
    """Meetings of that kind held in the period."""

    def work(asked: Asked) -> Figure:
        total = 0
        for row in asked.world.rows("local_meetings"):
            day = asked.world.date(row, "meeting_date")
            total += (
                (row.get("kind") or "").lower() == kind
                and cells.yes(row.get("held"))
                and asked.within(day)
                and asked.has_case(row.get("person_id"), day)
            )
        return count(total)

    return work


def private_fostering_open(asked: Asked) -> Figure:
    return count(
        sum(
            running(asked.world.date(row, "aware_date"), asked.world.date(row, "end_date"), asked.world.as_at)
            and asked.has_case(row.get("person_id"))
            for row in asked.world.rows("local_private_fostering")
        )
    )


# --- fostering and adoption -----------------------------------------------------------------------


def _own_team(asked: Asked, row: Row) -> bool:
    return asked.ours(team_of(asked.world, row.get("team_id")))


def carer_assessments_unallocated(asked: Asked) -> Figure:
    open_rows = [row for row in rows_of(asked, "carer_assessment") if row["status"] in ("due", "overdue")]
    return backlog(sum(row["worker_id"] is None for row in open_rows), len(open_rows))


GOOD = ("good", "outstanding")
GRADES = (*GOOD, "requires_improvement", "inadequate")


def _grade(written: str | None) -> str:
    return (written or "").lower().replace(" ", "_")


def carer_assessments_good(asked: Asked) -> Figure:
    grades = []
    for row in asked.world.rows("local_carer_assessments"):
        day, start = asked.world.date(row, "decision_date"), asked.world.limit(row, "start_date")
        if asked.within(day) and not (start and day and day < start) and _own_team(asked, row):
            grades.append(_grade(row.get("audit_grade")))
    return share(sum(grade in GOOD for grade in grades), sum(grade in GRADES for grade in grades))


# --- workforce ------------------------------------------------------------------------------------


def _in_post(asked: Asked) -> list[Row]:
    return [
        row
        for row in asked.world.rows("local_staff")
        if running(asked.world.date(row, "start_date"), asked.world.date(row, "end_date"), asked.world.as_at)
        and _own_team(asked, row)
    ]


def _caseloads(asked: Asked) -> list[tuple[Row, int, Fraction]]:
    """Case-holding workers in post with their children and full-time equivalent."""
    world = asked.world
    held: dict[str | None, int] = {}
    for child in looked_after(world) | on_cp_plan(world) | cin(world):
        worker = holder(world, child, world.as_at)[1]
        held[worker] = held.get(worker, 0) + 1
    found = []
    for row in _in_post(asked):
        children = held.get(row.get("professional_id"), 0)
        fte = cells.number(row.get("fte"))
        if case_holder(row) and children and fte:
            found.append((row, children, Fraction(str(fte))))
    return found


def caseload_average(asked: Asked) -> Figure:
    loads = _caseloads(asked)
    hours = sum((fte for _, _, fte in loads), Fraction(0))
    children = sum(number for _, number, _ in loads)
    return {"value": one_decimal(children / hours) if hours else None, "of": None, "met": children}


def caseloads_over_standard(asked: Asked) -> Figure:
    loads = _caseloads(asked)
    over = 0
    for row, children, fte in loads:
        team = asked.world.first("local_teams", "team_id", team_of(asked.world, row.get("team_id")))
        kind = (team.get("kind") or "").lower() if team else ""
        over += children / fte > {"assessment": 15, "looked_after": 16}.get(kind, 18)
    return backlog(over, len(loads))


def team_span(asked: Asked) -> Figure:
    staff = _in_post(asked)
    managers = sum(role(row) == "team_manager" for row in staff)
    workers = sum(case_holder(row) for row in staff)
    value = one_decimal(Fraction(workers, managers)) if managers else None
    return {"value": value, "of": None, "met": None}


def agency_managers(asked: Asked) -> Figure:
    managers = [row for row in _in_post(asked) if role(row) in ("team_manager", "service_manager")]
    return share(sum(cells.yes(row.get("agency")) for row in managers), len(managers))


# --- quality --------------------------------------------------------------------------------------


def _audits(asked: Asked) -> list[Row]:
    """Audits completed in the period."""
    found = []
    for row in asked.world.rows("local_audits"):
        day, start = asked.world.date(row, "completed_date"), audit_month(row)
        if asked.within(day) and not (start and day and day < start) and _own_team(asked, row):
            found.append(row)
    return found


def audits_good(asked: Asked) -> Figure:
    grades = [_grade(row.get("grade")) for row in _audits(asked)]
    return share(sum(grade in GOOD for grade in grades), sum(grade in GRADES for grade in grades))


def audits_child_voice(asked: Asked) -> Figure:
    audits = _audits(asked)
    return share(sum(cells.yes(row.get("child_voice")) for row in audits), len(audits))


def exploitation_tracked(asked: Asked) -> Figure:
    world = asked.world
    flags = [
        row
        for row in world.rows("local_exploitation")
        if running(world.date(row, "flagged_date"), world.date(row, "ended_date"), world.as_at)
        and asked.has_case(row.get("person_id"))
    ]
    both = sum(
        world.date(row, "risk_assessment_date") is not None and world.date(row, "plan_date") is not None
        for row in flags
    )
    return share(both, len(flags))


def complaints_received(asked: Asked) -> Figure:
    return count(
        sum(
            asked.within(asked.world.date(row, "received_date")) and _own_team(asked, row)
            for row in asked.world.rows("local_complaints")
        )
    )


# --- the list -------------------------------------------------------------------------------------


class Entry:
    def __init__(
        self,
        work: Callable[[Asked], Figure],
        tables: Iterable[str],
        period: Callable[[dt.date], Period] = counting.last_week,
    ) -> None:
        self.work, self.tables, self.period = work, tuple(tables), period


def _clocked(work: Callable[[Asked], Figure], *clocks: str, more: Iterable[str] = (), **kw: Any) -> Entry:
    needed = {table for clock in clocks for table in CLOCKS[clock][1]} | set(more)
    return Entry(work, sorted(needed), **kw)


YEAR = counting.last_twelve_months
EPISODES, PLANS, CARE = "ssd_cin_episodes", "ssd_cp_plans", "ssd_cla_episodes"

MEASURES: dict[str, Entry] = {
    "contacts_received": Entry(lambda asked: count(len(_contacts(asked))), ["ssd_contacts"]),
    "contacts_decided_in_time": _clocked(rate("contact_decision"), "contact_decision"),
    "contact_conversion": Entry(contact_conversion, ["ssd_contacts"]),
    "referrals_received": Entry(lambda asked: count(len(_referrals(asked))), [EPISODES]),
    "rereferrals": Entry(rereferrals, [EPISODES]),
    "referrals_no_further_action": Entry(referrals_no_further_action, [EPISODES]),
    "assessments_open": _clocked(assessments_open, "assessment"),
    "assessments_overdue": _clocked(overdue_of_clock("assessment"), "assessment"),
    "assessments_in_time": _clocked(rate("assessment", by="done_date"), "assessment"),
    "assessments_in_time_from_referral": _clocked(
        rate("assessment_from_referral", by="done_date"), "assessment_from_referral"
    ),
    "assessments_child_seen": Entry(assessments_child_seen, ["ssd_cin_assessments"]),
    "cin_open": Entry(stock(cin), [EPISODES]),
    "cin_net_change": Entry(cin_net_change, [EPISODES]),
    "cin_unallocated": Entry(unallocated(cin), [EPISODES]),
    "cin_without_plan": _clocked(cin_without_plan, "cin_plan"),
    "cin_visits_overdue": _clocked(cin_plan_backlog("cin_visit"), "cin_visit"),
    "cin_visits_in_time": _clocked(rate("cin_visit"), "cin_visit"),
    "cin_reviews_overdue": _clocked(cin_plan_backlog("cin_review"), "cin_review"),
    "cin_reviews_in_time": _clocked(rate("cin_review"), "cin_review"),
    "cin_duration": Entry(cin_duration, [EPISODES], YEAR),
    "cin_stepped_down": Entry(cin_stepped_down, [EPISODES]),
    "cp_open": Entry(stock(on_cp_plan), [PLANS]),
    "cp_unallocated": Entry(unallocated(on_cp_plan), [PLANS]),
    "section_47_started": Entry(section_47_started, ["ssd_s47_enquiry"]),
    "initial_conferences_overdue": _clocked(overdue_of_clock("initial_conference"), "initial_conference"),
    "initial_conferences_in_time": _clocked(rate("initial_conference", by="done_date"), "initial_conference"),
    "review_conferences_overdue": _clocked(
        overdue_of_children("review_conference", on_cp_plan), "review_conference"
    ),
    "review_conferences_in_time": _clocked(rate("review_conference"), "review_conference"),
    "cp_visits_overdue": _clocked(overdue_of_children("cp_visit", on_cp_plan), "cp_visit"),
    "cp_visits_in_time": _clocked(rate("cp_visit"), "cp_visit"),
    "cp_children_seen_alone": Entry(cp_children_seen_alone, ["ssd_cp_visits"]),
    "core_groups_overdue": _clocked(overdue_of_children("core_group", on_cp_plan), "core_group"),
    "core_groups_in_time": _clocked(rate("core_group"), "core_group"),
    "mid_point_reviews_overdue": _clocked(
        overdue_of_children("mid_point_review", on_cp_plan), "mid_point_review"
    ),
    "mid_point_reviews_in_time": _clocked(rate("mid_point_review"), "mid_point_review"),
    "cp_duration": Entry(cp_duration, [PLANS], YEAR),
    "cp_over_two_years": Entry(cp_over_two_years, [PLANS]),
    "cp_stepped_up": Entry(cp_stepped_up, [PLANS, CARE], YEAR),
    "cp_repeat_plans": Entry(cp_repeat_plans, [PLANS], YEAR),
    "lac_open": Entry(stock(looked_after), [CARE]),
    "lac_unallocated": Entry(unallocated(looked_after), [CARE]),
    "lac_visits_overdue": _clocked(overdue_of_children("lac_visit", looked_after), "lac_visit"),
    "lac_visits_in_time": _clocked(rate("lac_visit"), "lac_visit"),
    "lac_reviews_overdue": _clocked(overdue_of_children("lac_review", looked_after), "lac_review"),
    "lac_reviews_in_time": _clocked(rate("lac_review"), "lac_review"),
    "lac_review_participation": Entry(lac_review_participation, ["ssd_cla_reviews"]),
    "initial_health_overdue": _clocked(
        overdue_of_children("initial_health_assessment", looked_after), "initial_health_assessment"
    ),
    "initial_health_in_time": _clocked(rate("initial_health_assessment"), "initial_health_assessment"),
    "review_health_overdue": _clocked(
        overdue_of_children("review_health_assessment", looked_after), "review_health_assessment"
    ),
    "dental_overdue": _clocked(overdue_of_children("dental_check", looked_after), "dental_check"),
    "sdq_overdue": _clocked(overdue_of_children("sdq", looked_after), "sdq"),
    "peps_overdue": _clocked(overdue_of_children("pep", looked_after), "pep"),
    "return_interviews_in_time": _clocked(rate("return_interview"), "return_interview"),
    "placements_over_20_miles": Entry(placements_over_20_miles, [CARE, "ssd_cla_placement"]),
    "ifa_placements": Entry(ifa_placements, [CARE, "ssd_cla_placement"]),
    "in_house_places": Entry(in_house_places, ["local_placements_in_house"]),
    "permanence_in_time": Entry(permanence_in_time, [CARE], YEAR),
    "pathway_plans_in_place": _clocked(pathway_plans_in_place, "pathway_plan"),
    "pathway_reviews_overdue": _clocked(overdue_of_clock("pathway_review"), "pathway_review"),
    "care_leavers_in_touch": Entry(care_leavers_in_touch, ["ssd_care_leavers"]),
    "care_leaver_contacts_overdue": _clocked(overdue_of_clock("care_leaver_contact"), "care_leaver_contact"),
    "care_leavers_eet": Entry(care_leavers_eet, ["ssd_care_leavers"]),
    "care_leavers_suitable_homes": Entry(care_leavers_suitable_homes, ["ssd_care_leavers"]),
    "pre_proceedings_open": Entry(pre_proceedings_open, ["local_pre_proceedings"]),
    "pre_proceedings_overdue": _clocked(overdue_of_clock("pre_proceedings"), "pre_proceedings"),
    "pre_proceedings_duration": Entry(pre_proceedings_duration, ["local_pre_proceedings"], YEAR),
    "legal_planning_meetings": Entry(meetings("legal_planning"), ["local_meetings"]),
    "proceedings_open": Entry(proceedings_open, ["local_court"]),
    "proceedings_overdue": _clocked(overdue_of_clock("care_proceedings"), "care_proceedings"),
    "proceedings_in_time": _clocked(
        rate("care_proceedings", by="done_date"), "care_proceedings", period=YEAR
    ),
    "proceedings_duration": Entry(proceedings_duration, ["local_court"], YEAR),
    "private_fostering_open": Entry(private_fostering_open, ["local_private_fostering"]),
    "private_fostering_visits_overdue": _clocked(
        overdue_of_clock("private_fostering_first_visit", "private_fostering_visit"),
        "private_fostering_visit",
    ),
    "private_fostering_visits_in_time": _clocked(
        rate("private_fostering_first_visit", "private_fostering_visit"), "private_fostering_visit"
    ),
    "carer_assessments_unallocated": _clocked(carer_assessments_unallocated, "carer_assessment"),
    "carer_assessments_overdue": _clocked(overdue_of_clock("carer_assessment"), "carer_assessment"),
    "carer_assessments_in_time": _clocked(rate("carer_assessment", by="done_date"), "carer_assessment"),
    "carer_assessments_good": Entry(carer_assessments_good, ["local_carer_assessments"], YEAR),
    "caseload_average": Entry(caseload_average, ["local_staff"]),
    "caseloads_over_standard": Entry(caseloads_over_standard, ["local_staff"]),
    "team_span": Entry(team_span, ["local_staff"]),
    "agency_managers": Entry(agency_managers, ["local_staff"]),
    "supervisions_overdue": _clocked(overdue_of_clock("supervision"), "supervision"),
    "supervisions_in_time": _clocked(rate("supervision"), "supervision"),
    "appraisals_overdue": _clocked(overdue_of_clock("appraisal"), "appraisal"),
    "appraisals_in_time": _clocked(rate("appraisal"), "appraisal"),
    "inductions_overdue": _clocked(overdue_of_clock("induction"), "induction"),
    "audits_overdue": _clocked(overdue_of_clock("audit"), "audit"),
    "audits_in_time": _clocked(rate("audit"), "audit", period=counting.last_month),
    "audits_good": Entry(audits_good, ["local_audits"], YEAR),
    "audits_child_voice": Entry(audits_child_voice, ["local_audits"], YEAR),
    "exploitation_tracked": Entry(exploitation_tracked, ["local_exploitation"]),
    "family_group_conferences": Entry(meetings("family_group_conference"), ["local_meetings"]),
    "complaints_received": Entry(complaints_received, ["local_complaints"]),
    "complaints_overdue": _clocked(overdue_of_clock("complaint"), "complaint"),
    "complaints_in_time": _clocked(rate("complaint"), "complaint"),
}
