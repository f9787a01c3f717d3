"""Bad input: every fault is one sentence or one finding, nothing is half-loaded, nobody sees a traceback."""

from __future__ import annotations

import json
import re
import socket
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

import kpi_engine
from bot.__main__ import main
from kpi_engine.engine import Engine
from kpi_engine.errors import LoadError
from kpi_engine.tables import contract

from .conftest import AS_AT

PEOPLE = "pers_person_id,pers_dob\nC1,2015-01-01\nC2,2016-01-01\n"
PLANS = "cppl_cp_plan_id,cppl_person_id,cppl_cp_plan_start_date,cppl_cp_plan_end_date\n"


def folder(path: Path, files: Mapping[str, str | bytes]) -> Path:
    path.mkdir(exist_ok=True)
    for name, content in files.items():
        (path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return path


class Command:
    """`perfbot load` as somebody types it, and what became of the home folder."""

    def __init__(
        self, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.home, self._capsys, self._patch = home, capsys, monkeypatch
        monkeypatch.setenv("PERFBOT_HOME", str(home))

    def load(self, *arguments: str) -> tuple[int, str, str]:
        self._patch.setattr(sys, "argv", ["perfbot", "load", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = self._capsys.readouterr()
        assert isinstance(end.value.code, int)
        return end.value.code, out, err

    def refused(self, *arguments: str) -> list[str]:
        """The sentences of a load that must fail: exit 2, no traceback, nothing changed."""
        before = self.kept()
        code, out, err = self.load(*arguments)
        assert code == 2
        assert out == ""
        assert "Traceback" not in err
        assert self.kept() == before
        *faults, last = err.splitlines()
        assert last == "Nothing was loaded."
        return faults

    def kept(self) -> dict[str, bytes]:
        extracts = self.home / "extracts"
        return {
            str(p.relative_to(extracts)): p.read_bytes() for p in sorted(extracts.rglob("*")) if p.is_file()
        }


@pytest.fixture
def command(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    return Command(tmp_path / "home", capsys, monkeypatch)


@pytest.fixture
def after_a_load(command: Command, tmp_path: Path) -> Command:
    """A home that already holds an extract."""
    good = folder(tmp_path / "good", {"ssd_person.csv": PEOPLE})
    assert command.load(str(good), "--as-at", "2026-11-08")[0] == 0
    assert command.kept()
    return command


# Faults that stop a load

NUL = b"\x00\x01\x02\x03" * 64
FAULTS: dict[str, tuple[dict[str, str | bytes], str]] = {
    "missing key column": (
        {"ssd_cp_plans.csv": "cppl_person_id,cppl_cp_plan_start_date\nC1,2026-01-01\n"},
        r"^ssd_cp_plans\.csv: the column cppl_cp_plan_id is missing",
    ),
    "unknown date spelling": (
        {"ssd_cp_plans.csv": PLANS + "P1,C1,01/02/2026,\nP2,C2,2026-01-01,\n"},
        r"^ssd_cp_plans\.csv, line 2, column cppl_cp_plan_start_date: 1 of 2 dates are not written YYYY-MM-DD",
    ),
    "binary": ({"ssd_cp_plans.csv": NUL}, r"^ssd_cp_plans\.csv is not a CSV file"),
    "a workbook called csv": (
        {"ssd_cp_plans.csv": b"PK\x03\x04\x14\x00\x06\x00"},
        r"^ssd_cp_plans\.csv is not a CSV file",
    ),
    "semicolons": (
        {"ssd_cp_plans.csv": PLANS.replace(",", ";")},
        r"^ssd_cp_plans\.csv, line 1: none of the column names",
    ),
    "prose": ({"ssd_cp_plans.csv": "This is a letter.\n"}, r"^ssd_cp_plans\.csv, line 1: none of the column names"),
    "no header": ({"ssd_cp_plans.csv": ""}, r"^ssd_cp_plans\.csv is empty"),
    "another encoding": (
        {"ssd_person.csv": b"pers_person_id,pers_ethnicity\nC1,\xe9\n"},
        r"^ssd_person\.csv, line 2: not written in UTF-8",
    ),
    "a cell too many": (
        {"ssd_cp_plans.csv": PLANS + "P1,C1,2026-01-01,,\n"},
        r"^ssd_cp_plans\.csv, line 2: 5 cells where the header has 4",
    ),
    "one table in two files": (
        {"ssd_cp_plans.csv": PLANS, "SSD_CP_PLANS.csv": PLANS},
        r"the table ssd_cp_plans is there twice",
    ),
    "broken extract.json": ({"extract.json": "{"}, r"^extract\.json cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_one_sentence_and_nothing_changes(
    name: str, after_a_load: Command, tmp_path: Path
) -> None:
    files, words = FAULTS[name]
    source = folder(tmp_path / "bad", {"ssd_person.csv": PEOPLE} | files)
    (fault,) = after_a_load.refused(str(source), "--as-at", "2026-11-15")
    assert re.search(words, fault), fault
    assert fault.endswith((".", "?"))
    assert not re.search(r"\bC[12]\b", fault)  # a sentence never names a child


def test_an_empty_folder(after_a_load: Command, tmp_path: Path) -> None:
    (fault,) = after_a_load.refused(str(folder(tmp_path / "empty", {})), "--as-at", "2026-11-15")
    assert "holds no SSD table" in fault


def test_a_folder_of_local_tables_only(after_a_load: Command, tmp_path: Path) -> None:
    source = folder(tmp_path / "local", {"local_peps.csv": "pep_id,person_id,completed_date\n"})
    (fault,) = after_a_load.refused(str(source), "--as-at", "2026-11-15")
    assert "holds no SSD table" in fault


def test_no_as_at_date(after_a_load: Command, tmp_path: Path) -> None:
    (fault,) = after_a_load.refused(str(folder(tmp_path / "ssd", {"ssd_person.csv": PEOPLE})))
    assert "as-at date is not known" in fault
    assert "--as-at" in fault


def test_extract_json_gives_the_date_and_as_at_goes_before_it(command: Command, tmp_path: Path) -> None:
    source = folder(tmp_path / "ssd", {"ssd_person.csv": PEOPLE, "extract.json": '{"as_at": "2026-11-01"}'})
    assert command.load(str(source))[0] == 0
    assert command.load(str(source), "--as-at", "2026-11-02")[0] == 0
    assert [name[:10] for name in command.kept() if name.endswith("manifest.json")] == [
        "2026-11-01",
        "2026-11-02",
    ]


@pytest.mark.parametrize("when", ["15/11/2026", "2026-11-31", "yesterday", "20261115", ""])
def test_an_as_at_date_that_is_none(when: str, after_a_load: Command, tmp_path: Path) -> None:
    before = after_a_load.kept()
    code, _, err = after_a_load.load(
        str(folder(tmp_path / "ssd", {"ssd_person.csv": PEOPLE})), "--as-at", when
    )
    assert code == 2
    assert "--as-at must be a date such as" in err
    assert after_a_load.kept() == before


@pytest.mark.parametrize("name", ["nowhere", "one.txt", "ssd_person.csv"])
def test_a_source_that_is_none(name: str, after_a_load: Command, tmp_path: Path) -> None:
    if name != "nowhere":
        (tmp_path / name).write_text(PEOPLE)
    (fault,) = after_a_load.refused(str(tmp_path / name), "--as-at", "2026-11-15")
    assert name in fault


def test_fifty_faults_are_fifty_sentences(after_a_load: Command, tmp_path: Path) -> None:
    wanted = [(t.name, c.name) for t in contract().values() for c in t.columns if c.needed]
    files: dict[str, str | bytes] = {}
    for table in contract().values():
        columns = [c.name for c in table.columns if not c.needed]
        if columns:
            files[f"{table.name}.csv"] = ",".join(columns) + "\n"
    expected = [
        f"{name}.csv: the column {column} is missing" for name, column in wanted if f"{name}.csv" in files
    ]
    assert len(expected) > 50
    faults = after_a_load.refused(str(folder(tmp_path / "bad", files)), "--as-at", "2026-11-15")
    assert sorted(fault.split(";")[0] for fault in faults) == sorted(expected)


def test_faults_of_every_kind_are_told_together(after_a_load: Command, tmp_path: Path) -> None:
    source = folder(tmp_path / "bad", {
        "ssd_person.csv": "pers_sex\nM\n", "ssd_cp_plans.csv": NUL, "ssd_contacts.csv": "",
        "ssd_cin_visits.csv": "cinv_cin_visit_id,cinv_cin_visit_date\n1,yesterday\n",
    })  # fmt: skip
    faults = after_a_load.refused(str(source))
    assert len(faults) == 5
    for name in (
        "ssd_person.csv",
        "ssd_cp_plans.csv",
        "ssd_contacts.csv",
        "ssd_cin_visits.csv",
        "as-at date",
    ):
        assert sum(name in fault for fault in faults) == 1


def test_a_load_that_cannot_be_kept_leaves_the_home_as_it_was(
    after_a_load: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import kpi_engine.extracts.store as store

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.os, "replace", full)
    before = after_a_load.kept()
    code, _, err = after_a_load.load(
        str(folder(tmp_path / "ssd", {"ssd_person.csv": PEOPLE})), "--as-at", "2026-11-15"
    )
    assert code == 2
    assert "could not be kept" in err
    assert after_a_load.kept() == before


def test_an_older_extract_is_kept_as_history_and_says_so(after_a_load: Command, tmp_path: Path) -> None:
    source = folder(tmp_path / "older", {"ssd_person.csv": PEOPLE})
    code, out, _ = after_a_load.load(str(source), "--as-at", "2026-10-01")
    assert code == 0
    assert "older than the current one (2026-11-08)" in out
    assert kpi_engine.open_current(after_a_load.home).as_at == date(2026, 11, 8)


# Faults of rows: findings, never dropped, never a failed load


def opened(tmp_path: Path, files: Mapping[str, str]) -> Engine:
    return kpi_engine.open_folder(folder(tmp_path / "ssd", {"ssd_person.csv": PEOPLE, **files}), AS_AT)


def rules(engine: Engine, table: str) -> list[tuple[str, str, int | None]]:
    return [(f["rule"], f["key"], f["row"]) for f in engine.findings() if f["table"] == table]


def test_of_two_rows_with_one_key_the_first_is_used(tmp_path: Path) -> None:
    engine = opened(
        tmp_path, {"ssd_cp_plans.csv": PLANS + "P1,C1,2026-11-01,\nP1,C2,2026-11-02,\nP2,C2,2026-11-02,\n"}
    )
    assert rules(engine, "ssd_cp_plans") == [("duplicate key", "P1", 3)]
    starts = {r["subject_id"]: r["start_date"] for r in _ledger(tmp_path, engine)}
    assert starts == {"P1": "2026-11-01", "P2": "2026-11-02"}


def _ledger(tmp_path: Path, engine: Engine) -> list[dict[str, object]]:
    """CP visits need their table to be there."""
    visits = "cppv_cp_visit_id,cppv_cp_visit_date\n"
    folder(tmp_path / "ssd", {"ssd_cp_visits.csv": visits})
    return kpi_engine.open_folder(tmp_path / "ssd", engine.as_at).ledger_rows(AS_AT, "cp_visit")


def test_an_unknown_child_is_a_finding_and_counts(tmp_path: Path) -> None:
    engine = opened(tmp_path, {"ssd_cp_plans.csv": PLANS + "P1,C9,2026-11-01,\n"})
    assert rules(engine, "ssd_cp_plans") == [("unknown child", "P1", 2)]
    figure = engine.figure("cp_open", AS_AT)
    assert figure is not None
    assert figure.value == 1


def test_a_row_without_a_child_is_a_finding(tmp_path: Path) -> None:
    engine = opened(tmp_path, {"ssd_cp_plans.csv": PLANS + "P1,,2026-11-01,\n"})
    assert rules(engine, "ssd_cp_plans") == [("missing child", "P1", 2)]


def test_an_end_before_the_start_is_a_finding(tmp_path: Path) -> None:
    engine = opened(tmp_path, {"ssd_cp_plans.csv": PLANS + "P1,C1,2026-11-01,2026-10-01\n"})
    assert rules(engine, "ssd_cp_plans") == [("end before start", "P1", 2)]


def test_a_missing_start_is_a_finding(tmp_path: Path) -> None:
    engine = opened(tmp_path, {"ssd_cp_plans.csv": PLANS + "P1,C1,,\n"})
    assert rules(engine, "ssd_cp_plans") == [("missing start date", "P1", 2)]


@pytest.mark.parametrize(
    ("cell", "rule"), [("2026-02-30", "impossible date"), ("soon", "unknown date spelling")]
)
def test_one_date_among_many_that_cannot_be_read_is_a_finding(tmp_path: Path, cell: str, rule: str) -> None:
    rows = "".join(f"P{n},C1,2026-01-01,2026-02-01\n" for n in range(9))
    engine = opened(tmp_path, {"ssd_cp_plans.csv": PLANS + rows + f"P9,C2,2026-01-01,{cell}\n"})
    assert (rule, "P9", 11) in rules(engine, "ssd_cp_plans")


def test_a_key_that_is_empty_is_a_finding(tmp_path: Path) -> None:
    engine = opened(tmp_path, {"ssd_cp_plans.csv": PLANS + ",C1,2026-11-01,\n"})
    assert ("missing key", "line 2", 2) in rules(engine, "ssd_cp_plans")


def test_an_unknown_team_and_a_worker_nobody_knows(tmp_path: Path) -> None:
    involvements = (
        "invo_involvements_id,invo_professional_id,invo_professional_role_id,invo_professional_team,"
        "invo_involvement_start_date,invo_person_id\nN1,P9,CW,T9,2026-01-01,C1\n"
    )
    engine = opened(tmp_path, {
        "ssd_involvements.csv": involvements, "ssd_department.csv": "dept_team_id,dept_team_name\nT1,One\n",
        "ssd_professionals.csv": "prof_professional_id\nP1\n", "ssd_cp_plans.csv": PLANS + "P1,C1,2026-11-01,\n",
    })  # fmt: skip
    assert ("unknown team", "N1", 2) in rules(engine, "ssd_involvements")
    figure = engine.figure("cp_unallocated", AS_AT)
    assert figure is not None
    assert figure.value == 1


def test_two_open_plans_are_a_finding_and_one_child(tmp_path: Path) -> None:
    engine = opened(tmp_path, {"ssd_cp_plans.csv": PLANS + "P1,C1,2026-10-01,\nP2,C1,2026-11-01,\n"})
    assert [rule for rule, _, _ in rules(engine, "ssd_cp_plans")] == ["two open plans"]
    figure = engine.figure("cp_open", AS_AT)
    assert figure is not None
    assert figure.value == 1


def test_findings_are_kept_with_the_extract(command: Command, tmp_path: Path) -> None:
    source = folder(
        tmp_path / "ssd",
        {"ssd_person.csv": PEOPLE, "ssd_cp_plans.csv": PLANS + "P1,C9,2026-11-01,2026-10-01\n"},
    )
    code, out, _ = command.load(str(source), "--as-at", "2026-11-15")
    assert code == 0
    assert "1  ssd_cp_plans: unknown child" in out
    assert "C9" not in out
    findings = kpi_engine.open_current(command.home).findings()
    assert {f["rule"] for f in findings} == {"unknown child", "end before start"}
    assert json.dumps(findings) == json.dumps(kpi_engine.open_folder(source, AS_AT).findings())


# What somebody else's folder holds beside


def test_other_files_and_unknown_tables_are_left_out_and_named(command: Command, tmp_path: Path) -> None:
    source = folder(tmp_path / "ssd", {
        "ssd_person.csv": "PERS_PERSON_ID,shoe_size,pers_person_id\nC1,3,C2\n", "ssd_s251_finance.csv": "a\n1\n",
        "notes.txt": "hello",
    })  # fmt: skip
    code, out, _ = command.load(str(source), "--as-at", "2026-11-15")
    assert code == 0
    assert "ssd_s251_finance.csv is no table of the data contract" in out
    people = kpi_engine.open_current(command.home).extract.tables["ssd_person"]
    assert people["pers_person_id"].to_pylist() == ["C1"]
    assert "shoe_size" not in people.column_names


def test_quoted_cells_with_commas_and_line_ends(tmp_path: Path) -> None:
    text = 'pers_person_id,pers_ethnicity\r\n"C,1","two\nlines"\r\nC2,""\r\n'
    engine = kpi_engine.open_folder(folder(tmp_path / "ssd", {"ssd_person.csv": "\ufeff" + text}), AS_AT)
    assert engine.extract.tables["ssd_person"]["pers_person_id"].to_pylist() == ["C,1", "C2"]


NO_TRACE: list[Callable[[Path], Path]] = [
    lambda path: folder(path / "bad", {"ssd_person.csv": NUL}),
    lambda path: folder(path / "bad", {}),
    lambda path: path / "nowhere",
]


@pytest.mark.parametrize("make", NO_TRACE)
def test_a_first_load_that_fails_leaves_no_extract(make: Callable[[Path], Path], tmp_path: Path) -> None:
    with pytest.raises(LoadError):
        kpi_engine.load(str(make(tmp_path)), AS_AT, tmp_path / "home")
    assert not (tmp_path / "home").exists()


# The other ways in, as somebody types them


def test_a_database_that_does_not_answer_keeps_its_password_to_itself(after_a_load: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    source = f"postgresql+psycopg://reader:hunter2@127.0.0.1:{port}/ssd"
    (fault,) = after_a_load.refused(source, "--as-at", "2026-11-15")
    assert "does not answer" in fault
    assert "hunter2" not in fault
    for path in after_a_load.home.rglob("*"):
        assert path.is_dir() or b"hunter2" not in path.read_bytes()


def test_a_workbook_that_is_none(after_a_load: Command, tmp_path: Path) -> None:
    path = tmp_path / "annex.xlsx"
    path.write_text("not a workbook")
    (fault,) = after_a_load.refused(str(path), "--as-at", "2026-11-15")
    assert fault == "annex.xlsx is not an Excel workbook (.xlsx); export it again and load that file."


def test_a_workbook_says_on_loading_what_it_cannot_say(command: Command) -> None:
    sample = Path(__file__).parents[1] / "public_data" / "annex_a" / "Annex_A.xlsx"
    code, out, _ = command.load(str(sample), "--as-at", "2021-03-16")
    assert code == 0
    assert "Note: No data for SDQs overdue: Annex A has no Strengths and Difficulties Questionnaires." in out
    assert "Note: An Annex A workbook is a snapshot" in out
