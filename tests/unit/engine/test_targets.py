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
    "targets:\n  cp_visits_in_time: {steps: {2026-01-01: 90}\n": "3: not valid YAML",
    "targets:\n  cp_visit_in_time: {steps: {2026-01-01: 90}}\n": (
        "2: cp_visit_in_time is no measure of the catalogue; the nearest is cp_visits_in_time."
    ),
    "targets:\n  happiness: {steps: {2026-01-01: 90}}\n": "2: happiness is no measure of the catalogue; correct its",
    "tragets:\n  rereferrals: {steps: {2026-01-01: 20}}\n": "1: tragets is no part of a targets file; the nearest is",
    "targets: [rereferrals]\n": "1: targets should hold one entry",
    "- a\n- b\n": "1: this should be entries",
    # Steps: what they are, in order, once, and some.
    "targets:\n  rereferrals:\n    steps: {2026-01-01: lots}\n": "3: 2026-01-01 of rereferrals should be a number, n",
    "targets:\n  rereferrals:\n    steps: {2026-01-01: .inf}\n": "3: 2026-01-01 of rereferrals should be a number",
    "targets:\n  rereferrals:\n    steps: {soon: 20}\n": "3: soon of rereferrals is no date",
    "targets:\n  rereferrals:\n    steps: {}\n": "2: rereferrals says no target",
    "targets:\n  rereferrals: {work_stream: WS2}\n": "2: rereferrals says no target",
    "targets:\n  rereferrals:\n    steps: 20\n": "3: the steps of rereferrals should each be a date and a number",
    "targets:\n  rereferrals:\n    steps: {2026-02-30: 20}\n": "3: 2026-02-30 is no date that exists",
    "targets:\n  rereferrals:\n    steps:\n      2026-04-01: 20\n      2025-04-01: 25\n": (
        "5: the step of 2025-04-01 stands after that of 2026-04-01; put the steps"
    ),
    "targets:\n  rereferrals:\n    steps:\n      2026-04-01: 20\n      2026-04-01: 25\n": "5: 2026-04-01 is there tw",
    "targets:\n  rereferrals:\n    steps:\n      2026-04-01: 20\n      2026-5-1: 25\n": "5: 2026-5-1 of rereferrals",
    # What a measure can be.
    "targets:\n  cp_visits_in_time:\n    steps: {2026-01-01: 950}\n": "3: 2026-01-01 of cp_visits_in_time is a perce",
    "targets:\n  cp_visits_in_time:\n    steps: {2026-01-01: -5}\n": "3: 2026-01-01 of cp_visits_in_time is a percen",
    "targets:\n  cp_visits_overdue:\n    steps: {2026-01-01: -5}\n": "3: 2026-01-01 of cp_visits_overdue cannot be l",
    "targets:\n  cp_visits_overdue:\n    unit: per cent\n    steps: {2026-01-01: 5}\n": (
        "3: cp_visits_overdue is counted in children, not in per cent"
    ),
    "targets:\n  cp_visits_overdue:\n    weekly: 5\n": "3: cp_visits_overdue is no count of a week",
    "targets:\n  cin_net_change: {weekly: fast}\n": "2: weekly of cin_net_change should be a number",
    "targets:\n  cin_net_change:\n    weekly: -25\n    steps: {2026-01-01: -25}\n": "4: cin_net_change has a weekly",
    # Settings.
    "targets:\n  rereferrals:\n    step: {2026-01-01: 20}\n": "3: step is no setting of a target; the nearest is steps",
    "targets:\n  rereferrals: 20\n": "2: rereferrals needs its settings by name",
    "targets:\n  rereferrals: {steps: {2026-01-01: 20}}\n  rereferrals: {steps: {2026-01-01: 21}}\n": (
        "3: rereferrals is there twice"
    ),
    "targets:\n  rereferrals:\n    work_stream: [WS2]\n    steps: {2026-01-01: 20}\n": "3: work_stream of rereferrals",
    # Colours.
    "targets:\n  cp_visits_in_time:\n    red: 97\n    steps: {2026-01-01: 95}\n": (
        "3: red of cp_visits_in_time (97) lies above its target 95, though more is better"
    ),
    "targets:\n  rereferrals:\n    red: 15\n    steps: {2026-01-01: 20}\n": (
        "3: red of rereferrals (15) lies below its target 20, though less is better"
    ),
    "targets:\n  cp_open:\n    red: 15\n    steps: {2026-01-01: 20}\n": "3: cp_open is a volume and has no colours",
    "targets:\n  rereferrals:\n    red: 25\n    wording: Reduce\n": "3: red of rereferrals counts only beside a target",
    "amber:\n  points: 5\n  pints: 2\n": "3: amber has no setting pints; the nearest is points",
    "amber:\n  points: five\n": "2: points of amber should be a number",
    "amber:\n  points: -1\n": "2: points of amber should be a number",
    "amber:\n  points: 500\n": "2: points of amber is a percentage, so with 500 nothing would ever be red",
    "amber: 5\n": "1: amber should hold its settings by name",
    # Teams, services and kinds of team.
    "targets:\n  caseload_average:\n    steps: {2026-01-01: 18}\n    by_team_kind: {assessment: few}\n": (
        "4: assessment of caseload_average should be a number"
    ),
    "targets:\n  caseload_average:\n    steps: {2026-01-01: 18}\n    by_team_kind: {asessment: 15}\n": (
        "4: asessment is no kind of team; the nearest is assessment"
    ),
    "targets:\n  caseload_average:\n    by_team_kind: {assessment: 15}\n": "3: by_team_kind of caseload_average coun",
    "targets:\n  caseload_average:\n    by_unit: 15\n": "3: by_unit of caseload_average should give",
    "targets:\n  caseload_average:\n    by_unit: {ALL: 15}\n": "3: ALL is the whole authority",
    "targets:\n  caseload_average:\n    by_unit:\n      T11: {2026-04-01: 15, 2025-04-01: 16}\n": (
        "4: the step of 2025-04-01 stands after"
    ),
    # The trajectory.
    "trajectory:\n  measure: cin_open\n": "1: the trajectory needs",
    "trajectory: down\n": "1: the trajectory needs",
}  # fmt: skip
WHOLE = """trajectory:
  measure: cin_open
  work_stream: WS2
  wording: Down
  weekly: 25
  floor_percent: 60
  baselines: [2026-04-01, 2027-04-01]
"""
for before, after, sentence in (
    (
        "cin_open",
        "cin_opened",
        "2: cin_opened is no count on a day, and a trajectory is of one; the nearest is cin_",
    ),
    ("cin_open", "cin_net_change", "2: cin_net_change is no count on a day"),
    ("weekly: 25", "weekly: -25", "5: weekly of the trajectory should be a number, 0 or more"),
    (
        "floor_percent: 60",
        "floor_percent: 600",
        "6: floor_percent of the trajectory should be a number, from 0 to 100",
    ),
    (
        "[2026-04-01, 2027-04-01]",
        "[2027-04-01, 2026-04-01]",
        "7: put the baselines of the trajectory in the order",
    ),
    ("[2026-04-01, 2027-04-01]", "soon", "7: baselines of the trajectory should be dates"),
    (
        "baselines",
        "floor_per_cent: 5\n  baselines",
        "7: floor_per_cent is no setting of the trajectory; the nearest",
    ),
):
    WRONG[WHOLE.replace(before, after)] = sentence
WRONG[WHOLE + "targets:\n  cin_open: {steps: {2026-04-01: 5}}\n"] = "9: cin_open follows the trajectory above"


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_file_is_answered_with_its_line(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text, "targets.yaml")
    sentence = str(caught.value)
    assert sentence.startswith(f"targets.yaml, line {WRONG[text]}"), sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert " more fault" not in sentence, "one slip of the pen, one sentence"


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
