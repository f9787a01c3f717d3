"""Every kind of follow-up, in several wordings, with what it makes of the conversation by the rule.

A step gives nothing where the rule does not decide (a unit behind "how is that counted").
"""

# ruff: noqa: E501 - the wordings of one kind read better in few lines
from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from tests.unit.understanding.follow_ups.talk import AHEAD, OWN, TIMES, TOPICS, Talk, parent_of

NUMBERED = ("headline", "list", "compare", "trend")
PLACED = (*NUMBERED, "coming_up")
COUNTED = ("headline", "list", "compare")


@dataclass(frozen=True)
class Step:
    """One turn. kind: what sort of follow-up it is, for the report."""

    kind: str
    text: str
    after: Talk


Wordings = tuple[str, ...]


def said(kind: str, wordings: Wordings, after: Talk | None) -> Iterator[Step]:
    if after is not None:
        for text in wordings:
            yield Step(kind, text, after)


def steps(talk: Talk) -> Iterator[Step]:
    """Every follow-up that the rule decides at this point of a conversation."""
    for family in FAMILIES:
        yield from family(talk)


def other_unit(talk: Talk) -> Iterator[Step]:
    if talk.show not in PLACED:
        return
    for name, unit in (("CSWT 2", "T12"), ("CIC North", "T21")):
        if talk.units or (talk.show == "compare" and talk.by == "team"):
            continue
        if unit == talk.unit and not talk.worker:
            continue
        there = talk.but(unit=unit, worker=None, child=None)
        yield from said("other unit", (
            f"and {name}?", f"what about {name}", f"{name}?", f"same for {name}", f"how about {name}", f"and in {name}",
            f"for {name}", f"now {name}", f"{name} please", f"just {name}", f"ok and {name}?", f"only {name}",
            f"and for {name} please", f"the same for {name}", f"{name} then", f"can you do {name}", f"now do {name}",
            f"try {name}", f"what about in {name}?", f"and what about {name}", f"switch to {name}", f"and {name} too",
            f"can you show me that for {name} as well", f"what would that be for {name}", f"show {name}", f"let's see {name}", f"next, {name}",
            f"{name} next", f"same question {name}", f"how does {name} look", f"let me have {name} as well",
        ), there)  # fmt: skip
        yield from said("corrected unit", (
            f"no, {name}", f"sorry, {name}", f"sorry I meant {name}", f"no I meant {name}", f"I meant {name}", f"I said {name}",
            f"make that {name}", f"{name} I meant", f"no, {name} not CSWT 1", f"not CSWT 1, {name}", f"{name}, not CSWT 1",
            f"sorry, {name} not CSWT 1", f"{name} instead", f"I mean {name}", f"actually {name}",
            f"oh sorry, I meant {name}", f"I wanted {name}", f"should have said {name}", f"wrong team, {name}", f"wrong team - I meant {name}", f"change the team to {name}", f"oops {name}",
            f"no wait, {name}", f"hang on, {name}", f"I meant the {name} team", f"correction: {name}", f"{name} rather than CSWT 1",
        ), there if talk.unit == "T11" else None)  # fmt: skip
    if talk.show == "compare" and talk.by == "team" and not talk.units:
        yield from said("one of the compared", (
            "just CSWT 2", "only CSWT 2", "CSWT 2?", "what about CSWT 2", "CSWT 2 only", "and CSWT 2 on its own",
        ), talk.but(show="headline", by=None, unit="T12"))  # fmt: skip


