"""What is said beside a question comes off it; what would narrow it never does."""

from __future__ import annotations

import pytest

from bot.understanding.reader import read
from bot.understanding.reading import Reading
from kpi_engine.vocabulary import words
from tests.unit.understanding.example_authority import ExampleAuthority

AUTHORITY = ExampleAuthority()
VOCABULARY = AUTHORITY.vocabulary()
LISTENER = AUTHORITY.listener("U-AD2", "personal")
QUESTION = "how many CP plans do we have"


NO_TOPICS = frozenset({"stable", "breakdown", "breakdowns", "neighbour", "weekends"})
"""Words that here ask for a trend, a comparison, a benchmark, or are a time."""


def reading_of(text: str) -> Reading:
    return read(text, LISTENER, VOCABULARY)


@pytest.mark.parametrize("text", [
    f"My IRO keeps nagging me, so {QUESTION}?",
    f"The leader wants this for a speech, {QUESTION}",
    f"I promised the virtual head an answer, {QUESTION}?",
    f"Inspectors are coming so I'd love to know {QUESTION}",
    f"I'm asking because the conference chair rang me: {QUESTION}?",
    f"I'm seeing the AD tomorrow, {QUESTION}",
    f"I've got panel on Monday. {QUESTION}",
    f"Ofsted are in next week, {QUESTION}?",
    f"{QUESTION}, my head of service is chasing me",
    f"{QUESTION}, I need this for my appraisal",
    f"{QUESTION} because I need to tell the board today",
    f"{QUESTION} so I can ring the IROs",
    f"A parent shouted at me so {QUESTION}",
    f"The reason I ask is that we had a wobble, but {QUESTION} now?",
    f"Panel chair is asking again, {QUESTION}?",
    f"Just come out of a meeting with health and they asked {QUESTION}",
])  # fmt: skip
def test_why_somebody_asks_changes_nothing(text: str) -> None:
    plain, beside = reading_of(QUESTION), reading_of(text)
    assert (beside.outcome, beside.question) == ("answered", plain.question), beside.because
    told = "".join(word.text for word in beside.words)
    assert all(word.strip(",.?:") in told for word in text.replace("'", " ").split() if len(word) > 4)


@pytest.mark.parametrize("text", [
    "I'm looking at {}, how many CP plans do we have",
    "I only want {}, how many CP plans do we have",
    "I'm worried about {}, how many CP plans do we have",
    "how many CP plans do we have, I mean {}",
    "how many CP plans do we have, we are interested in {}",
    "the board is asking about {}, how many CP plans do we have",
    "I need {}, how many CP plans do we have",
    "I'm doing a piece on {}, how many CP plans do we have",
])  # fmt: skip
@pytest.mark.parametrize("topic", sorted(words().beyond))
def test_a_topic_or_a_wish_is_never_passed_over(text: str, topic: str) -> None:
    for form in words().beyond[topic]:
        if form.isalpha() and form not in NO_TOPICS:
            assert reading_of(text.format(form)).outcome != "answered", form


@pytest.mark.parametrize(
    "text",
    [
        "In Hayes, how many CP plans do we have?",
        "thinking of Hayes, how many LAC",
        "which CP visits are overdue because the family refused",
        "my worker was off sick, which visits are late",
        "which CIN visits are late, the ones in Uxbridge",
        "I have the Uxbridge children here, how many CP visits are late",
    ],
)
def test_a_place_or_a_cause_is_never_passed_over(text: str) -> None:
    assert reading_of(text).outcome != "answered"


@pytest.mark.parametrize(
    "lead", ["I need last month's", "I want last month", "we are looking at last month", "I mean last month"]
)
def test_a_time_that_is_wanted_is_never_passed_over(lead: str) -> None:
    reading = reading_of(f"{lead}, how many referrals did we have")
    plain = reading_of("how many referrals did we have last month")
    assert reading.outcome != "answered" or reading.question == plain.question


def test_of_a_worker_named_beside_the_question() -> None:
    reading = reading_of(
        "Nadia Rahman is off sick and I'm picking up her work, which of her CP visits are overdue?"
    )
    assert reading.question is not None
    assert reading.question.worker == "P1191"


@pytest.mark.parametrize(
    ("text", "measures", "show"),
    [
        ("LAC reviews are all in time, aren't they?", ("lac_reviews_in_time",), "headline"),
        ("there aren't any LAC without a worker, are there?", ("lac_unallocated",), "headline"),
        ("we're under 40 percent IFA placements, aren't we", ("ifa_placements",), "headline"),
    ],
)
def test_question_tags(text: str, measures: tuple[str, ...], show: str) -> None:
    question = reading_of(text).question
    assert question is not None
    assert (question.measures, question.show) == (measures, show)


@pytest.mark.parametrize(
    "text",
    ["how many children haven't got any overdue visits", "which teams haven't got any overdue assessments"],
)
def test_who_has_none_is_no_question_for_those_who_have(text: str) -> None:
    assert reading_of(text).outcome != "answered"


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("referrals October against September", "2026-09-01", "2026-10-31"),
        ("compare September and October for referrals", "2026-09-01", "2026-10-31"),
        ("were there more referrals this week than last week?", "2026-11-02", "2026-11-15"),
        ("referrals last month vs the month before", "2026-09-01", "2026-10-31"),
        ("referrals Q2 vs Q1", "2026-04-01", "2026-09-30"),
    ],
)
def test_two_periods_are_shown_one_by_one(text: str, first: str, last: str) -> None:
    question = reading_of(text).question
    assert question is not None
    assert question.period is not None
    assert (question.show, question.period.to_json()) == ("trend", {"from": first, "to": last})
