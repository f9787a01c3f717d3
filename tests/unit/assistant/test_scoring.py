"""The scoring of question files, rule by rule (tests/questions/FORMAT.md)."""

from __future__ import annotations

from typing import Any

import pytest

from bot.commands.scoring import Session, score
from kpi_engine.question import EVERYTHING, Scope

UNDERSTOOD = {
    "show": "list", "measures": ["cp_visits_overdue", "lac_visits_overdue"],
    "unit": {"kind": "team", "id": "T11"},
    "worker": None, "child": None, "period": None, "filters": {}, "by": None,
}  # fmt: skip


def line(**parts: Any) -> dict[str, Any]:
    return {"id": "X1", "as": "u", "text": "t", "expect": {"outcome": "answered"}} | parts


def answer(
    outcome: str = "answered", understood: dict[str, Any] | None = None, **parts: Any
) -> dict[str, Any]:
    whole = UNDERSTOOD | (understood or {})
    return {"outcome": outcome, "understood": whole if outcome == "answered" else None, "answers": []} | parts


@pytest.mark.parametrize(
    ("expect", "passes"),
    [
        ({"outcome": "answered"}, True),
        ({"outcome": "clarify"}, False),
        ({"measures": ["lac_visits_overdue", "cp_visits_overdue"]}, True),  # sorted
        ({"measures": ["cp_visits_overdue"]}, False),
        ({"measures": "*"}, True),
        ({"unit": {"kind": "team"}}, True),  # on the keys given
        ({"unit": {"kind": "service"}}, False),
        ({"filters": {"age_max": 4}}, False),  # whole
        ({"show": "list", "by": None}, True),
        ({"show": "headline"}, False),
        ({"held_back": True}, False),
    ],
)
def test_what_is_compared(expect: dict[str, Any], passes: bool) -> None:
    assert score(line(expect=expect), answer(), Session(), EVERYTHING).passed is passes


def test_another_sensible_reading_is_accepted() -> None:
    wanted = line(expect={"show": "headline", "by": None}, accept=[{"show": "trend"}, {"show": "list"}])
    assert score(wanted, answer(), Session(), EVERYTHING).passed


def test_only_the_outcome_counts_unless_answered() -> None:
    wanted = line(expect={"outcome": "not_permitted", "show": "list"})
    assert score(wanted, answer("not_permitted"), Session(), EVERYTHING).passed


def test_choices_must_hold_every_entry_or_one_of_a_list() -> None:
    choices = [UNDERSTOOD | {"worker": "P1"}, UNDERSTOOD | {"unit": {"kind": "team", "id": "T12"}}]
    said = answer("clarify", choices=choices)
    for wanted, passes in (
        (["P1", "T12"], True),
        (["P2"], False),
        ([["P2", "T12"]], True),
        (["lac_visits_overdue"], True),
    ):
        expect = {"outcome": "clarify", "choices_should_include": wanted}
        assert score(line(expect=expect), said, Session(), EVERYTHING).passed is passes


def test_a_comparison_must_hold_the_groups() -> None:
    said = answer(answers=[{"measure": "m", "groups": [{"id": "T11"}, {"id": "T12"}]}])
    for wanted, passes in ((["T11"], True), (["T13"], False)):
        expect = {"outcome": "answered", "groups_include": wanted}
        assert score(line(expect=expect), said, Session(), EVERYTHING).passed is passes


def test_rows_of_the_turn_before_are_pointed_at() -> None:
    session = Session()
    wanted = line(expect={"outcome": "answered", "child": "$row2"})
    assert score(wanted, answer(), session, EVERYTHING).skipped
    rows = [{"child_id": "C1"}, {"child_id": "C2"}]
    session.remember(answer(answers=[{"measure": "a"}, {"measure": "b", "rows": rows}]))
    session.remember(
        answer(understood={"show": "why"}, answers=[{"measure": "b", "rows": [{"child_id": "C9"}]}])
    )
    assert score(wanted, answer(understood={"child": "C2"}), session, EVERYTHING).passed
    assert score(wanted, answer(understood={"child": "C1"}), session, EVERYTHING).faults


def test_nothing_may_be_left_over() -> None:
    wanted = line(must_not={"worker": "P1"})
    assert score(wanted, answer(), Session(), EVERYTHING).passed
    assert score(wanted, answer(understood={"worker": "P1"}), Session(), EVERYTHING).faults


def test_a_row_outside_the_askers_rights_fails_whatever_was_expected() -> None:
    said = answer(answers=[{"measure": "m", "rows": [{"child_id": "C1", "team_id": "T12"}]}])
    narrow = Scope(child_units=frozenset({"T11"}))
    assert score(line(), said, Session(), EVERYTHING).passed
    assert score(line(), said, Session(), narrow).faults
    assert score(line(), said, Session(), None).faults


def test_a_refusal_with_figures_fails() -> None:
    wanted = line(expect={"outcome": "not_permitted"})
    assert score(
        wanted, answer("not_permitted", answers=[{"measure": "m", "value": 3}]), Session(), EVERYTHING
    ).faults
