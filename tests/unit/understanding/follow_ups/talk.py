"""What a conversation is about, told without the reader: the state that a follow-up changes, and the question it asks.

The rule (spec/asking.md, Context 1): a follow-up inherits measure, unit, show, period and filters from the last good
answer and changes only what it says. Nothing here is taken from the reader but the words of the catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from kpi_engine.measures import CATALOGUE
from tests.unit.understanding.example_authority import AS_AT

Aspect = Literal["overdue", "in_time", "both", "plain"]
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Topic:
    """A subject in the words of a manager. kind: clock, backlog, stock, flow, share or average.
    kinds / people: what "and reviews?" and "and LAC?" make of it."""

    name: str
    words: str
    kind: str
    overdue: tuple[str, ...] = ()
    in_time: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    of_children: bool = True
    kinds: tuple[tuple[str, str], ...] = ()
    people: tuple[tuple[str, str], ...] = ()

    def slugs(self, aspect: Aspect) -> tuple[str, ...]:
        if aspect == "overdue":
            return self.overdue
        if aspect == "in_time":
            return self.in_time
        return self.plain if aspect == "plain" else self.overdue + self.in_time


def _clock(name: str, words: str, of_children: bool = True, **more: Any) -> Topic:
    return Topic(name, words, "clock", (f"{name}_overdue",), (f"{name}_in_time",), (), of_children, **more)


def _backlog(name: str, words: str, of_children: bool = True) -> Topic:
    return Topic(name, words, "backlog", (f"{name}_overdue",), (), (), of_children)


def _plain(kind: str, name: str, words: str, of_children: bool = True) -> Topic:
    return Topic(name, words, kind, plain=(name,), of_children=of_children)


_VISITS = ("cin_visits", "cp_visits", "lac_visits", "private_fostering_visits")
_REVIEWS = ("cin_reviews", "review_conferences", "lac_reviews")
_CONFERENCES = ("initial_conferences", "review_conferences")


def _umbrella(name: str, legs: tuple[str, ...]) -> Topic:
    late, timely = tuple(f"{leg}_overdue" for leg in legs), tuple(f"{leg}_in_time" for leg in legs)
    return Topic(name, name, "clock", late, timely)


TOPICS = {
    topic.name: topic
    for topic in (
        _clock("cp_visits", "CP visits", kinds=(("reviews", "review_conferences"),),
               people=(("LAC", "lac_visits"), ("CIN", "cin_visits"))),
        _clock("cin_visits", "CIN visits", kinds=(("reviews", "cin_reviews"),),
               people=(("CP", "cp_visits"), ("LAC", "lac_visits"))),
        _clock("lac_visits", "LAC visits", kinds=(("reviews", "lac_reviews"),),
               people=(("CIN", "cin_visits"), ("CP", "cp_visits"))),
        _clock("cin_reviews", "CIN reviews", kinds=(("visits", "cin_visits"),), people=(("LAC", "lac_reviews"),)),
        _clock("lac_reviews", "LAC reviews", kinds=(("visits", "lac_visits"),), people=(("CIN", "cin_reviews"),)),
        _clock("review_conferences", "review conferences", kinds=(("initial", "initial_conferences"),)),
        _clock("initial_conferences", "initial conferences", kinds=(("review", "review_conferences"),)),
        _clock("core_groups", "core groups"),
        _clock("mid_point_reviews", "mid-point reviews"),
        _clock("supervisions", "supervisions", False),
        _clock("appraisals", "appraisals", False),
        _clock("audits", "audits", False),
        _clock("private_fostering_visits", "private fostering visits"),
        _clock("carer_assessments", "carer assessments", False),
        _clock("initial_health", "initial health assessments"),
        _backlog("review_health", "review health assessments"),
        _backlog("dental", "dental checks"),
        _backlog("sdq", "SDQs"),
        _backlog("peps", "PEPs"),
        _backlog("pathway_reviews", "pathway reviews"),
        _backlog("inductions", "inductions", False),
        _umbrella("visits", _VISITS),
        _umbrella("reviews", _REVIEWS),
        _umbrella("conferences", _CONFERENCES),
        _plain("stock", "cp_open", "children on a CP plan"),
        _plain("stock", "lac_open", "looked after children"),
        _plain("stock", "cin_open", "children in need"),
        _plain("stock", "private_fostering_open", "privately fostered children"),
        _plain("stock", "in_house_places", "in-house places", False),
        _plain("flow", "contacts_received", "contacts", False),
        _plain("flow", "referrals_received", "referrals", False),
        _plain("flow", "section_47_started", "section 47s"),
        _plain("flow", "family_group_conferences", "family group conferences"),
        _plain("flow", "legal_planning_meetings", "legal planning meetings"),
        _plain("share", "rereferrals", "re-referrals", False),
        _plain("share", "contact_conversion", "contacts converted to referrals", False),
        _plain("share", "ifa_placements", "placements with an IFA"),
        _plain("share", "placements_over_20_miles", "placements over 20 miles away"),
        _plain("share", "care_leavers_eet", "care leavers in EET"),
        _plain("share", "care_leavers_suitable_homes", "care leavers in suitable accommodation"),
        _plain("share", "audits_good", "audits graded good", False),
        _plain("share", "cp_children_seen_alone", "children seen alone on CP visits"),
        _plain("average", "cp_duration", "average length of CP plans"),
        _plain("average", "cin_duration", "average length of CIN cases"),
        _plain("average", "caseload_average", "average caseload", False),
        Topic("caseloads", "caseloads", "umbrella", of_children=False,
              plain=("caseload_average", "caseloads_over_standard")),
        _plain("average", "proceedings_duration", "average length of care proceedings"),
    )
}  # fmt: skip

TIMES: dict[str, tuple[date, date]] = {
    "last month": (date(2026, 10, 1), date(2026, 10, 31)),
    "in October": (date(2026, 10, 1), date(2026, 10, 31)),
    "in September": (date(2026, 9, 1), date(2026, 9, 30)),
    "in August": (date(2026, 8, 1), date(2026, 8, 31)),
    "last week": (date(2026, 11, 9), date(2026, 11, 15)),
    "the week before last": (date(2026, 11, 2), date(2026, 11, 8)),
    "since April": (date(2026, 4, 1), AS_AT),
    "in Q2": (date(2026, 7, 1), date(2026, 9, 30)),
    "year to date": (date(2026, 4, 1), AS_AT),
    "over the last 12 months": (date(2025, 11, 16), AS_AT),
}
AHEAD: dict[str, tuple[date, date]] = {
    "next week": (date(2026, 11, 16), date(2026, 11, 22)),
    "in December": (date(2026, 12, 1), date(2026, 12, 31)),
}
PARENTS = {
    "T02": "S1",
    "T03": "S1",
    "T11": "S2",
    "T12": "S2",
    "T14": "S2",
    "T21": "S3",
    "T23": "S3",
    "T31": "S4",
}
UNITS = {
    "CSWT 1": "T11",
    "CSWT 2": "T12",
    "CSWT 4": "T14",
    "Children's Social Work": "S2",
    "CIC North": "T21",
}
WORKERS = {"Nadia Rahman": ("P1191", "T11"), "Chloe Marsh": ("P1292", "T12")}
OWN = {"U-DIR": "ALL", "U-AD2": "S2", "U-T11": "T11"}


@dataclass(frozen=True)
class Talk:
    """Where a conversation stands. when: first and last day that were said, None for none.
    filters: name and value pairs, sorted."""

    user: str
    topic: Topic
    aspect: Aspect
    show: str
    unit: str
    units: tuple[str, ...] = ()
    worker: str | None = None
    child: str | None = None
    when: tuple[date, date] | None = None
    filters: tuple[tuple[str, int | str], ...] = ()
    by: str | None = None
    limit: int | None = None
    order: str | None = None
    point: bool = False
    """A day was said ("at the end of September"), not the period of which it is the last."""

    listed: bool = False
    """Rows were shown, which "the second one" points at."""

    def but(self, **changes: Any) -> Talk:
        return replace(self, **changes)

    def filtered(self, **wanted: int | str) -> Talk:
        kept = dict(self.filters)
        if any(name.startswith("age") for name in wanted):
            kept = {name: value for name, value in kept.items() if not name.startswith("age")}
        return self.but(filters=tuple(sorted({**kept, **wanted}.items())))

    def without(self, start: str) -> Talk:
        return self.but(filters=tuple(pair for pair in self.filters if not pair[0].startswith(start)))

    @property
    def measures(self) -> tuple[str, ...]:
        return self.topic.slugs(self.aspect)

    @property
    def dated(self) -> bool:
        """Whether every measure is of a period."""
        return all(CATALOGUE[slug].default_period != "as_at" for slug in self.measures)

    @property
    def stands(self) -> bool:
        return all(CATALOGUE[slug].default_period == "as_at" for slug in self.measures)

    def understood(self) -> dict[str, Any]:
        """The question in the words of the contract, as far as it is decided."""
        as_at, period = AS_AT, self.when
        if self.show == "explain":
            period = None
        elif self.show == "coming_up":
            period = self.when or (AS_AT + DAY, AS_AT + 7 * DAY)
        elif self.show == "forecast":
            period = None
        elif self.show == "trend":
            period = self.when or (AS_AT - 13 * 7 * DAY + DAY, AS_AT)
        elif self.show == "why" and self.child:
            period = None
        elif self.when and self.stands:
            as_at, period = min(self.when[1], AS_AT), None
        elif not self.when and self.dated:
            period = _usual(self.measures)
        rows = self.show in ("list", "compare")
        return {
            "show": self.show,
            "measures": sorted(self.measures),
            "unit": self.unit,
            "units": sorted(self.units),
            "worker": self.worker,
            "child": self.child,
            "as_at": as_at.isoformat(),
            "period": [day.isoformat() for day in period] if period else None,
            "filters": dict(self.filters),
            "by": self.by,
            "limit": self.limit if rows else None,
            "order": (self.order or "worst") if rows else None,
        }


def _usual(slugs: tuple[str, ...]) -> tuple[date, date] | None:
    """The period of a flow when none is said (contract.md)."""
    kinds = {CATALOGUE[slug].default_period for slug in slugs}
    usual = {
        "last_week": TIMES["last week"],
        "last_month": TIMES["last month"],
        "last_12_months": TIMES["over the last 12 months"],
    }
    return usual[kinds.pop()] if len(kinds) == 1 else None


def parent_of(units: tuple[str, ...]) -> str:
    """The nearest unit that holds them all."""
    services = {PARENTS.get(unit, unit) for unit in units}
    return services.pop() if len(services) == 1 else "ALL"
