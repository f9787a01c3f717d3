"""Published figures beside ours: the right table, the right year, nothing invented, nothing hidden."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

import kpi_engine
from kpi_engine import benchmarks
from kpi_engine.answer import Answer, MeasureAnswer
from kpi_engine.benchmarks import BENCHMARKS
from kpi_engine.errors import InputError
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import AUTHORITY, EVERYTHING, Question, UnitRef

DATA = Path(kpi_engine.__file__).parent / "data"


def ask(engine: kpi_engine.Engine, *slugs: str, at: date | None = None, unit: UnitRef = AUTHORITY) -> Answer:
    return engine.ask(Question("benchmark", slugs, unit, at or engine.as_at), EVERYTHING)


def one(engine: kpi_engine.Engine, slug: str, at: date | None = None) -> MeasureAnswer:
    (found,) = ask(engine, slug, at=at).answers
    return found


def test_the_rows_kept_are_those_of_the_other_copy() -> None:
    """Hillingdon 2015 is kept twice (the invented authority is shaped on it): the same figures in both."""
    for file in (DATA / "dfe_cin_2024").glob("*.csv"):
        with (DATA / "dfe_cin_hillingdon_2015" / file.name).open(encoding="utf-8") as lines:
            (whole,) = csv.DictReader(lines)
        row = benchmarks.row_of(file.name[:2].upper(), 2015, "Hillingdon")
        assert row is not None
        assert {k: whole[k] for k in row} == dict(row)


def test_every_benchmark_is_a_measure_and_has_its_columns() -> None:
    assert set(BENCHMARKS) <= set(CATALOGUE)
    assert list(BENCHMARKS) == [slug for slug in CATALOGUE if slug in BENCHMARKS]
    assert set(benchmarks.INSTEAD.values()) <= set(BENCHMARKS)
    assert not set(BENCHMARKS) & (set(benchmarks.INSTEAD) | set(benchmarks.ELSEWHERE))
    for slug, told in BENCHMARKS.items():
        england = benchmarks.row_of(told.table, 2024, "England")
        assert england is not None
        assert all(value is not None for value in told.of(england).values()), slug


@pytest.mark.parametrize(
    ("slug", "year", "area", "value"),
    [
        # By hand from the published tables: 543,210 of 643,170; 57,580 of 72,250; the rest as printed.
        ("assessments_in_time", 2024, "England", 84.5),
        ("initial_conferences_in_time", 2024, "England", 79.7),
        ("initial_conferences_in_time", 2015, "Hillingdon", 77.1),
        ("rereferrals", 2024, "England", 22.4),
        ("review_conferences_in_time", 2024, "Outer London", 94.8),
        ("cp_repeat_plans", 2024, "Hillingdon", 24.5),
        ("cp_over_two_years", 2024, "London", 3.3),
        ("cin_open", 2024, "England", 332.9),
        ("section_47_started", 2015, "Hillingdon", 155.5),
    ],
)
def test_published_figures_by_hand(slug: str, year: int, area: str, value: float) -> None:
    told = BENCHMARKS[slug]
    row = benchmarks.row_of(told.table, year, area)
    assert row is not None
    assert told.figure(row) == value


def test_a_year_is_not_known_before_it_is_published() -> None:
    assert benchmarks.year_of("C1", date(2015, 3, 31)) == 2014
    assert benchmarks.year_of("C1", date(2015, 10, 30)) == 2014
    assert benchmarks.year_of("C1", date(2015, 10, 31)) == 2015
    assert benchmarks.year_of("C1", date(2026, 11, 15)) == 2024
    assert benchmarks.year_of("C2", date(2014, 9, 30)) is None  # that table begins with 2014


def test_how_we_compare_with_england_on_initial_conferences(hillingdon: kpi_engine.Engine) -> None:
    overdue, in_time = ask(hillingdon, "initial_conferences_overdue", "initial_conferences_in_time").answers
    assert overdue.sentences == (
        "What is overdue on a day is not published; the nearest to it that is: Initial CP conferences in time.",
    )
    # The year ending 31 March 2015, counted from the ledger.
    rows = [
        r for r in hillingdon.ledger_rows(hillingdon.as_at, "initial_conference")
        if r["done_date"] and "2014-04-01" <= r["done_date"] <= "2015-03-31"
    ]  # fmt: skip
    met = sum(r["status"] == "done_in_time" for r in rows)
    assert (in_time.value, in_time.of, in_time.met) == (round(100 * met / len(rows), 1), len(rows), met)
    published = {p["name"]: p["percent"] for p in in_time.extra["published"]}
    assert list(published) == ["England", "London", "Outer London", "Hillingdon"]
    assert published["England"] == round(100 * (11790 + 33400) / 65190, 1)
    gap = round(in_time.value - published["England"], 1)
    assert f"{gap:g} points above England ({published['England']:g}%)" in in_time.sentences[0]
    assert "table C4, year ending 31 March 2014" in in_time.extra["source"]


def test_where_the_definition_differs_ours_by_theirs_stands_beside(hillingdon: kpi_engine.Engine) -> None:
    found = one(hillingdon, "review_conferences_in_time")
    assert found.extra["ours_by_that_definition"] == "95.3% (202 of 212 plans)"
    assert found.value != 95.3
    assert found.sentences[0].startswith("95.3% here: 0.8 points above England (94.5%)")
    assert "one late review" in found.sentences[-1]
    two_years = one(hillingdon, "cp_over_two_years")
    assert two_years.extra["ours_by_that_definition"] == "5.2% (17 of 330 plans)"


def test_lengths_stand_beside_lengths(hillingdon: kpi_engine.Engine) -> None:
    bands = one(hillingdon, "cp_duration").extra["bands"]
    assert [row["ours"] for row in bands] == ["30.1%", "10%", "31%", "22.7%", "6.1%"]
    with (DATA / "dfe_cin_2024/d7_cpps_ending_by_duration.csv").open(encoding="utf-8") as lines:
        (england,) = (
            r for r in csv.DictReader(lines)
            if r["geographic_level"] == "National" and r["time_period"] == "2014"
        )  # fmt: skip
    assert [row["England"] for row in bands] == [
        f"{float(v):g}%" for k, v in england.items() if k.endswith("_percent")
    ]


def test_a_count_is_not_set_beside_a_rate(hillingdon: kpi_engine.Engine) -> None:
    found = one(hillingdon, "cp_open")
    assert "ours_per_10,000_children" not in found.extra
    assert "so ours is no rate" in found.sentences[0]
    assert found.extra["published"][0] == {"name": "England", "per_10,000_children": 42.1, "year": "2014"}


def test_an_authority_that_publishes_has_its_children_counted(
    hillingdon_folder: Path, tmp_path: Path
) -> None:
    for file in hillingdon_folder.iterdir():
        if file.name != "extract.json":
            (tmp_path / file.name).symlink_to(file)
    (tmp_path / "extract.json").write_text(
        '{"as_at": "2015-03-31", "authority": "London Borough of Hillingdon"}'
    )
    found = one(kpi_engine.open_folder(tmp_path), "cp_open")
    row = benchmarks.row_of("C1", 2014, "Hillingdon")
    assert row is not None
    children = float(row["Referrals"]) / float(row["Referrals_rate"]) * 10_000
    assert found.extra["ours_per_10,000_children"] == round(330 / children * 10_000, 1)
    assert "here: " in found.sentences[0]


def test_measures_without_published_figures_keep_their_number_and_say_so(
    hillingdon: kpi_engine.Engine,
) -> None:
    answer = ask(hillingdon, *CATALOGUE)
    assert answer.outcome == "answered"
    silent = [a.measure for a in answer.answers if not a.sentences and not a.no_data]
    assert not silent
    eet = one(hillingdon, "care_leavers_eet")
    assert eet.value is not None
    assert "not among the published figures kept here" in eet.sentences[0]
    for found in answer.answers:
        assert ("published" in found.extra or "bands" in found.extra) == (found.measure in BENCHMARKS)
        assert all(s.endswith(".") for s in found.sentences)


def test_what_is_suppressed_is_said(hillingdon: kpi_engine.Engine) -> None:
    found = one(hillingdon, "assessments_in_time")  # Hillingdon's bands of 2014 are not published
    assert found.extra["published"][-1] == {"name": "Hillingdon", "percent": None, "year": "2014"}
    assert "The figure of Hillingdon is suppressed by the publisher or not reliable." in found.sentences


def test_no_neighbours_are_invented_and_a_list_of_the_authority_is_used(
    borough_folder: Path, tmp_path: Path
) -> None:
    plain = one(kpi_engine.open_folder(borough_folder), "rereferrals")
    assert "Statistical neighbours" not in [p["name"] for p in plain.extra["published"]]
    names = ["Hounslow", "Merton", "Ealing"]
    (tmp_path / "neighbours.yaml").write_text(
        f"source: the list of the authority, 2024.\nauthorities: [{', '.join(names)}]\n"
    )
    found = one(kpi_engine.open_folder(borough_folder, home=tmp_path), "rereferrals")
    told = [benchmarks.row_of("C1", 2024, name) for name in names]
    mean = sum(float(row["Re_referrals_percent"]) for row in told if row) / 3
    assert found.extra["published"][-1] == {
        "name": "Statistical neighbours",
        "percent": pytest.approx(mean, abs=0.05),
        "year": "2024",
    }
    assert any("3 authorities; list: the list of the authority, 2024." in s for s in found.sentences)


@pytest.mark.parametrize("text", ["[", "authorities: [Ealing]", "source: x\nauthorities: [Ealling]\n", "5"])
def test_a_list_of_neighbours_with_a_fault_is_one_sentence(
    borough_folder: Path, tmp_path: Path, text: str
) -> None:
    (tmp_path / "neighbours.yaml").write_text(text)
    engine = kpi_engine.open_folder(borough_folder, home=tmp_path)
    with pytest.raises(InputError, match=r"^neighbours\.yaml"):
        one(engine, "rereferrals")


def test_names_by_which_authorities_publish() -> None:
    assert benchmarks.published_name("London Borough of Hillingdon") == "Hillingdon"
    assert benchmarks.published_name("Invented Borough") is None
    assert benchmarks.areas("Invented Borough") == ("England", "London", "Outer London", "Hillingdon")
    assert benchmarks.areas("Leeds City Council") == ("England", "Yorkshire and The Humber", "Leeds")
    assert benchmarks.areas("Camden") == ("England", "London", "Inner London", "Camden")
