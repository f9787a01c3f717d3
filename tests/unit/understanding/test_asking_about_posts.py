"""Questions about figures that were sent: what is read, from which day, and what is left to the reader."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from bot.understanding.past_posts import PastPost, read_past_post

TODAY = date(2026, 11, 18)  # a Wednesday
MONDAY, LAST_WEEK = date(2026, 11, 16), date(2026, 11, 9)
BANKS = Path(__file__).parents[2] / "questions"


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("were any figures corrected?", PastPost()),
        ("Have any of the figures been restated?", PastPost()),
        ("what was restated since Monday?", PastPost(since=MONDAY)),
        ("any corrections since 9 November", PastPost(since=LAST_WEEK)),
        ("which were corrected in CSWT 2 since last week", PastPost(since=LAST_WEEK, unit="cswt 2")),
        ("has last week's figure changed?", PastPost(week=LAST_WEEK)),
        ("is Monday's figure still right?", PastPost(on=MONDAY)),
        ("did the figures you sent us on Monday change", PastPost(on=MONDAY)),
        ("has anything been corrected for the CSWT 1", PastPost(unit="cswt 1")),
    ],
)  # fmt: skip
def test_what_is_read(said: str, read: PastPost) -> None:
    assert read_past_post(said, TODAY) == read


@pytest.mark.parametrize(
    "said",
    [
        "what changed since Monday?", "briefing", "what did Monday's say",
        "send us the briefing on Tuesdays at 9", "start again",
        "show me again", "what does the briefing say about CP visits", "any corrections since the flood", "",
        "CP visits last week",
        "which CP conferences are overdue", "no, I meant initial", "what did the court say",
    ],
)  # fmt: skip
def test_what_is_left_to_the_reader(said: str) -> None:
    assert read_past_post(said, TODAY) is None


def test_no_question_about_figures_is_taken_for_one_about_posts() -> None:
    asked = [
        json.loads(line)
        for bank in BANKS.glob("*.jsonl")
        for line in bank.read_text("utf-8").splitlines()
        if line
    ]
    assert len(asked) > 500
    assert [one["text"] for one in asked if read_past_post(one["text"], TODAY)] == []
