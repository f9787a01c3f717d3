"""A managed service against its contract, worked out again from the extract's rows alone."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wording import Names, say
from kpi_engine import Engine, open_folder
from kpi_engine.answer import Answer, Figure
from kpi_engine.answering.contract import SMALL_OF, compared_with
from kpi_engine.measures import CATALOGUE, measure
from kpi_engine.question import EVERYTHING, Question
from tests.unit.engine.hand_authority import AS_AT, NORTH, tables
from tests.worked_cases.loader import write_folder

OWN_TARGET = """targets:
  cp_visits_overdue: {work_stream: local, steps: {2014-08-01: 0}, by_unit: {T1: {2026-01-01: 2}}}
  cp_visits_in_time: {work_stream: local, steps: {2014-08-01: 95}}
"""


def authority(folder: Path, kinds: dict[str, str], managed: str = "T1") -> Engine:
    """The authority worked out by hand, with a managed service and targets of its own."""
    made = tables()
    for row in made["local_teams"]:
        row["kind"] = kinds.get(row["team_id"], row["kind"])
        row["managed_service"] = "Y" if row["team_id"] == managed else "N"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "targets.yaml").write_text(OWN_TARGET, "utf-8")
    return open_folder(write_folder(made, folder / "ssd"), AS_AT, home=folder)


def asked(engine: Engine, unit: str = "T1", **more: object) -> Answer:
    question = Question("contract", unit=engine.units[unit].ref, as_at=AS_AT).but(**more)
    return engine.ask(question, EVERYTHING)


def test_its_numbers_targets_trend_and_the_difference(tmp_path: Path) -> None:
    """North has two of four children overdue (C1, C3), South, of the same kind, one of two (C4)."""
    found = {a.measure: a for a in asked(authority(tmp_path, {})).answers}
    overdue = found["cp_visits_overdue"]
    told = overdue.extra["contract"]
    assert (overdue.value, overdue.of, overdue.target, overdue.rag) == (2, 4, 2, "green")
    assert told["target_of"] == "contract"
    assert told["others"] == {"value": 1, "of": 2, "met": 1, "teams": ["T2"], "same_kind": True}
    assert (told["difference"], told["better"]) == (0, None)
    # One child more or fewer: 25 to 75% of four beside 0 to 100% of two.
    assert told["bounds"] == [-75, 75]
    assert found["cp_unallocated"].extra["contract"]["target_of"] is None
    assert len(overdue.points or ()) == 13
    assert [p.date for p in overdue.points or ()][-1] == AS_AT


def test_a_team_alone_of_its_kind_is_set_beside_those_that_hold_the_same(tmp_path: Path) -> None:
    found = {a.measure: a for a in asked(authority(tmp_path, {"T1": "assessment"})).answers}
    others = found["cp_visits_overdue"].extra["contract"]["others"]
    assert others["teams"] == ["T2"]
    assert others["same_kind"] is False


def test_off_target_comes_first_and_volumes_are_not_compared(tmp_path: Path) -> None:
    answers = asked(authority(tmp_path, {})).answers
    order = ["red", "amber", "green", None]
    ranks = [order.index(a.rag) for a in answers]
    assert ranks == sorted(ranks)
    assert next(a for a in answers if a.measure == "cp_open").extra["contract"]["difference"] is None


@pytest.mark.parametrize(
    ("unit", "note"),
    [
        ("T2", "South is not a managed service, so it has no contract; North is."),
        ("S2", "Care is not a managed service"),
    ],
)
def test_another_unit_has_no_contract(tmp_path: Path, unit: str, note: str) -> None:
    told = asked(authority(tmp_path, {}), unit)
    assert told.outcome == "no_data"
    assert (told.note or "").startswith(note)
    assert told.answers == ()


def test_the_service_above_stands_for_its_only_managed_team(tmp_path: Path) -> None:
    engine = authority(tmp_path, {})
    above, itself = asked(engine, "S1"), asked(engine)
    assert above.question.unit.id == "T1"
    assert above.answers == itself.answers


def test_an_extract_without_managed_services_says_so(by_hand: Engine) -> None:
    told = asked(by_hand)
    assert (told.outcome, told.answers) == ("no_data", ())
    assert "No team of this extract is a managed service" in (told.note or "")


def test_everybody_may_see_it_and_it_holds_no_rows(tmp_path: Path) -> None:
    engine = authority(tmp_path, {}, managed="T2")
    question = Question("contract", unit=engine.units["T2"].ref, as_at=AS_AT)
    mine, whole = engine.ask(question, NORTH), engine.ask(question, EVERYTHING)
    assert mine == whole
    assert all(a.rows is None for a in mine.answers)


def test_its_briefing_has_a_line(tmp_path: Path) -> None:
    engine = authority(tmp_path, {})
    found = (
        engine.ask(Question("briefing", unit=engine.units["T1"].ref, as_at=AS_AT), EVERYTHING).briefing or {}
    )
    answers = asked(engine).answers
    assert [told["unit"] for told in found["contracts"]] == ["T1"]
    assert found["contracts"][0]["met"] == sum(a.rag == "green" for a in answers)
    assert found["contracts"][0]["of"] == sum(a.rag is not None for a in answers)
    other = (
        engine.ask(Question("briefing", unit=engine.units["T2"].ref, as_at=AS_AT), EVERYTHING).briefing or {}
    )
    assert other["contracts"] == []


def test_its_text_says_every_number(tmp_path: Path) -> None:
    engine = authority(tmp_path, {})
    answer = replace(asked(engine), data=None)
    text = say(answer, Names.of(engine, EVERYTHING))
    assert "North against contract, as at Sun 15 Nov 2026:" in text
    assert "Compared with the other teams of its kind together: South." in text
    assert "- CP visits overdue: 2 of 4 children, green, target 2 (contract)" in text
    assert "others 1 of 2 children, level (few to count: with one more or fewer, " in text


# The difference in longhand: fractions of whole numbers, nothing shared with the engine

rates = st.sampled_from([m for m in CATALOGUE.values() if m.kind in ("Rate", "Share", "Backlog")])
sides = st.integers(1, 40).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


def tenths(met: int, of: int) -> Fraction:
    """Met of so many as a percentage in whole tenths, halves away from zero."""
    exact = Fraction(met * 1000, of)
    return Fraction(int(exact + Fraction(1, 2)), 10)


@given(rates, sides, sides)
def test_the_difference_by_hand(wanted: object, mine: tuple[int, int], theirs: tuple[int, int]) -> None:
    one = measure(wanted.slug)  # type: ignore[attr-defined]
    found = compared_with(one, Figure(None, mine[1], mine[0]), Figure(None, theirs[1], theirs[0]))
    apart = tenths(*mine) - tenths(*theirs)
    assert Fraction(str(found.difference)) == apart
    if one.good_is == "neutral" or not apart:
        assert found.better is None
    else:
        assert found.better is ((apart > 0) if one.good_is == "high" else (apart < 0))
    possible = [
        tenths(a, mine[1]) - tenths(b, theirs[1])
        for a in nearby(*mine) for b in nearby(*theirs)
    ]  # fmt: skip
    if mine[1] >= SMALL_OF and theirs[1] >= SMALL_OF:
        assert found.bounds is None
    else:
        assert found.bounds is not None
        assert [Fraction(str(b)) for b in found.bounds] == [min(possible), max(possible)]


def nearby(met: int, of: int) -> set[int]:
    """One row more or fewer, where there are fewer than ten."""
    return {met} if of >= 10 else {max(met - 1, 0), met, min(met + 1, of)}


def test_nothing_to_count_is_no_difference() -> None:
    wanted = measure("cp_visits_in_time")
    assert compared_with(wanted, Figure(None, 0, 0), Figure(90.0, 10, 9)).difference is None
    assert compared_with(wanted, Figure(90.0, 10, 9), None).difference is None
