"""Targets: dated steps, the trajectory, the colours at their edges, and files with a slip of the pen."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.errors import InputError
from kpi_engine.measure import Backlog, Measure
from kpi_engine.measures import CATALOGUE, measure
from kpi_engine.targets import Target, Trajectory, read, shipped, targets


@pytest.mark.parametrize(
    ("when", "target"),
    [("2015-09-29", None), ("2015-09-30", 95), ("2016-03-30", 95), ("2016-03-31", 100), ("2026-11-15", 100)],
)
def test_the_last_step_on_or_before_the_date_is_in_force(when: str, target: float | None) -> None:
    assert shipped().targets["initial_conferences_in_time"].on(date.fromisoformat(when)) == target


def test_a_kind_of_team_has_its_own_value_once_a_step_is_in_force() -> None:
    caseload = shipped().targets["caseload_average"]
    assert caseload.on(date(2026, 11, 15), "assessment") == 15
    assert caseload.on(date(2026, 11, 15), "fostering") == 18
    assert (
        Target("WS6", steps=((date(2015, 1, 1), 18),), by_team_kind={"assessment": 15}).on(
            date(2014, 1, 1), "assessment"
        )
        is None
    )


COLOURS = [
    # Rate, Share: within 5 points.
    ("cp_visits_in_time", 95.0, 40, 95, "green"), ("cp_visits_in_time", 100.0, 40, 95, "green"),
    ("cp_visits_in_time", 94.9, 40, 95, "amber"), ("cp_visits_in_time", 90.0, 40, 95, "amber"),
    ("cp_visits_in_time", 89.9, 40, 95, "red"), ("rereferrals", 25.0, 40, 20, "amber"),
    ("rereferrals", 25.1, 40, 20, "red"), ("rereferrals", 20.0, 40, 20, "green"),
    # Backlog: up to 5% of its population, at least 1.
    ("cp_visits_overdue", 0, 10, 0, "green"), ("cp_visits_overdue", 1, 10, 0, "amber"),
    ("cp_visits_overdue", 2, 10, 0, "red"), ("cp_visits_overdue", 5, 100, 0, "amber"),
    ("cp_visits_overdue", 6, 100, 0, "red"), ("cp_visits_overdue", 1, 0, 0, "amber"),
    # Stock: within 2%.
    ("cin_open", 1000, None, 1000, "green"), ("cin_open", 1020, None, 1000, "amber"),
    ("cin_open", 1021, None, 1000, "red"), ("in_house_places", 108, None, 110, "amber"),
    ("in_house_places", 107, None, 110, "red"),
    # Average: within 5%.
    ("cin_duration", 5.0, 9, 5, "green"), ("cin_duration", 5.2, 9, 5, "amber"), ("cin_duration", 5.3, 9, 5, "red"),
    # Flow.
    ("cin_net_change", -25, None, -25, "green"), ("cin_net_change", -24, None, -25, "amber"),
    ("cin_net_change", -23, None, -25, "red"),
    # A volume has no colour, nor has a number that is none, nor one without a target.
    ("cp_open", 5, None, 4, None), ("cp_visits_in_time", None, 0, 95, None), ("cp_visits_in_time", 80.0, 9, None, None),
]  # fmt: skip


@pytest.mark.parametrize(("slug", "value", "of", "target", "colour"), COLOURS)
def test_the_edges_of_the_colours(
    slug: str, value: float | None, of: float | None, target: float | None, colour: str | None
) -> None:
    assert shipped().rag(measure(slug), value, of, target) == colour


scored = st.sampled_from([m for m in CATALOGUE.values() if m.good_is != "neutral"])


@given(scored, st.integers(0, 200), st.integers(0, 200), st.integers(1, 200), st.integers(1, 400))
def test_a_better_number_is_never_coloured_worse(
    wanted: Measure, value: int, better_by: int, target: int, of: int
) -> None:
    order = ["green", "amber", "red"]
    better = value - better_by if wanted.good_is == "low" else value + better_by
    told = shipped()
    assert order.index(told.rag(wanted, better, of, target) or "") <= order.index(
        told.rag(wanted, value, of, target) or ""
    )


def test_every_backlog_that_should_be_empty_is_green_when_it_is() -> None:
    for wanted in CATALOGUE.values():
        told = shipped().targets.get(wanted.slug)
        if isinstance(wanted, Backlog) and told and told.steps:
            assert shipped().rag(wanted, 0, 50, told.on(date(2026, 11, 15))) == "green"


TRAJECTORY = Trajectory("cin_open", "WS2", "down", 25, 60, (date(2026, 4, 1), date(2027, 4, 1)))


@pytest.mark.parametrize(
    ("when", "baseline"),
    [
        ("2026-03-31", None),
        ("2026-04-01", "2026-04-01"),
        ("2027-03-31", "2026-04-01"),
        ("2027-04-01", "2027-04-01"),
    ],
)
def test_the_baseline_in_force(when: str, baseline: str | None) -> None:
    found = TRAJECTORY.baseline_on(date.fromisoformat(when))
    assert (found and found.isoformat()) == baseline


@pytest.mark.parametrize(
    ("mine", "whole", "weeks", "target"),
    [
        (1000, 1000, 0, 1000),
        (1000, 1000, 1, 975),
        (1000, 1000, 16, 600),  # the floor: 60% of the baseline
        (1000, 1000, 17, 600),
        (200, 1000, 4, 180),  # a team with a fifth of the baseline takes a fifth of the 100
        (0, 1000, 4, 0),
        (0, 0, 4, None),
    ],
)
def test_the_trajectory_goes_down_by_the_teams_share(
    mine: int, whole: int, weeks: int, target: float | None
) -> None:
    assert TRAJECTORY.value(mine, whole, weeks) == target


# Files


def test_an_authoritys_own_targets_take_the_plans_place(tmp_path: Path) -> None:
    (tmp_path / "targets.yaml").write_text(
        "plan: Ours\ntargets:\n  cp_visits_in_time: {steps: {2026-01-01: 90}}\n"
    )
    found = targets(tmp_path)
    assert found.plan == "Ours"
    assert found.targets["cp_visits_in_time"].on(date(2026, 2, 1)) == 90
    assert "lac_visits_in_time" not in found.targets
    assert targets(tmp_path / "elsewhere") == shipped()


WRONG = {
    "targets:\n  cp_visits_in_time: {steps: {2026-01-01: 90}\n": "line 3: not valid YAML",
    "targets:\n  cp_visit_in_time: {steps: {2026-01-01: 90}}\n": "line 2: cp_visit_in_time is no measure",
    "targets:\n  rereferrals:\n    steps: {2026-01-01: lots}\n": "line 3: the steps of rereferrals",
    "targets:\n  rereferrals:\n    steps: {soon: 20}\n": "line 3: the steps of rereferrals",
    "targets:\n  rereferrals:\n    steps: 20\n": "line 3: the steps of rereferrals",
    "targets:\n  rereferrals:\n    step: {2026-01-01: 20}\n": "line 3: step is no setting of a target",
    "targets:\n  rereferrals: 20\n": "line 2: 20 is no setting of a target",
    "targets:\n  rereferrals:\n    steps: {2026-02-30: 20}\n": "line 3: 2026-02-30 is no date that exists",
    "targets:\n  rereferrals: {}\n  cp_open: {}\n  rereferrals: {}\n": "line 4: rereferrals is there twice",
    "targets:\n  cin_net_change: {weekly: fast}\n": "line 2: weekly of cin_net_change should be a number",
    "targets:\n  caseload_average:\n    by_team_kind: {assessment: few}\n": "line 3: by_team_kind of caseload_average",
    "targets: [rereferrals]\n": "line 1: targets should hold one entry",
    "amber:\n  points: 5\n  pints: 2\n": "line 3: amber has no setting pints",
    "amber:\n  points: five\n": "line 2: points of amber should be a number",
    "amber:\n  points: -1\n": "line 2: points of amber should be a number",
    "amber: 5\n": "line 1: amber has no setting 5",
    "trajectory:\n  measure: cin_open\n": "line 1: the trajectory needs",
    "trajectory: down\n": "line 1: the trajectory needs",
    "- a\n- b\n": "line 1: this should be entries",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_file_is_answered_with_its_line(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text, "targets.yaml")
    sentence = str(caught.value)
    assert sentence.startswith(f"targets.yaml, {WRONG[text]}"), sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_a_file_that_is_no_text_is_answered_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "targets.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"^targets\.yaml cannot be read"):
        targets(tmp_path)


@given(st.text(st.sampled_from("abc:{}[]-#'\" \n\t&*!|>%@2015,"), max_size=40))
def test_whatever_stands_in_the_file_is_read_or_refused_in_a_sentence(text: str) -> None:
    with suppress(InputError):
        read(text, "targets.yaml")


def test_an_empty_file_sets_no_targets() -> None:
    assert read("", "targets.yaml").targets == {}
