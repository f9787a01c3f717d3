"""One word, one grep: measures, clocks, tables, timescales and sentences fit each other and the specification."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from kpi_engine.cases import AS_AT, EVENTS
from kpi_engine.duties import CLOCKS, NEEDS
from kpi_engine.figures import POPULATION_OF_CASES
from kpi_engine.measure import Average, Backlog, Flow, Measure, Rate, Share, Stock
from kpi_engine.measures import CATALOGUE, FAMILIES
from kpi_engine.rules_in_words import RULES
from kpi_engine.tables import contract
from kpi_engine.targets import shipped as shipped_targets
from kpi_engine.timescales import shipped as shipped_timescales

HERE = Path(__file__).parent
ENGINE = HERE.parents[1] / "kpi_engine"
MEASURES = list(CATALOGUE.values())
KINDS_OF_SOURCE = ("statute", "statutory guidance", "DfE statistic", "local standard")

each_measure = pytest.mark.parametrize("measure", MEASURES, ids=lambda m: m.slug)
each_clock = pytest.mark.parametrize("clock", CLOCKS)
each_timescale = pytest.mark.parametrize("name", shipped_timescales())


def test_the_catalogue_is_the_specifications_table() -> None:
    assert list(CATALOGUE) == (HERE / "slugs.txt").read_text("utf-8").split()


def test_families_are_in_the_order_of_the_catalogue() -> None:
    assert list(dict.fromkeys(m.family for m in MEASURES)) == list(FAMILIES)


def test_titles_are_unique() -> None:
    assert [title for title, count in Counter(m.title for m in MEASURES).items() if count > 1] == []


@each_measure
def test_a_slug_is_declared_in_full_once(measure: Measure) -> None:
    """`grep '"cp_visits_overdue"'` leads to the declaration."""
    declared = [
        path
        for path in (ENGINE / "measures").glob("*.py")
        if f'slug="{measure.slug}"' in path.read_text("utf-8")
    ]
    assert [path.stem for path in declared] == [measure.family]


@each_measure
def test_a_definition_is_a_sentence(measure: Measure) -> None:
    assert measure.definition[0].isupper()
    assert measure.definition.endswith(".")
    assert "  " not in measure.definition
    assert measure.title == measure.title.strip(" .")


@each_measure
def test_a_measure_needs_tables_of_the_contract(measure: Measure) -> None:
    assert measure.needs
    assert set(measure.needs) <= set(contract())


@each_measure
def test_a_measure_counts_what_is_there(measure: Measure) -> None:
    if isinstance(measure, Backlog | Rate):
        assert set(measure.clocks) <= set(CLOCKS)
    if isinstance(measure, Backlog):
        assert bool(measure.clocks) != bool(measure.cases)
        if measure.population:
            assert measure.population in AS_AT
        elif measure.cases:
            assert POPULATION_OF_CASES[measure.cases] in AS_AT
    if isinstance(measure, Stock):
        assert measure.cases in AS_AT
        assert measure.default_period == "as_at"
    if isinstance(measure, Flow) and measure.cases != "cin_net_change":
        assert measure.cases in EVENTS
    if isinstance(measure, Share | Average):
        assert measure.cases in (AS_AT if measure.on == "as_at" else EVENTS)
        assert (measure.default_period == "as_at") == (measure.on == "as_at")


@each_measure
def test_in_time_and_overdue_are_siblings(measure: Measure) -> None:
    """`_in_time` and `_overdue` of one stem look at the same clocks."""
    sibling = CATALOGUE.get(measure.slug.replace("_in_time", "_overdue"))
    if isinstance(measure, Rate) and isinstance(sibling, Backlog):
        assert measure.clocks == sibling.clocks
        assert measure.needs == sibling.needs
        assert measure.staff == sibling.staff


@each_measure
def test_supervision_appraisal_and_caseload_are_for_the_personal_chat(measure: Measure) -> None:
    named = ("caseload", "supervisions", "appraisals")
    assert measure.staff == measure.slug.startswith(named)


@each_clock
def test_every_clock_is_said_in_words(clock: str) -> None:
    rule = RULES[clock]
    assert rule.sentence.endswith(".")
    for part in (rule.noun, rule.begins, rule.done):
        assert part
        assert not part.endswith(".")
    assert set(rule.limits) <= set(shipped_timescales())


def test_no_rule_without_a_clock() -> None:
    assert set(RULES) == set(CLOCKS)


@each_clock
def test_every_clock_needs_tables_of_the_contract(clock: str) -> None:
    assert set(NEEDS.get(clock, ())) <= set(contract())


def test_no_needs_without_a_clock() -> None:
    assert set(NEEDS) <= set(CLOCKS)


@each_clock
def test_every_clock_is_measured_or_named_as_shown_elsewhere(clock: str) -> None:
    assert any(clock in getattr(m, "clocks", ()) for m in MEASURES) or clock == "pathway_plan"


@each_timescale
def test_every_timescale_says_where_it_comes_from(name: str) -> None:
    found = shipped_timescales()[name]
    assert found.kind in KINDS_OF_SOURCE
    assert found.source
    assert found.description
    assert all(value > 0 for _, value in found.values)
    assert [since for since, _ in found.values] == sorted({since for since, _ in found.values})


def test_every_target_is_of_a_measure_that_has_a_better_way() -> None:
    for slug in shipped_targets().targets:
        assert slug in CATALOGUE
        assert (
            CATALOGUE[slug].good_is != "neutral"
            or not shipped_targets().targets[slug].steps
            or slug in WITHIN_A_RANGE
        )


WITHIN_A_RANGE = {"contact_conversion", "cp_duration", "cp_stepped_up"}
"""Measures with a target that is no better when it is passed: they carry no colour."""
