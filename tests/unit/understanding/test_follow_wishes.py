"""What is read as "tell me when ...", and what is left for the reader."""

from __future__ import annotations

import pytest

from bot.understanding.follow_wishes import FollowWish, read_follow_wish


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("follow overdue CP visits in CSWT 1", FollowWish("follow", "overdue CP visits in CSWT 1")),
        ("Follow CP visits when they turn red.", FollowWish("follow", "CP visits", "red")),
        (
            "tell me when our LAC review timeliness turns red",
            FollowWish("follow", "our LAC review timeliness", "red"),
        ),
        (
            "warn me if LAC reviews go amber for our team",
            FollowWish("follow", "LAC reviews for our team", "amber"),
        ),
        ("alert me if open CIN cases go above 900", FollowWish("follow", "open CIN cases", "above", 900)),
        ("let me know when open CIN falls under 1,200", FollowWish("follow", "open CIN", "below", 1200)),
        (
            "notify me once LAC reviews overdue hits 3",
            FollowWish("follow", "LAC reviews overdue", "at_least", 3),
        ),
        (
            "tell me if assessments overdue exceeds 20 please",
            FollowWish("follow", "assessments overdue", "above", 20),
        ),
        (
            "tell me when CP visits in time drops below 90%",
            FollowWish("follow", "CP visits in time", "below", 90),
        ),
        (
            "alert me when caseloads cross 18 in CSWT 1",
            FollowWish("follow", "caseloads in CSWT 1", "crosses", 18),
        ),
        ("stop following CP visits", FollowWish("stop", "CP visits")),
        ("unfollow CP visits turning red", FollowWish("stop", "CP visits turning red")),
        ("stop alerting me about CP visits", FollowWish("stop", "CP visits")),
        ("stop my alerts", FollowWish("stop_all")),
        ("unfollow everything", FollowWish("stop_all")),
        ("what am I following?", FollowWish("list")),
        ("my alerts", FollowWish("list")),
        ("undo", FollowWish("undo")),
    ],
)
def test_wishes(said: str, wish: FollowWish) -> None:
    assert read_follow_wish(said) == wish


@pytest.mark.parametrize(
    "said",
    [
        "which CP visits are overdue?", "tell me when the next review is due", "tell me if CP visits are overdue",
        "stop", "show me the following", "tell me about CP visits above 10 days", "alerts", "follow",
        "tell me when " + "x" * 300 + " turns red",
    ],
)  # fmt: skip
def test_other_messages_are_left_alone(said: str) -> None:
    assert read_follow_wish(said) is None