def whose(talk: Talk) -> Iterator[Step]:
    if (
        talk.show not in PLACED
        or talk.units
        or (talk.show == "compare" and talk.by == "team" and OWN[talk.user][0] == "T")
    ):
        return
    own = OWN[talk.user]
    yield from said("own unit", (
        "and us?", "what about us", "and ours?", "what about ours?", "us?", "and for us", "how about us?",
    ), talk.but(unit=own, worker=None, child=None))  # fmt: skip
    if own.startswith("T"):
        yield from said("own unit", (
            "and my team?", "what about my team", "my team?", "and for my team", "same for my team", "and our team",
        ), talk.but(unit=own, worker=None, child=None))  # fmt: skip
    yield from said("whole authority", (
        "and the whole authority?", "for the whole authority", "across the authority", "what about the whole authority",
        "and authority wide", "the whole council?", "and overall?", "across the whole authority", "and for the authority",
        "what about the authority as a whole", "authority-wide?", "and borough wide?",
    ), talk.but(unit="ALL", worker=None, child=None))  # fmt: skip
    if talk.unit == "T11" and not talk.worker:
        yield from said("whole service", (
            "and the whole service?", "for the service", "what about the service", "and the service as a whole",
            "what about Children's Social Work", "and Children's Social Work?",
        ), talk.but(unit="S2", worker=None, child=None))  # fmt: skip


def more_units(talk: Talk) -> Iterator[Step]:
    if talk.units == ("T11", "T12"):
        three = ("T11", "T12", "T14")
        yield from said("add a unit", (
            "add CSWT 4", "and CSWT 4", "and CSWT 4 too", "plus CSWT 4", "add CSWT 4 to that", "include CSWT 4",
            "add in CSWT 4", "CSWT 4 as well", "and CSWT 4 as well", "put CSWT 4 in too", "with CSWT 4 as well",
            "also CSWT 4", "can you add CSWT 4", "bring in CSWT 4", "CSWT 4 too",
        ), talk.but(units=three, unit=parent_of(three)))  # fmt: skip
        yield from said("add a unit", ("add CIC North", "and CIC North as well", "include CIC North"),
                        talk.but(units=("T11", "T12", "T21"), unit="ALL"))  # fmt: skip
        yield from said("one of the compared", ("just CSWT 2", "only CSWT 2", "CSWT 2 only", "just CSWT 2 please"),
                        talk.but(units=(), unit="T12", show="headline", by=None))  # fmt: skip
        yield from said("take a unit away", (
            "without CSWT 1", "take CSWT 1 out", "drop CSWT 1", "leave out CSWT 1", "remove CSWT 1", "take out CSWT 1",
            "not CSWT 1",
        ), talk.but(units=(), unit="T12", show="headline", by=None))  # fmt: skip
    if talk.units == ("T11", "T12", "T14"):
        yield from said("take a unit away", (
            "without CSWT 2", "take CSWT 2 out", "drop CSWT 2", "leave out CSWT 2", "remove CSWT 2", "take out CSWT 2",
            "take CSWT 2 off", "leave CSWT 2 out",
        ), talk.but(units=("T11", "T14")))  # fmt: skip
    if talk.show == "headline" and talk.unit == "T11" and not talk.worker and not talk.units:
        two = talk.but(show="compare", by="team", unit="S2", units=("T11", "T12"))
        yield from said("beside another unit", (
            "how does that compare with CSWT 2", "compare with CSWT 2", "against CSWT 2", "versus CSWT 2", "vs CSWT 2",
            "compared with CSWT 2", "compare that with CSWT 2", "compare it to CSWT 2", "next to CSWT 2", "how does that compare to CSWT 2?",
            "add CSWT 2", "put CSWT 2 beside it", "and compare with CSWT 2",
        ), two)  # fmt: skip


