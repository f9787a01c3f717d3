"""Random authorities are worth comparing on: reproducible, and every clock occurs in every way it can."""

from __future__ import annotations

from tests.generative.random_authority import REMOVABLE, extract_date, random_authority
from tests.longhand.figures import Authority
from tests.longhand.ledger import CLOCKS, clock_rows

SEEDS = range(16)
WITHOUT_END = {
    "contact_decision",
    "care_proceedings",
    "pre_proceedings",
    "audit",
    "complaint",
    "pathway_plan",
}
SNAPSHOTS = {"pathway_review", "care_leaver_contact"}


def test_a_seed_always_gives_the_same_authority() -> None:
    assert random_authority(7, 25) == random_authority(7, 25)
    assert random_authority(7, 25) != random_authority(8, 25)


def test_every_clock_is_done_late_lapsed_missed_and_overdue_somewhere() -> None:
    seen: dict[str, set[str]] = {clock: set() for clock in CLOCKS}
    for seed in SEEDS:
        world = Authority(random_authority(seed, 40)).world(extract_date(seed))
        for clock in CLOCKS:
            seen[clock] |= {row["status"] for row in clock_rows(world, clock)}
    lacking = {}
    for clock, statuses in seen.items():
        expected = {"due", "overdue"}
        if clock not in SNAPSHOTS:
            expected |= {"done_in_time", "done_late"}
            if clock not in WITHOUT_END:
                expected |= {"lapsed", "missed"}
        if expected - statuses - RARE.get(clock, set()):
            lacking[clock] = expected - statuses
    assert not lacking


# What sixteen small authorities need not show.
RARE = {
    "review_health_assessment": {"done_late", "missed"},
    "dental_check": {"done_late", "missed"},
    "sdq": {"done_late", "missed"},
    "carer_assessment": {"done_late", "missed"},
    "private_fostering_first_visit": {"lapsed", "missed"},
    "private_fostering_visit": {"lapsed", "missed"},
    "appraisal": {"done_late", "missed"},
}


def test_now_and_then_a_table_is_not_there() -> None:
    absent = {table for seed in SEEDS for table in REMOVABLE if table not in random_authority(seed, 20)}
    assert len(absent) >= 3
