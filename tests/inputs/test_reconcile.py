"""An extract against the statutory returns: what agrees is silent, what differs is said once, by kind."""

from __future__ import annotations

import csv
import json
import re
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

import kpi_engine
from bot.__main__ import app
from kpi_engine.engine import Engine
from kpi_engine.errors import InputError
from kpi_engine.reconcile import reconcile

from .conftest import AS_AT
from .returns import cin_census, ssda903, table

PUBLIC = Path(__file__).parents[1] / "public_data"
FIRST, LAST = date(2025, 4, 1), date(2026, 3, 31)


@pytest.fixture(scope="module")
def engine(authority: Path) -> Engine:
    return kpi_engine.open_folder(authority, AS_AT)


@pytest.fixture(scope="module")
def census(authority: Path) -> str:
    return cin_census(authority, LAST)


@pytest.fixture(scope="module")
def care_return(authority: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ssda903(authority, tmp_path_factory.mktemp("returns") / "2026", FIRST, LAST)


def saved(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


# The same data: no differences


@pytest.mark.parametrize("namespace", ["", "https://example.org/cin"])
def test_a_census_made_from_the_extract_agrees_with_it(
    authority: Path, engine: Engine, tmp_path: Path, namespace: str
) -> None:
    path = saved(tmp_path / "cin.xml", cin_census(authority, LAST, namespace=namespace))
    found = reconcile(engine, path)
    assert (found.first, found.last) == (FIRST, LAST)
    assert found.differences == []
    assert found.matched["pers_person_id"] == found.children > 100
    assert min(found.compared.values()) > 5
    assert len(found.compared) == 6


def test_a_care_return_made_from_the_extract_agrees_with_it(engine: Engine, care_return: Path) -> None:
    found = reconcile(engine, care_return, LAST)
    assert found.differences == []
    assert found.compared["episode of care"] > 15
    assert found.compared["looked-after review"] > 15


# Differences


def test_each_change_to_the_census_is_found(engine: Engine, census: str, tmp_path: Path) -> None:
    closed = re.search(r"<CINclosureDate>2025-(\d\d)-(\d\d)</CINclosureDate>", census)
    assert closed is not None
    review = re.search(r"<CPPreviewDate>2025-0[4-9]-\d\d</CPPreviewDate>", census)
    assert review is not None
    changed = census.replace(closed[0], "", 1).replace(review[0], "", 1)
    found = reconcile(engine, saved(tmp_path / "cin.xml", changed))
    counts = dict(found.counts)
    assert counts.pop("referral: end date differs") == 1
    assert counts.pop("child protection review only in the extract") == 1
    assert not counts
    (end,) = [d for d in found.differences if d.kind == "referral: end date differs"]
    assert (end.ours, end.theirs) == (closed[0][16:26], "")


def test_a_record_without_a_date_is_said(engine: Engine, census: str, tmp_path: Path) -> None:
    start = re.search(r"<CPPstartDate>.*?</CPPstartDate>", census)
    assert start is not None
    found = reconcile(
        engine, saved(tmp_path / "cin.xml", census.replace(start[0], "<CPPstartDate>?</CPPstartDate>", 1))
    )
    assert found.counts["child protection plan without a date in the return"] == 1
    assert "1 dates of the return are not written YYYY-MM-DD; they were taken as empty." in found.notes


def test_a_start_that_is_some_days_off_is_one_difference_not_two(
    engine: Engine, authority: Path, tmp_path: Path
) -> None:
    text = cin_census(authority, LAST)
    enquiry = re.search(r"<S47ActualStartDate>2025-0[5-9]-(0\d|1\d)</S47ActualStartDate>", text)
    assert enquiry is not None
    moved = enquiry[0].replace(enquiry[1] + "</", f"{int(enquiry[1]) + 1:02}</")
    found = reconcile(engine, saved(tmp_path / "cin.xml", text.replace(enquiry[0], moved, 1)))
    assert found.counts == {"section 47 enquiry: date differs": 1}


def test_children_that_one_side_does_not_know(engine: Engine, census: str, tmp_path: Path) -> None:
    children = re.findall(r"<Child>.*?</Child>", census)
    inside = next(c for c in children if "<CINreferralDate>2025-07" in c)
    stranger = re.sub(r"<LAchildID>.*?</LAchildID>", "<LAchildID>Z-1</LAchildID>", inside)
    found = reconcile(engine, saved(tmp_path / "cin.xml", census.replace(inside, stranger)))
    assert found.counts == {"child only in the extract": 1, "child only in the return": 1}
    assert {d.child_id for d in found.differences if d.kind.endswith("return")} == {"Z-1"}


def test_children_are_also_known_by_their_legacy_id(
    authority: Path, care_return: Path, tmp_path: Path
) -> None:
    known = {row["CHILD"] for row in _rows(care_return / "header.csv")}
    for path in authority.glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    people = table(authority, "ssd_person")
    with (tmp_path / "ssd_person.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, people[0])
        writer.writeheader()
        writer.writerows(p | {"pers_legacy_id": f"L{p['pers_person_id']}"} for p in people)
    other = tmp_path / "return"
    other.mkdir()
    for path in care_return.glob("*.csv"):
        lines = path.read_text("utf-8-sig").splitlines()
        (other / path.name).write_text(
            "\n".join([lines[0], *(f"L{line}" for line in lines[1:])]) + "\n", "utf-8"
        )
    found = reconcile(kpi_engine.open_folder(tmp_path, AS_AT), other, LAST)
    assert found.matched == {"pers_person_id": 0, "pers_legacy_id": len(known)}
    assert found.differences == []


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize(
    ("column", "name"),
    [("PLACE", "placement type"), ("LS", "legal status"), ("RNE", "reason for start"), ("DEC", "end date")],
)
def test_each_change_to_an_episode_of_care_is_found(
    engine: Engine, care_return: Path, tmp_path: Path, column: str, name: str
) -> None:
    rows = _rows(care_return / "episodes.csv")
    other = tmp_path / "return"
    other.mkdir()
    for file in ("header", "reviews"):
        (other / f"{file}.csv").write_bytes((care_return / f"{file}.csv").read_bytes())
    row = next(r for r in rows if r[column] and (column != "DEC" or r["DEC"][3:] < "04/2026"))
    row[column] = "01/03/2026" if column == "DEC" else "X9"
    with (other / "episodes.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    assert reconcile(engine, other, LAST).counts == {f"episode of care: {name} differs": 1}


def test_an_extract_older_than_the_return_compares_what_both_cover(
    authority: Path, census: str, tmp_path: Path
) -> None:
    path = saved(tmp_path / "cin.xml", census)
    early = date(2025, 9, 30)
    found = reconcile(kpi_engine.open_folder(authority, early), path)
    assert found.last == early
    assert found.differences == []
    assert any("2025-09-30" in note for note in found.notes)


# The public samples


@pytest.mark.parametrize(
    "path", [*sorted((PUBLIC / "cin_census").glob("*.xml")), PUBLIC / "ssda903"], ids=lambda p: p.name
)
def test_the_public_samples_run(engine: Engine, path: Path) -> None:
    found = reconcile(engine, path)
    assert found.children > 0
    assert found.counts["child only in the return"] == found.children


def test_a_public_sample_agrees_with_an_extract_of_its_children(tmp_path: Path) -> None:
    path = PUBLIC / "cin_census" / "fake_CIN_data.xml"
    children = re.findall(r"<Child>.*?</Child>", path.read_text("utf-8"), re.DOTALL)
    people, episodes = ["pers_person_id,pers_dob"], [
        "cine_referral_id,cine_person_id,cine_referral_date,cine_close_date,cine_close_reason,"
        "cine_cin_primary_need_code,cine_referral_nfa"
    ]  # fmt: skip

    def told(text: str, tag: str) -> str:
        found = re.search(f"<{tag}>(.*?)</{tag}>", text)
        return found[1] if found else ""

    for child in children:
        one = told(child, "LAchildID")
        people.append(f"{one},{told(child, 'PersonBirthDate')}")
        for details in re.findall(r"<CINdetails>.*?</CINdetails>", child, re.DOTALL):
            values = [
                told(details, t)
                for t in ("CINreferralDate", "CINclosureDate", "ReasonForClosure", "PrimaryNeedCode")
            ]
            nfa = "Y" if told(details, "ReferralNFA") in ("true", "1") else "N"
            episodes.append(",".join([str(len(episodes)), one, *values, nfa]))
    saved(tmp_path / "ssd_person.csv", "\n".join(people))
    saved(tmp_path / "ssd_cin_episodes.csv", "\n".join(episodes))
    found = reconcile(kpi_engine.open_folder(tmp_path, date(2022, 7, 21)), path)
    assert len(children) == found.matched["pers_person_id"] == 332
    assert found.compared["referral"] > 100
    assert found.differences == []
    assert any("ssd_cp_plans" in note for note in found.notes)


# Faults


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xml", "<Message><Children>", "line 1: this is not well-formed XML"),
        ("a.xml", "not XML at all", "not well-formed XML"),
        ("a.xml", "<Other/>", "is XML but no CIN Census"),
        ("a.xml", "<Message><Children/></Message>", "no ReferenceDate"),
        ("a.xml", '<!DOCTYPE x [<!ENTITY a "b">]><Message><Children/></Message>', "document type"),
        ("episodes.csv", "CHILD,DEC\n1,01/01/2020\n", "the column DECOM is missing"),
        ("episodes.csv", "CHILD,DECOM,DEC\n", "no episode with a date"),
        ("other.csv", "CHILD\n", "holds no SSDA903 return"),
    ],
)
def test_what_is_no_return_gets_one_sentence(
    engine: Engine, tmp_path: Path, name: str, content: str, words: str
) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        reconcile(engine, saved(tmp_path / name, content))


def test_a_return_that_is_not_there(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        reconcile(engine, tmp_path / "nowhere")


# The command


def test_the_command_counts_and_names_no_child_but_in_the_file(
    authority: Path, census: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PERFBOT_HOME", str(tmp_path / "home"))
    kpi_engine.load(str(authority), AS_AT, tmp_path / "home")
    one = re.search(r"<LAchildID>(.*?)</LAchildID>", census)
    assert one is not None
    path = saved(tmp_path / "cin.xml", census.replace(one[0], "<LAchildID>Z-1</LAchildID>", 1))
    csv_file = tmp_path / "out.csv"
    run = CliRunner().invoke(app, ["reconcile", str(path), "--csv", str(csv_file)])
    assert run.exit_code == 0, run.output
    assert "1  child only in the return" in run.output
    assert "Z-1" not in run.output
    assert "Z-1" in {row["child_id"] for row in _rows(csv_file)}
    told = json.loads(CliRunner().invoke(app, ["reconcile", str(path), "--json"]).output)
    assert told["differences"]["child only in the return"] == 1
    assert "Z-1" not in json.dumps(told)