def time(talk: Talk) -> Iterator[Step]:
    if talk.show not in NUMBERED:
        return
    months = {
        "September": "in September",
        "August": "in August",
        "last month": "last month",
        "last week": "last week",
    }
    longer = {"since April": "since April", "year to date": "year to date", "Q2": "in Q2",
              "the last 12 months": "over the last 12 months"}  # fmt: skip
    for words, key in months.items():
        then = _then(talk, TIMES[key])
        yield from said("other time", (
            f"and {words}?", f"what about {words}", f"{words}?", f"for {words}", f"same for {words}", f"how about {words}",
            f"now {words}", f"just {words}", f"and for {words}", f"{words} please", f"and in {words}" if words[0].isupper() else words,
            f"the same for {words}", f"only {words}",
        ), then)  # fmt: skip
        yield from said("corrected time", (
            f"no, {words}", f"sorry, {words}", f"I meant {words}", f"sorry I meant {words}", f"I said {words}", f"make that {words}",
            f"{words} I meant", f"no I meant {words}", f"actually {words}", f"{words} instead", f"I mean {words}", f"wrong month, {words}", f"change it to {words}",
        ), then)  # fmt: skip
        if talk.when == TIMES["in October"]:
            yield from said("X not Y", (
                f"{words} not October", f"sorry, {words} not October", f"{words}, not October", f"not October, {words}",
                f"no, {words} not October", f"I meant {words} not October", f"not October but {words}",
                f"I said {words}, not October", f"{words} rather than October",
            ), then)  # fmt: skip
    for words, key in longer.items():
        yield from said("other time", (f"and {words}?", f"{words}", f"what about {words}", f"same but {words}",
                        f"make it {words}"), _then(talk, TIMES[key]))  # fmt: skip
    if talk.when == TIMES["in October"] and talk.show != "trend":
        yield from said("the one before", (
            "and the month before?", "the month before", "what about the month before", "the month before that",
            "and the previous month",
        ), _then(talk, TIMES["in September"]))  # fmt: skip
    if talk.when == TIMES["last week"] and talk.show != "trend":
        yield from said("the one before", (
            "and the week before?", "the week before", "the week before that", "what about the week before", "and the previous week?",
        ), _then(talk, TIMES["the week before last"]))  # fmt: skip


def _then(talk: Talk, when: tuple[date, date]) -> Talk:
    """A trend is drawn over the period, in the steps in which it was."""
    return talk.but(when=when, point=False)


def ahead(talk: Talk) -> Iterator[Step]:
    if talk.show == "coming_up":
        for words, key in (("next week", "next week"), ("in December", "in December")):
            yield from said("other time ahead", (f"and {words}?", f"what about {words}", words, f"{words}?"),
                            talk.but(when=AHEAD[key]))  # fmt: skip
    if talk.topic.overdue and talk.show in COUNTED and not talk.units and talk.by is None and not talk.limit:
        if any(name.startswith("days") for name, _ in talk.filters):
            return
        due = talk.but(show="coming_up", aspect="overdue", when=None)
        yield from said("what is due", ("what's due next week", "which are due next week", "what's coming up next week",
                        "due next week?", "and next week?"), due.but(when=AHEAD["next week"]))  # fmt: skip


def other_kind(talk: Talk) -> Iterator[Step]:
    if talk.show not in (*PLACED, "explain"):
        return
    for words, name in talk.topic.kinds:
        after = talk.but(topic=TOPICS[name])
        yield from said("other kind", (f"and {words}?", f"what about {words}", f"{words}?", f"same for {words}",
                        f"how about {words}", f"and {words}"), after)  # fmt: skip
        yield from said("corrected kind", (f"no, I meant {words}", f"I meant {words}", f"sorry, {words}", f"no, {words}",
                        f"I said {words}", f"sorry I meant {words}", f"actually {words}"), after)  # fmt: skip
    for words, name in talk.topic.people:
        after = talk.but(topic=TOPICS[name])
        yield from said("other people", (f"and {words}?", f"what about {words}", f"{words}?", f"same for {words}",
                        f"and for {words}", f"and {words}", f"how about {words}?", f"and the {words} ones", f"{words} as well"), after)  # fmt: skip
        yield from said("corrected people", (f"no, I meant {words}", f"I meant {words}", f"sorry, {words}", f"no, {words}",
                        f"sorry I meant {words}", f"I said {words}", f"no {words}", f"{words} instead"), after)  # fmt: skip


OTHERS = ("cp_visits", "core_groups", "review_conferences", "sdq", "peps", "supervisions", "lac_reviews", "lac_open",
          "referrals_received", "section_47_started", "rereferrals", "ifa_placements", "initial_health", "inductions",
          "family_group_conferences", "care_leavers_eet", "audits", "dental", "cin_reviews")  # fmt: skip


