"""Annex A workbooks: the public sample, both generations of headings, the mess, and what cannot be said."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

import kpi_engine
from kpi_engine.engine import Engine
from kpi_engine.errors import InputError, LoadError
from kpi_engine.extracts.annex_a import read_annex_a
from kpi_engine.extracts.sources import read
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import ALL, EVERYTHING, SHOWS, Question

from .books import book, serial

SAMPLE = Path(__file__).parents[1] / "public_data" / "annex_a" / "Annex_A.xlsx"
MADE = date(2021, 3, 16)
D = date(2026, 11, 15)
HELD = {"team": "CIC 1", "worker": "Ann Example"}


def ago(days: int) -> date:
    return D - timedelta(days=days)


def opened(path: Path, as_at: date = D) -> Engine:
    return Engine(read_annex_a(path, as_at))


def value(engine: Engine, slug: str) -> float | None:
    found = engine.figure(slug, engine.as_at)
    return None if found is None else found.value


def no_data(engine: Engine) -> dict[str, str]:
    return {m["measure"]: m["no_data"] for m in engine.measures(engine.as_at) if m["no_data"]}


# The public sample


def test_the_public_sample_loads_and_is_kept(tmp_path: Path) -> None:
    report = kpi_engine.load(str(SAMPLE), MADE, tmp_path)
    assert report.rows["ssd_cp_plans"] == 7
    assert report.rows["ssd_person"] == 48
    engine = kpi_engine.open_current(tmp_path)
    assert value(engine, "cp_open") == 2
    assert value(engine, "lac_open") == 3  # of five: one has ceased, one is 19
    assert value(engine, "cin_open") == 1  # of five: four are 21
    assert value(engine, "care_leavers_in_touch") == 100.0
    assert "Locality 4 Unit 1" in engine.units
    assert engine.workers["Dustin Hazlett"].name == "Dustin Hazlett"  # the sample has a non-breaking space
    rules = {f["rule"] for f in engine.findings()}
    assert "two dates of birth" in rules


def test_the_sample_has_no_number_where_it_has_no_column() -> None:
    engine = opened(SAMPLE, MADE)
    why = no_data(engine)
    assert (
        why["pathway_reviews_overdue"] == "No data: List 9 has no column 'Latest Pathway Plan Review Date'."
    )
    assert why["care_leaver_contacts_overdue"] == "No data: List 9 has no column 'Latest Date of Contact'."
    assert not [r for r in engine.ledger_rows(MADE) if r["clock"].startswith(("pathway", "care_leaver"))]


@pytest.mark.parametrize("show", SHOWS)
def test_every_show_answers_from_a_snapshot(show: Any) -> None:
    engine = opened(SAMPLE, MADE)
    slugs = tuple(CATALOGUE) if show not in ("briefing", "why") else ()
    question = Question(show, slugs, as_at=MADE, by="team" if show == "compare" else None)
    if show == "why":
        question = question.but(measures=("cp_visits_overdue",), child="5358472")
    assert engine.ask(question, EVERYTHING).outcome in ("answered", "no_data")


# What a snapshot can say: the newest row


def test_the_newest_visit_and_review_say_what_is_overdue_now(tmp_path: Path) -> None:
    born = date(2018, 1, 1)
    plan = {"start": ago(400), "born": born, "team": "CP 1", "worker": "Bo Example"}
    care = {"start": ago(800), "born": born, "placement_start": ago(300), "placement_type": "d) U6: Foster",
            "status": "C2: FCO", "status_start": ago(700), "provider": "PR1", "health": ago(200), **HELD}  # fmt: skip
    engine = opened(book(tmp_path / "a.xlsx", {
        6: [],
        7: [
            {"child": 1, "visit": ago(10), "review": ago(100), **plan},
            {"child": 2, "visit": ago(20), "review": ago(200), **plan},
            {"child": 3, **plan},
            {"child": 4, "visit": ago(50), "review": ago(300), **plan, "end": ago(5)},
        ],
        8: [
            {"child": 5, "visit": ago(30), "review": ago(170), "dental": ago(100), **care},
            {"child": 6, "visit": ago(50), "review": ago(190), "dental": ago(400), **care},
            {"child": 7, "visit": ago(310), "review": ago(10), "dental": ago(100), **care},
        ],
    }))  # fmt: skip
    rows = {
        (r["clock"], r["child_id"]): (r["start_date"], r["status"], r["days_overdue"])
        for r in engine.ledger_rows(D)
    }
    assert rows["cp_visit", "1"] == (ago(10).isoformat(), "due", 0)
    assert rows["cp_visit", "2"] == (ago(20).isoformat(), "overdue", 6)
    assert rows["cp_visit", "3"][0] == ago(400).isoformat()
    assert rows["review_conference", "1"][1] == "due"
    assert rows["review_conference", "2"][1] == "overdue"
    assert rows["lac_visit", "5"][1] == "due"
    assert rows["lac_visit", "6"] == (ago(50).isoformat(), "overdue", 8)
    assert rows["lac_visit", "7"][0] == ago(300).isoformat()  # the visit was before this placement
    assert rows["dental_check", "6"][1] == "overdue"
    assert not [k for k in rows if k[1] == "4"]  # the plan has ended: what was missed then is not known
    assert {s for _, s, _ in rows.values()} == {"due", "overdue"}
    assert value(engine, "cp_visits_overdue") == 2
    assert value(engine, "review_conferences_overdue") == 2
    assert value(engine, "lac_visits_overdue") == 2
    assert value(engine, "initial_health_overdue") == 0


@pytest.mark.parametrize(
    ("in_care", "reviewed", "status"),
    [
        (60, 40, "due"),  # the first review: the next is due three months after it
        (150, 125, "overdue"),  # the first review, four months ago
        (800, 125, "due"),  # a later review: the next is due six months after it
        (800, 200, "overdue"),
    ],
)
def test_the_latest_review_is_the_first_or_a_later_one(
    tmp_path: Path, in_care: int, reviewed: int, status: str
) -> None:
    child = {"child": 1, "born": date(2018, 1, 1), "start": ago(in_care), "review": ago(reviewed), **HELD}
    engine = opened(book(tmp_path / "a.xlsx", {8: [child]}))
    (row,) = [r for r in engine.ledger_rows(D) if r["clock"] == "lac_review"]
    assert (row["start_date"], row["status"]) == (ago(reviewed).isoformat(), status)


def test_enquiries_say_whether_a_conference_was_needed(tmp_path: Path) -> None:
    child = {"born": date(2018, 1, 1), "start": ago(40), "team": "CP 1", "worker": "Bo Example"}
    engine = opened(book(tmp_path / "a.xlsx", {5: [
        {"child": 1, "unnecessary": "a) Yes", **child},
        {"child": 2, "unnecessary": "No", **child},
        {"child": 3, "unnecessary": "b) No", "conference": ago(25), "plan": "Yes", **child},
    ]}))  # fmt: skip
    status = {r["child_id"]: r["status"] for r in engine.ledger_rows(D, "initial_conference")}
    assert status == {"1": "lapsed", "2": "overdue", "3": "done_in_time"}
    assert value(engine, "initial_conferences_overdue") == 1


def test_children_in_need_are_those_of_list_6_who_are_on_no_other(tmp_path: Path) -> None:
    child = {"born": date(2018, 1, 1), "start": ago(100), "need": "N1", **HELD}
    lists: dict[int, list[dict[str, Any]]] = {
        3: [
            {"child": 1, "born": child["born"], "when": ago(103), "nfa": "No", "team": "MASH"},
            {"child": 5, "born": child["born"], "when": ago(3), "nfa": "No", "team": "MASH"},
            {"child": 6, "born": child["born"], "when": ago(8), "nfa": "Yes", "team": "MASH"},
        ],
        6: [
            {"child": 1, **child, "worker": "#N/A"},
            {"child": 2, **child, "end": ago(20), "reason": "RC9"},
            {"child": 3, **child},
            {"child": 4, **child},
        ],
        7: [{"child": 3, **child}],
        8: [{"child": 4, **child}],
    }
    engine = opened(book(tmp_path / "a.xlsx", lists))
    assert (value(engine, "cin_open"), value(engine, "cp_open"), value(engine, "lac_open")) == (1, 1, 1)
    assert value(engine, "cin_unallocated") == 1
    assert value(engine, "referrals_received") == 1  # in the week to the as-at Sunday
    assert engine.child_team("1", D) == "CIC 1"
    del lists[7]
    why = no_data(opened(book(tmp_path / "b.xlsx", lists)))
    assert why["cin_open"] == "No data: the workbook has no List 7."
    assert why["cp_open"].startswith("No data")


def test_an_assessment_whose_case_has_closed_is_not_open(tmp_path: Path) -> None:
    child = {"born": date(2018, 1, 1), "team": "CIC 1"}
    engine = opened(book(tmp_path / "a.xlsx", {
        4: [{"child": 1, "start": ago(90), **child}, {"child": 2, "start": ago(90), **child}],
        6: [{"child": 1, "start": ago(95), "end": ago(40), **child}, {"child": 2, "start": ago(95), **child}],
    }))  # fmt: skip
    status = {r["child_id"]: r["status"] for r in engine.ledger_rows(D, "assessment")}
    assert status == {"1": "lapsed", "2": "overdue"}
    assert value(engine, "assessments_overdue") == 1


# What a snapshot cannot say


def test_a_snapshot_has_no_rates_no_week_before_and_no_history(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {n: [{"child": 1, "born": date(2018, 1, 1), "start": ago(50), **HELD}]
                                      for n in (6, 7, 8)})  # fmt: skip
    kpi_engine.load(str(path), D, tmp_path / "home")
    engine = kpi_engine.open_current(tmp_path / "home")
    measures = {m["measure"]: m for m in engine.measures(D)}
    for slug in (
        "cp_visits_in_time",
        "review_conferences_in_time",
        "lac_visits_in_time",
        "lac_reviews_in_time",
    ):
        assert "names only the newest" in measures[slug]["no_data"]
    assert measures["cp_open"]["value"] == 1
    assert measures["cp_open"]["previous"] is None
    assert {
        m["value"] for m in engine.measures(ago(7)) if m["measure"].startswith(("cp_", "lac_", "cin_"))
    } == {None}
    trend = engine.ask(Question("trend", ("cp_visits_overdue",), as_at=D), EVERYTHING).answers[0]
    assert trend.points
    assert {p.value for p in trend.points if p.date < D} == {None}
    changed = engine.ask(Question("changes", ("cp_visits_overdue",), as_at=D), EVERYTHING).answers[0]
    assert changed.no_data is not None
    assert "snapshot as at 2026-11-15" in changed.no_data
    with pytest.raises(InputError, match="no ledger of an earlier day"):
        engine.ledger_rows(ago(1))


def test_a_year_is_not_counted_from_six_months(tmp_path: Path) -> None:
    contacts = [{"child": n, "born": date(2018, 1, 1), "when": ago(n)} for n in range(10)]
    engine = opened(book(tmp_path / "a.xlsx", {1: contacts}))
    (found,) = [m for m in engine.measures(D) if m["measure"] == "contacts_received"]
    assert found["value"] == 7
    assert found["last_4_weeks"]["value"] == 10
    assert found["year_to_date"]["value"] is None  # from 1 April: the workbook begins on 15 May


def test_local_sheets_beside_the_lists_keep_their_history(tmp_path: Path) -> None:
    plan = {"child": 1, "born": date(2018, 1, 1), "start": ago(100), "visit": ago(3), **HELD}
    meetings = [["meeting_id", "person_id", "kind", "meeting_date", "held"]] + [
        [n, 1, "core_group", ago(days), "Y"] for n, days in enumerate((95, 60, 25))
    ]
    staff = [["professional_id", "role", "qualified", "fte", "team_id", "start_date"],
             ["Ann  Example", "social_worker", "Yes", 0.5, "CIC 1", "01/02/2020"]]  # fmt: skip
    path = book(tmp_path / "a.xlsx", {7: [plan]}, local={"local_meetings": meetings, "Local_Staff": staff})
    engine = opened(path)
    assert [r["status"] for r in engine.ledger_rows(D, "core_group")] == ["done_in_time"] * 3 + ["due"]
    assert value(engine, "core_groups_overdue") == 0
    assert value(engine, "caseload_average") == 2.0
    assert "team_span" not in no_data(engine)


def test_every_measure_without_a_number_is_named_on_loading() -> None:
    extract = read_annex_a(SAMPLE, MADE)
    said = " ".join(extract.warnings)
    for slug in extract.reach.cannot.keys() & CATALOGUE.keys():
        assert CATALOGUE[slug].title in said


def test_a_workbook_made_long_before_its_as_at_date_is_remarked_on() -> None:
    assert not [w for w in read_annex_a(SAMPLE, MADE).warnings if "The newest date" in w]
    assert [
        w for w in read_annex_a(SAMPLE, date(2022, 3, 16)).warnings if "in the workbook is 2021-03-02" in w
    ]


# The mess


def test_both_generations_of_headings_and_every_spelling_give_the_same(tmp_path: Path) -> None:
    born, start = date(2018, 5, 4), ago(60)
    clean: dict[int, list[dict[str, Any]]] = {
        7: [{"child": "C1", "sex": "Female", "born": born, "start": start, "visit": ago(20), "alone": "Yes", **HELD}],
        8: [{"child": "C2", "sex": "Male", "born": born, "start": start, "placement_start": start, "visit": ago(50),
             "placement_type": "U4", **HELD}],
        9: [{"child": "C3", "sex": "Male", "born": date(2006, 1, 2), "eligibility": "Former relevant",
             "contact": ago(70), "plan": ago(100), "touch": "Yes", **HELD}],
    }  # fmt: skip
    messy: dict[int, list[dict[str, Any]]] = {
        7: [{"child": "C1 ", "sex": "b) Female", "born": serial(born), "start": start.strftime("%d/%m/%Y"),
             "visit": f" {ago(20):%d/%m/%Y} ", "alone": "a) Yes", "team": "CIC\u00a01", "worker": "Ann  Example ",
             "category": "=NA()"}, {}],
        8: [{"child": "C2", "sex": "a) Male", "born": born.isoformat(), "start": float(serial(start)),
             "placement_start": start, "visit": ago(50), "placement_type": "d) U4: Foster placement - long term",
             "team": "CIC 1", "worker": "ANN EXAMPLE", "urn": "#N/A"}],
        9: [{"child": "C3", "sex": "a) Male", "born": date(2006, 1, 2), "eligibility": "b) Former relevant child",
             "contact": serial(ago(70)) + 0.5, "plan": ago(100), "touch": "a) Yes", **HELD}],
    }  # fmt: skip
    spelt = {
        "Sex": "Gender",
        "Child Unique ID": "Child unique ID ",
        "Date of the Last Statutory Visit": "Date of the last Statutory Visit",
        "Was the Child Seen Alone?": "Was the Child ‘Seen’ Alone))",
        "Child's Legal Status": "Child’s Legal Status",
    }
    one = opened(book(tmp_path / "clean.xlsx", clean))
    other = opened(book(tmp_path / "messy.xlsx", messy, spelt=spelt))
    assert one.ledger_rows(D) == other.ledger_rows(D)
    assert one.measures(D) == other.measures(D)
    assert [u.name for u in one.units.values()] == [u.name for u in other.units.values()]
    assert list(one.workers) == list(other.workers) == ["Ann Example"]
    assert {r["clock"] for r in one.ledger_rows(D)} >= {"cp_visit", "lac_visit", "care_leaver_contact"}


def test_a_few_dates_that_do_not_exist_are_findings_and_many_stop_the_load(tmp_path: Path) -> None:
    good = [{"child": n, "when": "01/09/2026"} for n in range(8)]
    few = book(
        tmp_path / "few.xlsx", {1: [*good, {"child": 9, "when": "31/02/2026"}, {"child": 10, "when": "soon"}]}
    )
    extract = read_annex_a(few, D)
    assert {(f.rule, f.row) for f in extract.findings} == {
        ("impossible date", 10),
        ("unknown date spelling", 11),
    }
    many = book(tmp_path / "many.xlsx", {1: [*good, *({"child": n, "when": "1 Sept"} for n in range(8))]})
    with pytest.raises(LoadError) as caught:
        read_annex_a(many, D)
    assert caught.value.faults == (
        "List 1, row 10, column 'Date of Contact': 8 of 16 cells are no dates. Write them as Excel dates or as "
        "DD/MM/YYYY and load again.",
    )


def test_a_month_is_never_taken_for_a_day(tmp_path: Path) -> None:
    rows = [{"child": 1, "when": "03/04/2026"}, *({"child": n, "when": "12/31/2026"} for n in range(2, 4))]
    extract = read_annex_a(book(tmp_path / "a.xlsx", {1: rows}), D)
    assert extract.tables["ssd_contacts"]["cont_contact_date"].to_pylist() == [date(2026, 4, 3), None, None]
    assert [f.rule for f in extract.findings] == ["impossible date"] * 2


# Faults: one sentence each, nothing kept


def refused(path: Path, home: Path, as_at: date | None = D) -> tuple[str, ...]:
    with pytest.raises(LoadError) as caught:
        kpi_engine.load(str(path), as_at, home)
    assert not home.exists()
    return caught.value.faults


def test_a_missing_sheet_is_said_and_the_rest_loads(tmp_path: Path) -> None:
    extract = read(str(book(tmp_path / "a.xlsx", {7: [{"child": 1, "start": ago(50)}]})), D)
    assert (
        "List 8 (looked-after children) is not in the workbook: its measures have no data."
        in extract.warnings
    )
    assert "lac_open" in no_data(Engine(extract))


def test_a_workbook_without_lists(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {}, local={"Sheet1": [["a", "b"], [1, 2]]})
    (fault,) = refused(path, tmp_path / "home")
    assert "no sheet called List 1 to List 10" in fault


def test_a_missing_column_that_is_needed(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {7: [{"child": 1, "start": ago(50)}], 8: [{"child": 1, "start": ago(50)}]},
                without=["Child Protection Plan Start Date", "Date Started to be Looked After"])  # fmt: skip
    faults = refused(path, tmp_path / "home")
    assert [f.split(":")[0] for f in faults] == ["List 7", "List 8"]
    assert "'Child Protection Plan Start Date' is missing" in faults[0]


def test_a_sheet_without_headings(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {}, local={"List 7": [[1, 2, 3]] * 30})
    (fault,) = refused(path, tmp_path / "home")
    assert "no row of headings" in fault


def test_a_workbook_behind_a_password(tmp_path: Path) -> None:
    path = tmp_path / "locked.xlsx"
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2048)
    )  # Excel keeps a locked workbook in such a file
    (fault,) = refused(path, tmp_path / "home")
    assert "protected by a password" in fault


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and no more", b"pers_person_id\n1\n", b"%PDF-1.4"])
def test_what_is_no_workbook(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    (fault,) = refused(path, tmp_path / "home")
    assert "a.xlsx is not an Excel workbook" in fault


def test_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    import zipfile

    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "nothing")
    (fault,) = refused(path, tmp_path / "home")
    assert "cannot be read as an Excel workbook" in fault


def test_a_workbook_needs_an_as_at_date(tmp_path: Path) -> None:
    (fault,) = refused(SAMPLE, tmp_path / "home", None)
    assert "--as-at" in fault


def test_a_path_that_leads_nowhere(tmp_path: Path) -> None:
    (fault,) = refused(tmp_path / "nowhere.xlsx", tmp_path / "home")
    assert "does not exist" in fault
    assert ALL not in fault
