"""Full questions of their own subject, of every show, with what they ask."""

from __future__ import annotations

from collections.abc import Iterator

from tests.unit.understanding.follow_ups.talk import OWN, TIMES, TOPICS, UNITS, WORKERS, Talk, Topic

Start = tuple[str, Talk]


def starts(user: str = "U-AD2") -> Iterator[Start]:
    """Every first question of somebody, with where the conversation then stands."""
    for topic in TOPICS.values():
        yield from starts_of(topic, user)


def starts_of(topic: Topic, user: str) -> Iterator[Start]:
    own, words = OWN[user], topic.words
    child = topic.of_children
    teams = "ALL" if own.startswith("T") else own  # a team alone has no teams to be compared
    if topic.overdue:
        late = Talk(user, topic, "overdue", "list", own)
        yield f"which {words} are overdue in CSWT 1", late.but(unit="T11")
        yield f"which {words} are overdue", late
        yield f"how many {words} are overdue in CSWT 1", late.but(show="headline", unit="T11")
        yield f"how many {words} were overdue in CSWT 1 at the end of September", late.but(
            show="headline", unit="T11", when=TIMES["in September"], point=True)  # fmt: skip
        yield f"overdue {words} by worker in CSWT 1", late.but(show="compare", by="worker", unit="T11")
        yield f"overdue {words} by team", late.but(show="compare", by="team", unit=teams)
        yield f"compare overdue {words} in CSWT 1 and CSWT 2", late.but(
            show="compare", by="team", unit="S2", units=("T11", "T12"))  # fmt: skip
        yield f"trend in overdue {words} in CSWT 1", late.but(show="trend", by="week", unit="T11")
        yield f"which {words} are due next week in CSWT 1", late.but(
            show="coming_up", unit="T11", when=(_NEXT[0], _NEXT[1]))  # fmt: skip
        yield f"how are overdue {words} counted", late.but(
            show="explain", aspect="both" if topic.in_time else "overdue")  # fmt: skip
        yield f"which {words} are more than 2 weeks overdue in CSWT 1", late.but(unit="T11").filtered(
            days_overdue_min=15)  # fmt: skip
        yield f"top 5 overdue {words} in CSWT 1", late.but(unit="T11", limit=5)
        for name, (worker, team) in list(WORKERS.items())[1:]:
            yield f"list {name}'s overdue {words}", late.but(worker=worker, unit=team)
        for name, singular in _WHY.items():
            if topic.name == name:
                yield f"why is C123 overdue for {singular}", late.but(show="why", child="C123", unit="T11")
        if child:
            yield (
                f"which {words} are overdue for under 5s in CSWT 1",
                late.but(unit="T11").filtered(age_max=4),
            )
    if topic.in_time:
        timely = Talk(user, topic, "in_time", "headline", own)
        for said in ("in October", "in Q2", "last week"):
            yield f"what % of {words} were in time in CSWT 1 {said}", timely.but(unit="T11", when=TIMES[said])
        yield f"what % of {words} were in time", timely
        yield f"{words} in time by team in October", timely.but(
            show="compare", by="team", unit=teams, when=TIMES["in October"])  # fmt: skip
        yield f"trend in {words} in time in CSWT 1", timely.but(show="trend", by="week", unit="T11")
        yield f"list the {words} that were late in October in CSWT 1", timely.but(
            show="list", unit="T11", when=TIMES["in October"])  # fmt: skip
    if topic.plain and topic.kind != "umbrella":
        plain = Talk(user, topic, "plain", "headline", own)
        asks = {"stock": "how many", "flow": "how many", "share": "what % are"}.get(topic.kind, "what is the")
        yield f"{asks} {words} in CSWT 1", plain.but(unit="T11")
        yield f"{asks} {words} in CSWT 1 in October", plain.but(unit="T11", when=TIMES["in October"])
        yield f"{words} by team", plain.but(show="compare", by="team", unit=teams)
        yield f"compare {words} in CSWT 1 and CSWT 2", plain.but(
            show="compare", by="team", unit="S2", units=("T11", "T12"))  # fmt: skip
        yield f"trend in {words} in CSWT 1", plain.but(show="trend", by="week", unit="T11")
        if topic.kind in ("stock", "flow") and topic.name != "in_house_places":
            yield f"list the {words} in CSWT 1", plain.but(show="list", unit="T11")
        if topic.kind == "stock" and child:
            yield f"how many {words} under 5 in CSWT 1", plain.but(unit="T11").filtered(age_max=4)


_WHY = {
    "cp_visits": "a CP visit", "cin_visits": "a CIN visit", "cin_reviews": "a CIN review",
    "lac_reviews": "a LAC review", "core_groups": "a core group", "sdq": "an SDQ",
    "review_conferences": "a review conference",
}  # fmt: skip
_NEXT = (TIMES["last week"][0].replace(day=16), TIMES["last week"][1].replace(day=22))
__all__ = ["UNITS", "Start", "starts", "starts_of"]