def other_subject(talk: Talk) -> Iterator[Step]:
    if talk.show not in (*PLACED, "explain"):
        return
    for name in OTHERS:
        topic = TOPICS[name]
        after = _of(talk, name)
        if topic is talk.topic or after is None:
            continue
        words = topic.words
        yield from said("other subject", (
            f"and {words}?", f"what about {words}", f"{words}?", f"same for {words}", f"and {words}", f"how about {words}?",
            f"the same for {words}", f"and the {words}?", f"ok and {words}", f"what about the {words}",
        ), after)  # fmt: skip
        yield from said("corrected subject", (
            f"no, I meant {words}", f"I meant {words}", f"sorry, {words}", f"I said {words}", f"sorry I meant {words}",
            f"no, {words}", f"actually {words}",
        ), after)  # fmt: skip


def _of(talk: Talk, name: str) -> Talk | None:
    """The same asked of another subject; None where the rule leaves it open (a list of averages, days overdue of a
    share)."""
    topic = TOPICS[name]
    if talk.worker and not topic.of_children:
        return None
    if not topic.of_children and any(n.startswith("age") for n, _ in talk.filters):
        return None
    if topic.kind in ("clock", "backlog"):
        if talk.show == "explain":
            return talk.but(topic=topic, aspect="both" if topic.in_time else "overdue")
        if talk.aspect == "overdue":
            return talk.but(topic=topic)
        if talk.aspect == "in_time" and topic.in_time:
            return talk.but(topic=topic)
        return None
    if (
        talk.aspect != "plain"
        or any(n.startswith("days") for n, _ in talk.filters)
        or talk.show == "coming_up"
    ):
        return None
    if talk.show == "list" and topic.kind not in ("stock", "flow"):
        return None
    return talk.but(topic=topic)


def shows(talk: Talk) -> Iterator[Step]:
    if (
        talk.show in ("headline", "trend")
        and not talk.units
        and talk.topic.kind != "average"
        and talk.topic.name != "in_house_places"
    ):
        yield from said("list them", (
            "list them", "who are they?", "which ones?", "show me the list", "can you list them", "show me them", "list those",
            "names please", "show me who they are", "give me the list", "list please", "which children?" if talk.topic.of_children and talk.topic.name not in ("contacts_received",) else "which?",
            "and the list?", "list", "see the list", "name them", "who are these", "drill down", "as a list", "let me see them",
        ) + (("list the children", "show me the children") if talk.topic.of_children else ()), talk.but(show="list", by=None) if talk.show == "headline" and talk.aspect != "both" else None)  # fmt: skip
    if talk.show == "list":
        yield from said("the number", (
            "just the number", "how many is that", "how many", "how many are there", "just the number then", "how many is that?",
            "how many in total", "just the figure", "count please", "so how many is that", "what's the number", "just the total",
            "how many are they", "how many of them are there", "so how many", "how many altogether", "how many cases is that", "give me the count",
        ), talk.but(show="headline", limit=None, order=None))  # fmt: skip
    if talk.show in COUNTED and not talk.units:
        if talk.limit or (talk.when and talk.stands) or talk.show == "compare":
            pass
        elif talk.aspect != "both":
            yield from said("as a trend", (
                "as a trend", "show me the trend", "over time", "by week", "week by week", "trend?", "how has that changed over time",
                "what's the trend", "trend please", "can I see that over time", "and the trend?", "and over time?",
            ), _course(talk, "week"))  # fmt: skip
            yield from said("as a trend", ("by month", "monthly", "month by month"), _course(talk, "month"))
            yield from said("as a trend", (
                "by month since April", "month by month since April", "monthly since April",
                "as a trend by month since April",
            ), None if talk.worker else _course(talk.but(when=TIMES["since April"]), "month"))  # fmt: skip
        if not talk.worker and not talk.limit:
            by = talk.but(show="compare", by="worker", limit=None)
            yield from said("by worker", (
                "by worker", "by social worker", "split by worker", "break it down by worker", "per worker", "and by worker?",
                "by worker please", "can you split that by worker", "broken down by worker", "which worker has the most", "split that by social worker",
            ), by if _held(talk) and talk.aspect == "overdue" else None)  # fmt: skip
            team = talk.but(show="compare", by="team", unit="ALL" if talk.unit.startswith("T") else talk.unit)
            yield from said("by team", (
                "by team", "and by team?", "split by team", "break it down by team", "per team", "team by team", "by team please",
                "broken down by team", "can I have that by team", "across the teams", "which team is worst",
            ), team if talk.show != "compare" or talk.by != "team" else None)  # fmt: skip
    if talk.show in NUMBERED and talk.aspect != "both":
        both = talk.but(
            show="explain",
            aspect="both" if talk.topic.in_time and talk.topic.kind == "clock" else talk.aspect,
        )
        yield from said("how counted", (
            "how is that counted", "how is that worked out?", "how do you count that", "how is that calculated", "how is it counted",
            "how is that measured", "what's the definition", "explain that", "how did you work that out", "how are they counted",
        ), both.but(by=None, units=()))  # fmt: skip
    if (
        talk.show in ("headline", "trend")
        and talk.topic.kind in ("stock", "clock", "backlog")
        and not talk.when
        and not talk.units
        and talk.aspect in ("plain", "overdue")
    ):
        yield from said("forecast", (
            "forecast?", "what's the forecast", "forecast that", "and the forecast", "project that forward",
        ), talk.but(show="forecast", by=None))  # fmt: skip


