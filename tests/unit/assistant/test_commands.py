"""The commands over a loaded extract (the small borough of the conversations): what scripts rely on."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bot.__main__ import app
from bot.commands.guard import guarded

BOROUGH = Path(__file__).parents[2] / "conversations" / "authority"
LEDGER = (
    "clock,child_id,subject_id,sequence,start_date,due_date,done_date,ended_date,"
    "status,days_overdue,working_days_overdue,team_id,worker_id"
)


class Ended(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Ended]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("PERFBOT_HOME", str(home))
    monkeypatch.delenv("PERFBOT_DATABASE_URL", raising=False)

    def once(*arguments: str) -> Ended:
        monkeypatch.setattr("sys.argv", ["perfbot", *arguments])
        status = guarded(app)
        out, err = capsys.readouterr()
        return Ended(status, out, err)

    if not (home / "extracts").exists():
        loaded = once("load", str(BOROUGH))
        assert loaded.status == 0, loaded.err
        assert "kept as extract 2026-11-15_" in loaded.out
    return once


def test_ask_answers_in_words_and_in_json(run: Run) -> None:
    question = ("ask", "which CP visits are overdue?", "--as", "U-T11")
    words = run(*question)
    assert (words.status, words.err) == (0, "")
    assert words.out.startswith("2 CP visits are overdue in CSWT 1")
    answer = run(*question, "--json").json
    assert list(answer) == ["question", "outcome", "understood", "answers", "text", "data"]
    assert answer["text"] + "\n" == words.out
    assert [row["child_id"] for row in answer["answers"][0]["rows"]] == ["C102", "C101"]
    assert answer["data"]["as_at"] == "2026-11-15"


def test_the_same_question_prints_the_same_bytes(run: Run) -> None:
    question = ("ask", "how are we doing", "--as", "U-AD2", "--json")
    assert run(*question).out == run(*question).out


def test_not_permitted_is_status_3_with_the_json_still_printed(run: Run) -> None:
    ended = run("ask", "which children in CSWT 2 have an overdue CP visit?", "--as", "U-T11", "--json")
    assert ended.status == 3
    assert ended.json["outcome"] == "not_permitted"
    assert ended.json["understood"] is None
    assert run("ask", "hello", "--as", "U-OFF").status == 3
    assert run("brief", "T11", "--as", "U-OFF", "--json").status == 3


def test_every_other_outcome_is_status_0(run: Run) -> None:
    for text, outcome in (
        ("how many foster carers have a pet", "out_of_scope"),
        ("Chloe M overdue CP visits", "clarify"),
        ("core groups overdue", "no_data"),
    ):
        ended = run("ask", text, "--as", "U-DIR", "--json")
        assert (ended.status, ended.json["outcome"]) == (0, outcome)


def test_where_it_is_asked_decides(run: Run) -> None:
    in_t12 = run("ask", "CP visits overdue", "--as", "U-T11", "--in", "T12", "--json").json
    assert in_t12["understood"]["show"] == "headline"
    assert in_t12["understood"]["unit"] == {"kind": "team", "id": "T12"}
    assert run("ask", "CP visits overdue", "--as", "U-T11", "--in", "T99").status == 2


def test_an_earlier_date_is_recomputed_and_a_later_one_refused(run: Run) -> None:
    question = ("ask", "how many CP visits are overdue?", "--as", "U-T11", "--json")
    earlier = run(*question, "--at", "2026-11-06").json
    assert earlier["understood"]["as_at"] == "2026-11-06"
    assert earlier["answers"][0]["value"] == 1  # C102 since 26 October; C101 falls due on 9 November
    later = run(*question, "--at", "2026-11-16")
    assert later.status == 2
    assert "2026-11-15" in later.err


def test_a_session_file_carries_the_conversation(run: Run, tmp_path: Path) -> None:
    session = ("--session", str(tmp_path / "talk.json"), "--as", "U-T11", "--json")
    assert run("ask", "how many CP visits are overdue?", *session).json["answers"][0]["value"] == 2
    followed = run("ask", "and in CSWT 2?", *session).json
    assert (followed["outcome"], followed["answers"][0]["value"]) == ("answered", 1)
    assert run("ask", "and in CSWT 2?", "--as", "U-T11", "--json").json["outcome"] == "not_understood"


def test_a_batch_answers_in_order_and_lines_of_a_session_share_it(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "batch.jsonl"
    lines = [
        {"as": "U-T11", "in": "personal", "text": "how many CP visits are overdue?", "session": "a"},
        {"as": "U-T12", "in": "personal", "text": "how many CP visits are overdue?"},
        {"as": "U-T11", "in": "personal", "text": "and in CSWT 2?", "session": "a"},
        {"as": "U-T11", "in": "personal", "text": "and in CSWT 2?"},
        {"as": "U-OFF", "in": "personal", "text": "hello"},
        {"as": "U-T11", "in": "personal", "text": "x" * 10_000},
        {"as": "U-T11", "in": "personal", "text": "<b>\x00\x1b[31m</b>\u202e"},
    ]
    file.write_text("\n".join(json.dumps(line) for line in lines) + "\n\n", encoding="utf-8")
    ended = run("ask", "--batch", str(file))
    assert (ended.status, ended.err) == (0, "")
    assert [answer["outcome"] for answer in ended.lines[:5]] == [
        "answered", "answered", "answered", "not_understood", "not_permitted",
    ]  # fmt: skip
    assert [answer["question"] for answer in ended.lines] == [line["text"] for line in lines]
    assert [answer["answers"][0]["value"] for answer in ended.lines[:3]] == [2, 1, 1]
    assert all(answer["answers"] == [] for answer in ended.lines[3:])


def test_how_the_words_are_read_is_shown_and_nothing_computed(run: Run) -> None:
    parsed = run("ask", "CP visits overdue in CSWT 2", "--as", "U-T12", "--parse", "--json").json
    assert parsed["understood"]["measures"] == ["cp_visits_overdue"]
    assert "CSWT 2" in [word["text"] for word in parsed["words"]]
    assert run("ask", "CP visits", "--as", "U-OFF", "--parse").status == 3


def test_a_briefing_in_words_json_and_as_a_card(run: Run) -> None:
    assert run("brief", "T11", "--as", "U-T11").out.startswith("CSWT 1, week")
    answer = run("brief", "ALL", "--as", "U-DIR", "--json").json
    assert answer["understood"]["show"] == "briefing"
    assert run("brief", "S2", "--as", "U-AD2", "--card").json["type"] == "AdaptiveCard"
    assert run("brief", "T99", "--as", "U-DIR").status == 2


def test_another_units_briefing_names_no_child(run: Run) -> None:
    ended = run("brief", "T12", "--as", "U-T11", "--json")
    assert ended.status == 0
    assert "C201" not in ended.out
    assert "C202" not in ended.out


def test_the_ledger_has_the_contracts_columns_in_order(run: Run, tmp_path: Path) -> None:
    printed = run("ledger", "--clock", "cp_visit").out
    assert printed.splitlines()[0] == LEDGER
    rows = list(csv.DictReader(io.StringIO(printed)))
    assert rows == sorted(
        rows, key=lambda r: (r["clock"], r["child_id"], r["subject_id"], int(r["sequence"]))
    )
    overdue = {row["child_id"]: row["days_overdue"] for row in rows if row["status"] == "overdue"}
    assert overdue == {"C101": "6", "C102": "20", "C201": "10"}
    file = tmp_path / "ledger.csv"
    assert run("ledger", "--clock", "cp_visit", "--csv", str(file)).status == 0
    assert file.read_text("utf-8") == printed
    assert run("ledger", "--parquet", str(tmp_path / "ledger.parquet")).status == 0
    assert (tmp_path / "ledger.parquet").read_bytes()[:4] == b"PAR1"
    assert run("ledger", "--clock", "no_such_clock").status == 2
    assert run("ledger", "--csv", str(tmp_path / "nowhere" / "x.csv")).status == 2


def test_the_ledger_under_a_persons_rights_holds_that_persons_rows(run: Run, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("ledger", "--as", "U-T12").out)))
    assert {row["team_id"] for row in rows} == {"T12"}
    assert run("ledger", "--as", "U-T12", "--parquet", str(tmp_path / "x")).status == 2
    assert run("ledger", "--as", "U-OFF").status == 3
    assert run("ledger", "--as", "U-OFF").out == ""


@pytest.mark.parametrize(
    ("who", "names_it", "teams"),
    [
        ("U-T11", False, {"T11"}),  # holds the child
        ("U-AD2", False, {"T11", "T12"}),  # the service above
        ("U-AN", False, None),  # sees every other child
        ("u-dir", True, None),  # named for the case, in whatever spelling
        ("U-T12", False, {"T12"}),  # named for it too, but the child is another team's
    ],
)
def test_a_restricted_case_in_the_ledger_is_its_clock_and_team_alone(
    run: Run, home: Path, tmp_path: Path, who: str, names_it: bool, teams: set[str] | None
) -> None:
    """As many rows of every clock and team as there are, none of which tells who, when, or beside whom."""
    on_record = ("audit", "show", "--child", "C102", "--json")
    whole, before = list(csv.DictReader(io.StringIO(run("ledger").out))), len(run(*on_record).json)
    file, target = home / "restricted.csv", tmp_path / "ledger.csv"
    file.write_text("child_id,viewers\nc102,U-DIR;U-T12\n", encoding="utf-8")
    try:
        printed = run("ledger", "--as", who).out
        one_clock = run("ledger", "--as", who, "--clock", "cp_visit").out
        assert run("ledger", "--as", who, "--csv", str(target)).status == 0
        assert run("ledger", "--as", who, "--parquet", str(tmp_path / "x")).status == (
            0 if who == "u-dir" else 2
        )
        after = len(run(*on_record).json)
    finally:
        file.unlink()
    assert printed == target.read_text("utf-8")
    expected = [row for row in whole if teams is None or row["team_id"] in teams]
    held = [row for row in expected if row["child_id"] == "C102" and not names_it]
    assert held or names_it or who == "U-T12"
    empty = dict.fromkeys(LEDGER.split(","), "")
    masked = [
        empty | {"clock": row["clock"], "child_id": "restricted", "team_id": row["team_id"]} for row in held
    ]
    masked.sort(key=lambda row: row["clock"])
    assert list(csv.DictReader(io.StringIO(printed))) == [row for row in expected if row not in held] + masked
    assert [row for row in csv.DictReader(io.StringIO(printed)) if row["clock"] == "cp_visit"] == list(
        csv.DictReader(io.StringIO(one_clock))
    )
    assert ("C102" in printed, "C102" in one_clock) == (names_it, names_it)
    assert (after > before) is names_it


def test_the_catalogue_as_json(run: Run) -> None:
    found = run("measures", "--unit", "T11", "--json").json
    assert (found["as_at"], found["unit"]) == ("2026-11-15", "T11")
    by_slug = {row["measure"]: row for row in found["measures"]}
    assert {"measure", "value", "of", "met", "unit", "target", "rag", "previous", "period", "last_4_weeks",
            "year_to_date", "no_data"} <= set(by_slug["cp_visits_overdue"])  # fmt: skip
    assert by_slug["cp_visits_overdue"]["value"] == 2
    assert by_slug["core_groups_overdue"]["value"] is None
    assert by_slug["core_groups_overdue"]["no_data"]
    assert run("measures", "--unit", "T99").status == 2
    assert run("measures", "--as", "U-OFF").status == 3


def test_findings_under_a_persons_rights_name_no_other_teams_child(run: Run) -> None:
    assert run("quality").status == 0
    everything = run("quality", "--json").json
    under_rights = run("quality", "--json", "--as", "U-T21")
    assert len(under_rights.json) == len(everything)
    assert "C101" not in under_rights.out


def test_a_bad_extract_is_refused_whole(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ssd_person.csv").write_text("pers_sex\nF\n", encoding="utf-8")
    ended = run("load", str(tmp_path), "--as-at", "2026-12-01")
    assert ended.status == 2
    assert "pers_person_id" in ended.err
    assert run("load", str(BOROUGH / "nowhere"), "--as-at", "2026-12-01").status == 2
    assert run("measures", "--json").json["as_at"] == "2026-11-15"


def test_who_saw_a_child_is_one_command(run: Run, tmp_path: Path) -> None:
    run("ask", "why is C202 not overdue for a CP visit?", "--as", "U-T12")
    found = run("audit", "show", "--child", "C202", "--json").json
    assert {record["person_id"] for record in found} >= {"U-T12"}
    assert all("C202" in record["child_ids"] for record in found)
    assert run("audit", "show", "--child", "C202", "--to", "2020-01-01", "--json").json == []
    assert run("audit", "export", str(tmp_path / "all.jsonl")).status == 0
    records = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text("utf-8").splitlines()]
    assert [record["seq"] for record in records] == list(range(1, len(records) + 1))
    assert run("audit", "verify").status == 0


def test_an_exported_record_is_sealed(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "sealed.jsonl"
    run("ask", "why is C202 not overdue for a CP visit?", "--as", "U-T12")
    assert run("audit", "export", str(file)).status == 0
    assert run("audit", "check", str(file)).status == 0
    whole = file.read_text("utf-8")
    for other in (whole.replace("U-T12", "U-T11"), "\n".join(whole.split("\n")[:-2]), whole + whole):
        file.write_text(other, encoding="utf-8")
        ended = run("audit", "check", str(file))
        assert (ended.status, ended.out) == (2, "")
        assert "is not as it was exported" in ended.err
    file.write_text(whole, encoding="utf-8")
    assert run("audit", "check", str(file)).status == 0
    seal = tmp_path / "sealed.jsonl.seal"
    seal.write_text(seal.read_text("utf-8").replace('"records": ', '"records": 1'), encoding="utf-8")
    assert run("audit", "check", str(file)).status == 2
    seal.unlink()
    assert run("audit", "check", str(file)).status == 2


def test_the_second_copy_of_the_record_is_proved_too(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = tmp_path / "second.jsonl"
    monkeypatch.setenv("PERFBOT_AUDIT_LINES", str(second))
    run("ask", "why is C202 not overdue for a CP visit?", "--as", "U-T12")
    assert run("audit", "verify").status == 0
    second.write_text("".join(second.read_text("utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    ended = run("audit", "verify")
    assert ended.status == 2
    assert "second copy of the record does not agree with it: it ends after record" in ended.err
    monkeypatch.setenv("PERFBOT_AUDIT_LINES", str(tmp_path / "nowhere" / "second.jsonl"))
    assert run("ask", "CP visits overdue", "--as", "U-T12").status == 0
    assert run("audit", "verify").status == 2


def test_channels_and_users_are_reviewed(run: Run) -> None:
    assert run("channels", "set", "19:abc", "T11").status == 0
    assert run("channels", "set", "19:abc", "T99").status == 2
    assert [each["unit"]["id"] for each in run("channels", "--json").json] == ["T11"]
    assert run("channels", "clear", "19:abc").status == 0
    assert run("channels", "--json").json == []
    users = {user["user_id"]: user for user in run("users", "review", "--json").json}
    assert users["U-DIR"]["rows_of"] is None
    assert users["U-T11"]["rows_of"] == ["T11"]
    assert users["U-OFF"]["rows_of"] == []


def test_question_files_are_scored(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    right = {"id": "1", "as": "U-T11", "in": "personal", "text": "CP visits overdue", "tags": ["plain"],
             "expect": {"outcome": "answered", "measures": ["cp_visits_overdue"]}}  # fmt: skip
    wrong = right | {"id": "2", "expect": {"outcome": "answered", "measures": ["cp_open"]}}
    file.write_text("\n".join(json.dumps(line) for line in (right, wrong)), encoding="utf-8")
    scored = run("questions", "score", str(file), "--json").json
    assert {key: scored[key] for key in ("lines", "exact", "wrong", "partly")} == {
        "lines": 2, "exact": 1, "wrong": 1, "partly": 0,
    }  # fmt: skip
    assert (scored["confusions"][0]["id"], scored["confusions"][0]["verdict"]) == ("2", "wrong")
    assert scored["per_show"]["answered"] == {"exact": 1, "wrong": 1}
    told = run("questions", "score", str(file)).out
    assert "2 questions: 1 exact, 0 partly, 0 clarified, 0 refused, 1 wrong." in told


def test_what_was_unclear_is_reviewed_by_analysts_and_on_record(run: Run) -> None:
    for _ in range(2):
        run("ask", "qwzx blorptangle", "--as", "U-T11")
    reviewed = run("questions", "review", "--as", "U-AN", "--json").json
    (found,) = [each for each in reviewed if each["text"] == "qwzx blorptangle"]
    assert found["count"] >= 2
    assert found["outcome"] in ("not_understood", "out_of_scope")
    assert found["reading"]
    assert run("questions", "review", "--as", "U-T11").status == 3
    assert "questions" in [each["event"] for each in run("audit", "show", "--person", "U-AN", "--json").json]


def test_a_word_is_taught_used_listed_and_taken_back(run: Run, home: Path) -> None:
    ask = ("ask", "quokka trips overdue", "--as", "U-T11", "--json")
    assert run(*ask).json["outcome"] in ("out_of_scope", "not_understood")
    taught = run("questions", "add-synonym", "quokka  trips", "CP visits", "--as", "U-AN")
    assert taught.status == 0, taught.err
    assert run(*ask).json["understood"]["measures"] == ["cp_visits_overdue"]
    assert run("questions", "add-synonym", "the burrow", "T12", "--as", "U-AN").status == 0
    there = run("ask", "how many CP visits are overdue in the burrow", "--as", "U-T11", "--json").json
    assert there["understood"]["unit"] == {"kind": "team", "id": "T12"}
    listed = run("questions", "synonyms", "--json").json
    assert listed == {"words": {"quokka trips": "CP visits"}, "teams": {"the burrow": "T12"}}
    assert run("questions", "remove-synonym", "Quokka Trips", "--as", "U-AN").status == 0
    assert run("questions", "remove-synonym", "the burrow").status == 0
    assert run(*ask).json["outcome"] in ("out_of_scope", "not_understood")
    assert run("questions", "remove-synonym", "quokka trips").status == 2


@pytest.mark.parametrize(
    ("words", "meaning", "says"),
    [
        ("conference", "CP visits", "a word of ours already"),
        ("CP visits overdue", "cp_open", "understood already"),
        ("CSWT 1", "cp_open", "the name of a team"),
        ("quokka", "cp_vists_overdu", "cp_visits_overdue"),
        ("a b c d e f g h", "cp_open", "more than 6 words"),
        ("!!", "cp_open", "must hold a word"),
    ],
)
def test_a_word_that_cannot_be_taught_says_why_and_changes_nothing(
    run: Run, home: Path, words: str, meaning: str, says: str
) -> None:
    ended = run("questions", "add-synonym", words, meaning, "--as", "U-AN")
    assert ended.status == 2
    assert says in ended.err
    assert (
        words not in (home / "synonyms.yaml").read_text("utf-8")
        if (home / "synonyms.yaml").exists()
        else True
    )


def test_a_broken_file_of_words_is_a_sentence(run: Run, home: Path) -> None:
    file = home / "synonyms.yaml"
    kept = file.read_text("utf-8") if file.exists() else None
    try:
        for text in ("words: [1, 2]", "wrods: {a: b}", "{", "words: {1: b}"):
            file.write_text(text, "utf-8")
            ended = run("questions", "synonyms")
            assert ended.status == 2
            assert "synonyms.yaml" in ended.err
            assert run("ask", "CP visits overdue", "--as", "U-T11").status == 0
    finally:
        file.unlink() if kept is None else file.write_text(kept, "utf-8")


def test_who_saw_a_child_between_two_dates_is_one_command(run: Run, tmp_path: Path) -> None:
    """Lists, briefings, "why", files of the ledger and of data problems; not those that did not show the child."""
    today = date.today().isoformat()  # noqa: DTZ011 - as the record's own clock here
    run("ask", "which CP visits are overdue", "--as", "U-T11")
    run("ask", "which CP visits are overdue", "--as", "U-T12")
    run("ask", "why is C101 overdue for a CP visit?", "--as", "U-T11")
    run("brief", "T11", "--as", "u-t11")
    run("ledger", "--as", "U-T11")
    run("ledger", "--as", "U-T12")
    run("ledger", "--csv", str(tmp_path / "all.csv"))
    shown = ("audit", "show", "--child", "c101", "--json", "--from", today, "--to", today)
    seen = {(one["person_id"], one["event"]) for one in run(*shown).json}
    assert {("U-T11", "answer"), ("U-T11", "briefing"), ("U-T11", "export"), ("operator", "export")} <= seen
    assert not any(person == "U-T12" for person, _ in seen)
    assert run(*shown[:-4], "--to", "2020-01-01").json == []
    assert run("audit", "verify").status == 0


def test_changed_settings_are_on_record_with_what_they_say(run: Run, home: Path) -> None:
    file = home / "restricted.csv"
    file.write_text("child_id,viewers\nC103,U-DIR\n", encoding="utf-8")
    try:
        run("ask", "how many CP plans are open", "--as", "U-T11")
    finally:
        file.unlink()
    told = run("audit", "show", "--person", "operator", "--json").json
    changed = [one["understood"] for one in told if one["event"] == "settings"]
    assert "C103" in next(each["now"] for each in changed if each.get("changed") == "restricted.csv")
    assert "U-T11" in next(each["now"] for each in changed if each.get("changed") == "people")
