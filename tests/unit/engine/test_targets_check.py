"""`perfbot targets check`: every fault by line, and a file that passes is the file that counts."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kpi_engine
from bot.__main__ import app
from bot.commands.guard import guarded
from kpi_engine.errors import InputError
from kpi_engine.measures import measure
from kpi_engine.targets import FILE_NAME, read, read_all, shipped_text
from kpi_engine.targets.checked import checked
from tests.unit.engine.hand_authority import AS_AT, tables
from tests.worked_cases.loader import write_folder

D = date(2026, 11, 15)
UNITS = ("ALL", "S1", "T11", "T12")

MANY = """tragets: 3
targets:
  cp_visit_in_time: {steps: {2026-01-01: 90}}
  rereferrals:
    red: 15
    steps:
      2025-02-30: 20
      2026-04-01: 120
      2025-04-01: 20
    by_unit: {T99: 4, T11: 5}
  caseload_average: {steps: {2014-08-01: 18}, by_team_kind: {asessment: 15}}
"""


def test_all_faults_are_named_at_once_each_with_its_line() -> None:
    found = checked(MANY, "targets.yaml", D, UNITS)
    assert [fault.line for fault in found.faults] == [1, 3, 5, 7, 8, 9, 10, 11]
    assert all(fault.sentence.endswith(".") and "\n" not in fault.sentence for fault in found.faults)
    assert "names T99, and the extract has no such team or service" in found.faults[6].sentence


def test_a_teams_own_target_is_no_fault_where_no_extract_is_at_hand() -> None:
    """The engine opens an older or newer extract in which the team is not there."""
    text = "targets:\n  rereferrals: {steps: {2026-01-01: 20}, by_unit: {T99: 4}}\n"
    assert read(text, "targets.yaml").targets["rereferrals"].by_unit["T99"]
    assert [f.line for f in read_all(text, "targets.yaml", UNITS)[1]] == [2]


def test_the_file_that_comes_with_the_program_is_in_order() -> None:
    found = checked(shipped_text(), "shipped", D, UNITS)
    assert found.faults == ()
    assert found.work_streams == ("WS1", "WS2", "WS3", "WS4", "WS5", "WS6", "WS7", "local")
    before = checked(shipped_text(), "shipped", date(2014, 7, 31))
    assert before.in_force == 1  # the weekly one: no step had begun, and no baseline of the trajectory
    assert checked(shipped_text(), "shipped", date(2014, 8, 1)).in_force > before.in_force


def test_the_nearest_unit_with_a_target_of_its_own_counts() -> None:
    text = """targets:
  cp_visits_in_time:
    steps: {2026-01-01: 95}
    by_unit: {S1: 90, T11: {2026-06-01: 80}}
"""
    told = read(text, "targets.yaml").targets["cp_visits_in_time"]
    assert told.on(D, "", ("T11", "S1", "ALL")) == 80
    assert told.on(date(2026, 5, 31), "", ("T11", "S1", "ALL")) == 90  # its own has not begun: the service's
    assert told.on(D, "", ("T12", "S1", "ALL")) == 90
    assert told.on(D, "", ("T21", "S2", "ALL")) == 95
    assert told.on(date(2025, 12, 31), "", ("T12", "S1", "ALL")) is None


@pytest.mark.parametrize(
    ("value", "colour"), [(95.0, "green"), (94.9, "amber"), (85.0, "amber"), (84.9, "red")]
)
def test_a_measures_own_line_between_amber_and_red(value: float, colour: str) -> None:
    told = read("targets:\n  cp_visits_in_time: {red: 85, steps: {2026-01-01: 95}}\n", "targets.yaml")
    assert told.rag(measure("cp_visits_in_time"), value, 40, 95) == colour


# A valid file with a slip of the pen

LINES = shipped_text().splitlines()


@given(st.integers(0, 10**9))
def test_a_changed_file_is_accepted_or_refused_with_a_line(seed: int) -> None:
    draw = random.Random(seed)
    text = "\n".join(_slipped(list(LINES), draw))
    found, faults = read_all(text, "targets.yaml")
    for fault in faults:
        assert 1 <= fault.line <= text.count("\n") + 2
        assert fault.sentence.endswith(".")
    if not faults:
        assert read(text, "targets.yaml") == found
        return
    with pytest.raises(InputError) as caught:
        read(text, "targets.yaml")
    assert str(caught.value).startswith(f"targets.yaml, line {faults[0].line}: {faults[0].sentence}")


def _slipped(lines: list[str], draw: random.Random) -> list[str]:
    """One to three slips: a letter, a digit, a line twice, a line gone, two lines the wrong way round."""
    for _ in range(draw.randint(1, 3)):
        place = draw.randrange(len(lines))
        line = lines[place]
        match draw.randrange(5):
            case 0 if line:
                at = draw.randrange(len(line))
                lines[place] = line[:at] + draw.choice("abz019:-{},. ") + line[at + 1 :]
            case 1 if line:
                at = draw.randrange(len(line))
                lines[place] = line[:at] + line[at + 1 :]
            case 2:
                lines.insert(place, line)
            case 3 if len(lines) > 1:
                del lines[place]
            case _:
                other = draw.randrange(len(lines))
                lines[place], lines[other] = lines[other], line
    return lines


# The command, and what the engine then does


def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str
) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.argv", ["perfbot", *words])
    status = guarded(app)
    out, err = capsys.readouterr()
    return status, out, err


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PERFBOT_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def test_the_command_says_every_fault_and_ends_with_2(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "ours.yaml"
    wrong.write_text(MANY, "utf-8")
    status, out, err = run(capsys, monkeypatch, "targets", "check", str(wrong))
    assert (status, out) == (2, "")
    assert [line.split(" ")[0] for line in err.splitlines()] == [
        f"ours.yaml:{line}:"
        for line in (1, 3, 5, 7, 8, 9, 11)  # no extract is loaded: T99 is not known to be wrong
    ]
    status, out, err = run(capsys, monkeypatch, "targets", "check", str(tmp_path / "nowhere.yaml"))
    assert status == 2
    assert "nowhere.yaml cannot be read" in err


def test_the_units_are_those_of_the_current_extract(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kpi_engine.load(str(write_folder(tables(), tmp_path / "ssd")), AS_AT, home)
    (home / FILE_NAME).write_text(
        "targets:\n  cp_unallocated:\n    steps: {2014-08-01: 0}\n    by_unit: {T1: 3, T9999: 4}\n", "utf-8"
    )
    status, _, err = run(capsys, monkeypatch, "targets", "check")
    assert status == 2
    assert err.startswith("targets.yaml:4: by_unit of cp_unallocated names T9999")
    (home / FILE_NAME).write_text(
        "targets:\n  cp_unallocated:\n    steps: {2014-08-01: 0}\n    by_unit: {T1: 3}\n", "utf-8"
    )
    status, out, _ = run(capsys, monkeypatch, "targets", "check")
    assert status == 0
    assert out.startswith(
        "targets.yaml is in order: 1 targets of 1 work streams (local), 2 dated steps, 1 targets"
    )
    assert AS_AT.isoformat() in out
    # The file that passed is the file that counts.
    engine = kpi_engine.open_current(home)
    mine = {row["measure"]: row["target"] for row in engine.measures(AS_AT, "T1")}
    whole = {row["measure"]: row["target"] for row in engine.measures(AS_AT)}
    assert (mine["cp_unallocated"], whole["cp_unallocated"]) == (3, 0)
    assert whole["lac_unallocated"] is None