def _course(talk: Talk, grain: str) -> Talk:
    when = talk.when
    if grain == "week" and when and (when[1] - when[0]).days + 1 > 120:
        return talk.but(show="trend", by="week", when=when, limit=None, order=None)
    return talk.but(show="trend", by=grain, limit=None, order=None)


def _held(talk: Talk) -> bool:
    """Whether rows of the topic have a worker, so that the rule decides "by worker"."""
    return talk.topic.of_children or talk.topic.name in ("supervisions", "appraisals", "caseload_average")


def aspects(talk: Talk) -> Iterator[Step]:
    if (
        talk.topic.kind != "clock"
        or talk.show not in ("headline", "list")
        or talk.when
        or talk.filters
        or talk.limit
    ):
        return
    if talk.aspect == "overdue":
        timely = talk.but(aspect="in_time", show="headline")
        yield from said("in time", (
            "and in time?", "in time?", "what % were in time", "and on time?", "what about in time", "what percentage were in time",
            "what's the in time rate", "how many were on time as a %",
        ), timely)  # fmt: skip
    if talk.aspect == "in_time":
        yield from said("overdue", (
            "how many are overdue", "and how many are overdue?", "how many are overdue now", "how many overdue",
        ), talk.but(aspect="overdue", show="headline"))  # fmt: skip
        yield from said("overdue", ("which are overdue", "which ones are overdue", "list the overdue ones"),
                        talk.but(aspect="overdue", show="list"))  # fmt: skip


def filters(talk: Talk) -> Iterator[Step]:
    if talk.show not in ("list", "headline", "compare") or talk.aspect == "both":
        return
    if (
        talk.topic.of_children
        and talk.topic.kind in ("clock", "backlog", "stock")
        and talk.topic.name not in ("in_house_places",)
    ):
        yield from said("only an age", (
            "only under 5s", "just the under 5s", "only the under 5s", "under 5s only", "just under 5s", "only those under 5", "the under 5s",
            "and under 5s?", "limit to under 5s", "filter to under 5s", "show only under 5s", "what about under 5s", "and for under 5s",
        ), talk.filtered(age_max=4))  # fmt: skip
        yield from said("only an age", ("only teenagers", "just the teenagers", "what about teenagers"),
                        talk.filtered(age_min=13, age_max=17))  # fmt: skip
    if talk.topic.overdue and talk.aspect == "overdue" and talk.show in ("list", "headline"):
        for text, days in (("over 2 weeks late", 15), ("more than 2 weeks overdue", 15), ("over 30 days late", 31),
                           ("at least 30 days overdue", 30)):  # fmt: skip
            yield from said("only so late", (
                f"only those {text}", f"{text} only", f"just the ones {text}", f"only {text}", f"{text}", f"just those {text}",
            ), talk.filtered(days_overdue_min=days))  # fmt: skip
    if any(name.startswith("age") for name, _ in talk.filters):
        yield from said("no filter", (
            "all ages", "any age", "and all ages?", "for all ages", "drop the age filter", "all ages please", "of any age",
            "now all ages", "without the age filter", "not just under 5s",
        ), talk.without("age"))  # fmt: skip
    if talk.filters and not any(name.startswith("age") for name, _ in talk.filters):
        yield from said("no filter", ("drop the filter", "without the filter", "take the filter off", "remove the filter",
                        "however late", "all of them, however late"), talk.but(filters=()))  # fmt: skip


