"""The question banks, scored at the reader: all exact, nothing wrong, no fall from one version to the next."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest

from bot.understanding import scoring
from bot.understanding.scoring import Verdict, read_bank, score
from tests.questions.reader_harness import ReaderAlone

HERE = Path(__file__).parent
BANKS = ("examples.jsonl", "bank.jsonl")


def judge(
    expect: dict[str, Any], accept: Sequence[dict[str, Any]], answer: dict[str, Any], **how: Any
) -> Verdict:
    return scoring.judge(expect, accept, answer, **how)[0]


def _lines(name: str) -> list[dict]:
    return read_bank((HERE / name).read_text("utf-8"))


@pytest.mark.parametrize("name", BANKS)
def test_every_line_is_understood_exactly(name: str) -> None:
    result = score(_lines(name), ReaderAlone().ask)
    assert result.confusions == []
    assert result.left_out == 0


def test_the_score_does_not_fall() -> None:
    kept = json.loads((HERE / "score.json").read_text("utf-8"))
    latest = kept[-1]
    for name in BANKS:
        result = score(_lines(name), ReaderAlone().ask).to_json()
        assert result["wrong"] == 0
        assert result["exact"] >= latest[name]["exact"], (
            f"{name}: fewer exact than version {latest['version']}"
        )
        assert result["lines"] >= latest[name]["lines"]


def test_the_bank_covers_every_measure_and_show() -> None:
    from kpi_engine.measures import CATALOGUE
    from kpi_engine.question import SHOWS

    lines = _lines("bank.jsonl")
    assert len(lines) >= 800
    measures = {s for line in lines for s in line["expect"].get("measures", ()) if isinstance(s, str)}
    assert set(CATALOGUE) <= measures
    assert set(SHOWS) == {line["expect"]["show"] for line in lines if "show" in line["expect"]}
    assert len({line["id"] for line in lines}) == len(lines)


def test_forbidden_questions_say_whose_rows_they_wanted() -> None:
    lines = [line for line in _lines("bank.jsonl") if "points_at" in line]
    assert len(lines) > 20
    reader = ReaderAlone()
    for line in lines:
        reader.ask(line)
        question = reader.readings[line["id"]].question
        assert question is not None
        assert line["points_at"] in (question.unit.id, question.worker, question.child, *question.units)


@pytest.mark.parametrize("name", ["bank.jsonl", "second_bank.jsonl"])
def test_second_questions_are_read_too(name: str) -> None:
    lines = [line for line in _lines(name) if "also" in line]
    assert lines
    reader = ReaderAlone()
    for line in lines:
        reader.ask(line)
        also = reader.readings[line["id"]].also
        assert also is not None
        assert also.question is not None
        show, *measures = line["also"]
        assert (also.question.show, sorted(also.question.measures)) == (show, sorted(measures))


class TestJudging:
    """The comparison of FORMAT.md, on answers made by hand."""

    ANSWER: ClassVar[dict[str, Any]] = {
        "outcome": "answered",
        "understood": {
            "show": "list", "measures": ["cp_visits_overdue"], "unit": {"kind": "team", "id": "T11"},
            "units": ["T11", "T12"], "filters": {"age_max": 4}, "period": None,
        },
        "answers": [{"value": 3, "groups": [{"id": "T11"}]}],
    }  # fmt: skip

    def test_only_the_keys_of_expect_count(self) -> None:
        assert judge({"outcome": "answered", "show": "list"}, (), self.ANSWER) == "exact"
        assert judge({"outcome": "answered", "unit": {"id": "T11"}}, (), self.ANSWER) == "exact"
        assert judge({"outcome": "answered", "measures": "*"}, (), self.ANSWER) == "exact"
        assert judge({"outcome": "answered", "units": ["T12", "T11"]}, (), self.ANSWER) == "exact"

    def test_filters_count_whole(self) -> None:
        assert judge({"outcome": "answered", "filters": {}}, (), self.ANSWER) == "partly"

    def test_an_entry_of_accept_is_laid_over(self) -> None:
        expect = {"outcome": "answered", "show": "headline", "measures": ["cp_visits_overdue"]}
        assert judge(expect, (), self.ANSWER) == "partly"
        assert judge(expect, ({"show": "list"},), self.ANSWER) == "exact"

    def test_another_questions_number_is_wrong(self) -> None:
        assert judge({"outcome": "answered", "measures": ["cp_open"]}, (), self.ANSWER) == "wrong"
        assert judge({"outcome": "out_of_scope"}, (), self.ANSWER) == "wrong"
        assert judge({"outcome": "not_permitted"}, (), self.ANSWER) == "wrong"

    def test_refusing_and_asking_back_are_told_apart(self) -> None:
        expect = {"outcome": "answered", "measures": ["cp_open"]}
        assert judge(expect, (), {"outcome": "out_of_scope"}) == "refused"
        assert judge(expect, (), {"outcome": "clarify", "choices": []}) == "clarified"

    def test_choices_must_hold_what_should_be_among_them(self) -> None:
        choice = {"understood": {"measures": ["cp_open"], "unit": {"id": "T11"}, "worker": None}}
        answer = {"outcome": "clarify", "choices": [choice]}
        wanted = {"outcome": "clarify", "choices_should_include": ["cp_open", ["T12", "T11"]]}
        assert judge(wanted, (), answer) == "exact"
        assert judge({**wanted, "choices_should_include": ["T12"]}, (), answer) == "clarified"
        assert judge(wanted, (), {"outcome": "clarify", "choices": [choice] * 6}) == "clarified"

    def test_groups_held_back_and_leftovers(self) -> None:
        assert judge({"outcome": "answered", "groups_include": ["T12"]}, (), self.ANSWER) == "partly"
        assert judge({"outcome": "answered", "held_back": True}, (), self.ANSWER) == "partly"
        assert judge({"outcome": "answered"}, (), self.ANSWER, must_not={"show": "list"}) == "partly"
        assert judge({"outcome": "answered"}, (), self.ANSWER, must_not={"show": "trend"}) == "exact"

    def test_what_must_not_be_left_over_may_stand_in_expect(self) -> None:
        for line in (
            {"expect": {"must_not": {"show": "list"}}},
            {"expect": {}, "must_not": {"show": "list"}},
        ):
            result = score([{"id": "1", "as": "U-T11", "text": "?", **line}], lambda _: self.ANSWER)
            assert [c["faults"] for c in result.confusions] == [["show is 'list', left over"]]

    def test_a_refusal_with_a_number_is_no_refusal(self) -> None:
        leaking = {"outcome": "out_of_scope", "answers": [{"value": 4}]}
        assert judge({"outcome": "out_of_scope"}, (), leaking) == "refused"

    def test_a_disclosure_is_wrong_whatever_else_matches(self) -> None:
        assert judge({"outcome": "answered"}, (), self.ANSWER, disclosed="a row of cp_open") == "wrong"

    def test_an_unsaid_outcome_is_answered_and_a_subset_of_the_unit_counts(self) -> None:
        assert judge({"show": "list", "unit": {"kind": "team"}}, (), self.ANSWER) == "exact"
        assert judge({"unit": {"kind": "service"}}, (), self.ANSWER) == "partly"


def test_a_bank_that_is_no_json_is_named_by_line() -> None:
    with pytest.raises(ValueError, match="line 2"):
        read_bank('{"as": "a", "text": "b", "expect": {}}\nnope')
