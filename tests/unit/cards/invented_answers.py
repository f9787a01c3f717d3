"""Invented answers, one or more for every show: the fixtures of the card and wording tests."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from bot.wording import Names
from kpi_engine.answer import Answer, DataStamp, Figure, Group, MeasureAnswer, Point
from kpi_engine.organisation import Unit
from kpi_engine.question import EVERYTHING, Period, Question, Scope, UnitRef, make_filters

AS_AT = date(2026, 11, 15)
LAST_WEEK = Period(date(2026, 11, 9), AS_AT)
COMING_WEEK = Period(date(2026, 11, 16), date(2026, 11, 22))
CSWT1 = UnitRef("team", "T11")
SERVICE = UnitRef("service", "S2")
DATA = DataStamp(AS_AT, "2026-11-16T06:40:00", "e-0001", 12)

UNITS = {
    u.id: u
    for u in (
        Unit("ALL", "Anytown Council", "authority", None),
        Unit("S1", "Front Door", "service", "ALL"),
        Unit("S2", "Children's Social Work", "service", "ALL"),
        Unit("T11", "CSWT 1", "team", "S2"),
        Unit("T12", "CSWT 2", "team", "S2"),
        Unit("T13", "CSWT 3", "team", "S2"),
        Unit("T14", "CSWT 4", "team", "S2"),
    )
}
WORKERS = {"P9": "Asha Khan", "P10": "Ben Cole", "P11": "Chinwe Okafor"}
NAMES = Names(UNITS, WORKERS, EVERYTHING)
NUMBERS_ONLY = Names(UNITS, {}, Scope())


def question(show: str = "headline", *measures: str, **parts: Any) -> Question:
    filters = make_filters(parts.pop("filters", {}))
    chosen: dict[str, Any] = {"unit": CSWT1, "as_at": AS_AT} | parts
    return Question(show, measures, **chosen, filters=filters)  # type: ignore[arg-type]


def row(
    n: int = 0, *, clock: str = "cp_visit", days: int = 13, status: str = "overdue", **parts: Any
) -> dict[str, Any]:
    due = AS_AT - timedelta(days=days)
    return {
        "child_id": f"C{123 + n}",
        "clock": clock,
        "subject_id": f"S{77 + n}",
        "sequence": 1,
        "start_date": (due - timedelta(days=14)).isoformat(),
        "due_date": due.isoformat(),
        "done_date": None,
        "ended_date": None,
        "status": status,
        "days_overdue": max(days, 0),
        "working_days_overdue": None,
        "team_id": "T11",
        "worker_id": ("P9", "P10", "P11", None)[n % 4],
    } | parts


def backlog(slug: str = "cp_visits_overdue", value: float = 7, of: float = 40, **parts: Any) -> MeasureAnswer:
    base: dict[str, Any] = {
        "value": value,
        "of": of,
        "unit": "children",
        "target": 0.0,
        "rag": "red" if value else "green",
        "previous": 5.0,
    }
    return MeasureAnswer(slug, **(base | parts))


def rate(slug: str = "cp_visits_in_time", **parts: Any) -> MeasureAnswer:
    base: dict[str, Any] = {
        "value": 92.3,
        "of": 39.0,
        "met": 36.0,
        "unit": "%",
        "target": 95.0,
        "rag": "amber",
        "previous": 88.2,
        "period": LAST_WEEK,
        "last_4_weeks": Figure(91.2, 148, 135),
        "year_to_date": Figure(93.0, 1204, 1120),
    }
    return MeasureAnswer(slug, **(base | parts))


def answer(asked: Question, *answers: MeasureAnswer, **parts: Any) -> Answer:
    return Answer("answered", asked, answers, **({"data": DATA} | parts))


def points(count: int = 13, start: float = 1240, step: float = -11, target: bool = True) -> tuple[Point, ...]:
    first = AS_AT - timedelta(days=7 * (count - 1))
    return tuple(
        Point(
            first + timedelta(days=7 * n),
            start + step * n + (n * 7) % 5,
            None,
            1240.0 - 25 * n if target else None,
        )
        for n in range(count)
    )


def _briefing(unit: UnitRef, **parts: Any) -> dict[str, Any]:
    def line(
        slug: str,
        value: float | None,
        of: float | None,
        target: float | None,
        rag: str | None,
        previous: float | None,
    ) -> dict[str, Any]:
        change = value - previous if value is not None and previous is not None else None
        return {
            "measure": slug,
            "value": value,
            "of": of,
            "target": target,
            "rag": rag,
            "previous": previous,
            "change": change,
            "unit": "children",
        }

    return {
        "unit": {"id": unit.id, "name": UNITS[unit.id].name, "kind": unit.kind},
        "week": COMING_WEEK.to_json(),
        "as_at": AS_AT.isoformat(),
        "talk_about": [
            {
                "why": "worst against target",
                "measure": "cp_visits_overdue",
                "sentence": "7 of 40 CP visits are overdue; the target is 0.",
            },
            {
                "why": "worst change",
                "measure": "core_groups_overdue",
                "sentence": "Core groups overdue rose from 1 to 5 in a week.",
            },
            {
                "why": "longest overdue",
                "measure": "review_conferences_overdue",
                "sentence": "Review CP conferences overdue: the longest is 41 days past its due date.",
                "child_id": "C125",
                "days_overdue": 41,
            },
        ],
        "table": [
            line("cin_unallocated", 0, 120, 0, "green", 2),
            line("cp_visits_overdue", 7, 40, 0, "red", 5),
            line("core_groups_overdue", 5, 40, 0, "red", 1),
            line("initial_conferences_overdue", 1, 9, 0, "amber", 1),
            line("review_conferences_in_time", 92.3, 13, 95, "amber", 96.1),
            line("assessments_in_time", None, 0, 100, None, 100),
        ],
        "trajectory": {
            "points": [{"date": p.date.isoformat(), "value": p.value, "target": p.target} for p in points()],
            "value": 1110,
            "target": 940,
            "net_last_week": -12,
            "baseline": 1240,
            "floor": 800,
        },
        "due_this_week": [
            {
                "worker_id": "P9",
                "team_id": "T11",
                "count": 4,
                "by_measure": {"cp_visits_overdue": 3, "core_groups_overdue": 1},
            },
            {"worker_id": "P10", "team_id": "T11", "count": 2, "by_measure": {"cin_visits_overdue": 2}},
            {"worker_id": None, "team_id": "T11", "count": 1, "by_measure": {"cin_reviews_overdue": 1}},
        ],
        "due_total": 7,
        "longest_overdue": [
            row(2, clock="review_conference", days=41),
            row(0, days=13),
            row(1, clock="core_group", days=9),
        ],
        "teams": None,
        "findings": 12,
        "no_data": ["peps_overdue"],
    } | parts


def team_briefing(**parts: Any) -> Answer:
    return answer(question("briefing"), briefing=_briefing(CSWT1, **parts))


def service_briefing(**parts: Any) -> Answer:
    teams = [
        {
            "team_id": f"T1{n}",
            "name": f"CSWT {n}",
            "overdue": 30 - 7 * n,
            "unallocated": n % 2,
            "worst": "cp_visits_overdue" if n < 4 else None,
        }
        for n in range(1, 5)
    ]
    due = [
        {"worker_id": None, "team_id": f"T1{n}", "count": 9 - n, "by_measure": {"cp_visits_overdue": 9 - n}}
        for n in range(1, 5)
    ]
    for entry in due:
        del entry["worker_id"]
    talk = _briefing(SERVICE)["talk_about"][:2]
    shape = {
        "talk_about": talk,
        "teams": teams,
        "due_this_week": due,
        "due_total": 26,
        "longest_overdue": None,
    }
    return answer(question("briefing", unit=SERVICE), briefing=_briefing(SERVICE, **(shape | parts)))


def compare_groups(count: int = 4) -> tuple[Group, ...]:
    rags = ("red", "red", "amber", "green")
    return tuple(
        Group(
            f"T1{n + 1}" if n < 4 else f"T9{n}", f"CSWT {n + 1}", max(14 - 4 * n, 0), 40, rags[min(n, 3)], 0
        )
        for n in range(count)
    )


EXPECTED = tuple(
    Point(AS_AT + timedelta(days=7 * n), 1110.0 - 11 * n, None, 940.0 - 25 * n) for n in range(1, 9)
)
BENCHMARK = {
    "year": 2024,
    "england": 88.1,
    "london": 90.4,
    "statistical_neighbours": 87.3,
    "source": "DfE, children in need 2024",
}
FINDINGS = tuple(
    {"rule": rule, "table": "ssd_cp_visits", "key": f"V{n}", "child_id": f"C{n}", "team_id": "T11",
     "detail": "The visit is dated before the plan began.", "row": n}
    for n, rule in enumerate(["event before start"] * 5 + ["unknown child"] * 3)
)  # fmt: skip

ALL: dict[str, Answer] = {
    "headline_backlog": answer(question("headline", "cp_visits_overdue"), backlog(bounds=(6, 9))),
    "headline_rate": answer(question("headline", "cp_visits_in_time", period=LAST_WEEK), rate()),
    "headline_several": answer(
        question(
            "headline",
            "initial_conferences_overdue",
            "initial_conferences_in_time",
            "review_conferences_overdue",
        ),
        backlog("initial_conferences_overdue", 2, 9, previous=1.0, unit="enquiries"),
        rate("initial_conferences_in_time"),
        backlog("review_conferences_overdue", 1, 40, previous=1.0),
    ),
    "headline_stock": answer(
        question("headline", "lac_open", unit=SERVICE),
        MeasureAnswer("lac_open", 1204, unit="children", previous=1203),
    ),
    "headline_none_due": answer(
        question("headline", "review_conferences_in_time", period=LAST_WEEK),
        rate(
            "review_conferences_in_time",
            value=None,
            of=0.0,
            met=0.0,
            rag=None,
            previous=None,
            last_4_weeks=Figure(None, 0, 0),
        ),
    ),
    "headline_suppressed": answer(
        question("headline", "lac_open", unit=UnitRef("team", "T12"), filters={"age_max": 4}),
        MeasureAnswer("lac_open", None, None, unit="children", suppressed=True),
    ),
    "headline_no_data": answer(
        question("headline", "peps_overdue"),
        MeasureAnswer("peps_overdue", no_data="The table local_peps was not in the extract."),
    ),
    "headline_elsewhere": Answer(
        "no_data",
        question("headline", "lac_reviews_overdue"),
        (
            MeasureAnswer(
                "lac_reviews_overdue",
                elsewhere="CSWT 1 holds none of these: they are held by LAC 1.",
                extra={"authority": {"value": 12.0, "of": 300.0}},
            ),
        ),
        data=DATA,
    ),
    "list": answer(
        question("list", "cp_visits_overdue", order="worst"),
        backlog(rows=tuple(row(n, days=20 - 2 * n) for n in range(7))),
    ),
    "list_umbrella": answer(
        question(
            "list", "initial_conferences_overdue", "review_conferences_overdue", order="worst", unit=SERVICE
        ),
        backlog(
            "initial_conferences_overdue",
            2,
            9,
            rows=tuple(row(n, clock="initial_conference") for n in range(2)),
            previous=1.0,
        ),
        backlog(
            "review_conferences_overdue",
            5,
            40,
            rows=(row(5, clock="review_conference", days=1),),
            previous=1.0,
        ),
        held_back=("T12", "T13"),
    ),
    "list_empty": answer(question("list", "cp_visits_overdue", order="worst"), backlog(value=0, rows=())),
    "list_workers": answer(
        question("list", "caseloads_over_standard", order="worst"),
        MeasureAnswer(
            "caseloads_over_standard",
            2,
            9,
            unit="workers",
            target=0,
            rag="red",
            rows=(
                {"worker_id": "P9", "team_id": "T11", "value": 24.0, "standard": 18.0},
                {"worker_id": "P10", "team_id": "T11", "value": 19.5, "standard": 18.0},
            ),
        ),
    ),
    "list_rate": answer(
        question("list", "cp_visits_in_time", period=LAST_WEEK),
        rate(
            rows=(
                row(0, status="done_late", days=3, done_date="2026-11-15"),
                row(1, status="missed", days=2),
                row(2, days=1),
            )
        ),
    ),
    "trend": answer(
        question("trend", "cin_open", by="week"),
        MeasureAnswer(
            "cin_open", 1110, unit="children", target=940.0, rag="red", previous=1122, points=points()
        ),
    ),
    "compare": answer(
        question("compare", "cp_visits_overdue", unit=SERVICE, by="team", order="worst"),
        backlog(value=26, of=160, previous=29.0, groups=compare_groups()),
    ),
    "compare_workers": answer(
        question("compare", "cp_visits_overdue", by="worker", order="worst"),
        backlog(
            value=7,
            groups=(
                Group("P9", "Asha Khan", 5, 14, "red"),
                Group("P10", "Ben Cole", 2, 12, "amber"),
                Group(None, "No worker", None, 0),
            ),
        ),
    ),
    "coming_up": answer(
        question("coming_up", "cp_visits_overdue", "core_groups_overdue", period=COMING_WEEK),
        MeasureAnswer(
            "cp_visits_overdue",
            4,
            unit="children",
            period=COMING_WEEK,
            rows=tuple(row(n, days=-1 - n, status="due") for n in range(4)),
        ),
        MeasureAnswer(
            "core_groups_overdue",
            1,
            unit="children",
            period=COMING_WEEK,
            rows=(row(6, clock="core_group", days=-2, status="due"),),
        ),
    ),
    "forecast": answer(
        question("forecast", "cin_open"),
        MeasureAnswer(
            "cin_open",
            1110,
            unit="children",
            target=940.0,
            rag="red",
            previous=1122,
            points=EXPECTED,
            extra={"weekly_change": -11.0, "weeks": 8, "mean_absolute_error": 14.2},
            sentences=(
                "At the mean weekly change of the last 13 weeks (-11.0) it would be 1022 on Sun 10 Jan 2027.",
                "Tried on the past, this method missed by 14.2 on average, 4 weeks ahead.",
            ),
        ),
    ),
    "benchmark": answer(
        question("benchmark", "review_conferences_in_time", period=LAST_WEEK),
        rate(
            "review_conferences_in_time",
            extra=BENCHMARK,
            sentences=("Published figures are for the year to 31 March 2024.",),
        ),
    ),
    "explain": answer(
        question("explain", "cp_visits_overdue", "cp_visits_in_time"),
        MeasureAnswer(
            "cp_visits_overdue",
            sentences=(
                "A child on a plan is seen every 10 working days.",
                "Source: local standard, Working Together 2026, chapter 3.",
            ),
        ),
        MeasureAnswer(
            "cp_visits_in_time", sentences=("Visits in time, of those that fell due in the period.",)
        ),
    ),
    "why": answer(
        question("why", "cp_visits_overdue", child="C123"),
        MeasureAnswer(
            "cp_visits_overdue",
            rows=(row(0),),
            sentences=(
                "The plan of C123 began on Mon 5 Oct 2026.",
                "The last visit on which the child was seen was on Mon 19 Oct 2026.",
                "10 working days later is Mon 2 Nov 2026.",
                "No visit since: 13 days over.",
            ),
        ),
    ),
    "why_it_moved": answer(
        question("why", "cp_visits_overdue", unit=SERVICE),
        backlog(
            value=26,
            of=160,
            previous=29.0,
            groups=compare_groups(2),
            sentences=(
                "CP visits overdue went from 29 to 26 (-3).",
                "By team, most first: CSWT 1 -2 and CSWT 2 -1.",
            ),
        ),
    ),
    "headline_past": answer(
        question("headline", "cp_visits_overdue", period=Period(date(2026, 10, 1), date(2026, 10, 31))),
        backlog(),
    ),
    "briefing_team": team_briefing(),
    "briefing_service": service_briefing(),
    "changes": answer(
        question("changes", "cp_visits_overdue"),
        backlog(
            came_on=tuple(row(n, days=3) for n in range(3)),
            came_off=(row(8, status="done_late", days=2),),
            stayed=4,
        ),
    ),
    "quality": answer(question("quality"), findings=FINDINGS),
    "help": answer(question("help")),
}
"""Every fixture by name."""