LEGS = {
    "CP": ("cp_visits", "review_conferences"),
    "LAC": ("lac_visits", "lac_reviews"),
    "CIN": ("cin_visits", "cin_reviews"),
}


def legs(talk: Talk) -> Iterator[Step]:
    if talk.topic.name not in ("visits", "reviews") or talk.show not in PLACED:
        return
    for words, (visits, reviews) in LEGS.items():
        name = visits if talk.topic.name == "visits" else reviews
        yield from said("one leg", (f"only {words}", f"just {words}", f"{words} only", f"just the {words} ones",
                        f"only the {words} ones", f"{words}?", f"what about {words}", f"and {words}?"),
                        talk.but(topic=TOPICS[name]))  # fmt: skip


def order(talk: Talk) -> Iterator[Step]:
    if talk.show != "list" or talk.aspect != "overdue":
        return
    yield from said("limit", ("top 3", "just the top 3", "the worst 3", "only the worst 3", "just the 3 worst", "worst three",
                    "the three most overdue"), talk.but(limit=3, order=None))  # fmt: skip
    yield from said(
        "order", ("oldest first", "sort by oldest", "with the oldest first"), talk.but(order="oldest")
    )
    yield from said("order", ("worst first", "longest overdue first"), talk.but(order=None))
    if talk.limit:
        yield from said("no limit", ("show me all of them", "show me more", "the full list", "all of them", "see all",
                        "the rest", "show me the rest"), talk.but(limit=None, order=None))  # fmt: skip


def pointing(talk: Talk) -> Iterator[Step]:
    if (
        talk.show != "list"
        or not talk.topic.of_children
        or talk.aspect != "overdue"
        or talk.topic.kind != "clock"
    ):
        return
    why = talk.but(show="why", limit=None, order=None, worker=None, units=(), listed=True)
    if talk.filters or talk.when or talk.worker:
        return
    for child, words in (("C123", "first"), ("C124", "second")):
        yield from said("why the row", (
            f"why is the {words} one overdue", f"why the {words} one?", f"why is the {words} one on there?", f"why is the {words} one on the list",
            f"explain the {words} one", f"why is the {words} so late",
        ), why.but(child=child, unit="T11"))  # fmt: skip
    yield from said("why the row", ("why is C124 on there", "why is C124 overdue", "why C124?", "why is C124 on the list?"),
                    why.but(child="C124", unit="T11"))  # fmt: skip
    if talk.unit == "T11":
        yield from said("one worker", (
            "and Nadia Rahman?", "just Nadia Rahman's", "what about Nadia Rahman", "only Nadia's", "Nadia Rahman?", "and Nadia's?",
            "for Nadia Rahman", "same for Nadia", "just Nadia",
        ), talk.but(worker="P1191", unit="T11"))  # fmt: skip


def people(talk: Talk) -> Iterator[Step]:
    """The worker last asked about, in another respect; and the whole team again."""
    if not talk.worker or talk.show not in ("list", "headline") or talk.limit or talk.filters or talk.when:
        return
    for name, words in (
        ("cp_visits", "CP visits"),
        ("cin_reviews", "CIN reviews"),
        ("core_groups", "core groups"),
    ):
        if talk.aspect == "overdue" and talk.topic.of_children:
            after = talk.but(topic=TOPICS[name])
            yield from said("their other duties", (
                f"and her {words}?", f"what about her {words}", f"and their {words}", f"her {words}?", f"and his {words}",
            ), after)  # fmt: skip
    yield from said("the whole team", ("and the whole team?", "the whole team", "for the whole team"), talk.but(worker=None))  # fmt: skip
    caseload = Talk(talk.user, TOPICS["caseloads"], "plain", "headline", talk.unit, worker=talk.worker)
    yield from said("their caseload", ("what is her caseload", "and her caseload?", "how big is her caseload", "her caseload?",
                    "what's his caseload", "and their caseload"), caseload)  # fmt: skip


def elsewhere(talk: Talk) -> Iterator[Step]:
    if (
        talk.show != "headline"
        or talk.when
        or talk.units
        or talk.worker
        or talk.filters
        or talk.aspect == "both"
    ):
        return
    if talk.topic.name in ("cp_open", "lac_open", "cin_open", "rereferrals"):
        yield from said("beside others", (
            "against London", "how does that compare with London", "how does that compare with England", "and nationally?",
            "compared with our statistical neighbours", "versus England", "what's the national figure", "and London?",
        ), talk.but(show="benchmark"))  # fmt: skip


def of_a_child(talk: Talk) -> Iterator[Step]:
    if talk.show != "why" or not talk.child:
        return
    other = "C124" if talk.child == "C123" else "C123"
    yield from said("another child", (
        f"and {other}?", f"what about {other}", f"{other}?", f"sorry, {other}", f"no, {other}", f"I meant {other}", f"same for {other}",
        f"and why is {other}?", f"make that {other}",
    ), talk.but(child=other))  # fmt: skip
    if other == "C124" and talk.listed:
        yield from said("another row", ("and the second one?", "and the second?", "what about the second one", "the second one?",
                        "and the next one?"), talk.but(child="C124"))  # fmt: skip


def fresh(talk: Talk) -> Iterator[Step]:
    own = OWN[talk.user]
    for name, text, aspect, show in (
        ("cp_open", "how many children are on a CP plan", "plain", "headline"),
        ("core_groups", "which core groups are overdue", "overdue", "list"),
        ("lac_reviews", "how many LAC reviews are overdue", "overdue", "headline"),
        ("cin_visits", "what % of CIN visits were in time", "in_time", "headline"),
        ("referrals_received", "how many referrals did we receive", "plain", "headline"),
        ("supervisions", "which supervisions are overdue", "overdue", "list"),
        ("caseload_average", "what is our average caseload", "plain", "headline"),
    ):
        yield from said("fresh question", (text, f"ok, {text}", f"thanks. {text}?", f"now {text}", f"right, {text}?"),
                        Talk(talk.user, TOPICS[name], aspect, show, own))  # fmt: skip
    for said_time in ("in September", "in Q2"):
        yield from said("fresh question", (f"how many section 47s did we start {said_time}",),
                        Talk(talk.user, TOPICS["section_47_started"], "plain", "headline", own, when=TIMES[said_time]))  # fmt: skip
    if talk.when and talk.show in COUNTED and (talk.dated or talk.stands) and not talk.point:
        same = Talk(talk.user, TOPICS["referrals_received"], "plain", "headline", own, when=talk.when)
        yield from said("in that period", (
            "how many referrals did we receive in the same period", "how many referrals did we receive in that period",
            "how many referrals were there over the same period",
        ), same)  # fmt: skip
        if talk.when == TIMES["in October"]:
            yield from said("in that period", ("how many referrals did we receive that month", "how many referrals in the same month",
                            "how many referrals came in that month"), same)  # fmt: skip
        if talk.when == TIMES["last week"]:
            yield from said("in that period", ("how many referrals did we receive that week", "how many referrals in the same week"),
                            same)  # fmt: skip


FAMILIES: tuple[Callable[[Talk], Iterator[Step]], ...] = (
    other_unit, whose, more_units, time, ahead, other_kind, other_subject, shows, aspects, filters, legs, order, pointing,
    people, elsewhere, of_a_child, fresh,
)  # fmt: skip
