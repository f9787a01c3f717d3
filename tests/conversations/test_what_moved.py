"""What moved, as a manager asks it: drivers, changes since a date, forecast, benchmark, data. Numbers worked out again.

The ledger and the populations are those of tests/longhand, which share no code with the engine.
"""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import kpi_engine
from bot.assistant import Assistant
from bot.engines import FixedEngine
from bot.memory import Forgetful
from bot.turn import PERSONAL, Turn
from kpi_engine.engine import Engine
from tests.longhand.figures import Authority
from tests.longhand.ledger import clock_rows
from tests.longhand.populations import cin, on_cp_plan

SUNDAY = date(2026, 11, 15)
Row = tuple[str, int]


class Unrecorded:
    async def keep(self, entry: Any) -> None:
        pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("moved") / "a"
    kpi_engine.make_authority(made, children=300, as_at=SUNDAY)
    return made


@pytest.fixture(scope="module")
def engine(folder: Path) -> Engine:
    return kpi_engine.open_folder(folder)


@pytest.fixture(scope="module")
def byhand(folder: Path) -> Authority:
    tables = {}
    for file in folder.glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as lines:
            tables[file.stem] = list(csv.DictReader(lines))
    return Authority(tables)


async def ask(engine: Engine, *texts: str, who: str = "U-DIR") -> dict[str, Any]:
    """The answer JSON to the last of the messages of one conversation."""
    assistant = Assistant(FixedEngine(engine), Forgetful(), Unrecorded())
    for n, text in enumerate(texts):
        at = datetime(2026, 11, 16, 9, n, tzinfo=UTC)
        reply = (await assistant.reply(Turn(who, "c", at, text, audience=PERSONAL)))[0]
    return dict(reply.answer)


def overdue(byhand: Authority, on: date, clock: str, team: str | None = None) -> set[Row]:
    world = byhand.world(on)
    return {
        (row["subject_id"], row["sequence"]) for row in clock_rows(world, clock)
        if row["status"] == "overdue" and row["child_id"] in on_cp_plan(world) and team in (None, row["team_id"])
    }  # fmt: skip


def rate(byhand: Authority, first: date, last: date, team: str) -> tuple[int, int]:
    """CP visits in time and all that were a duty, by due date, as they stood on the last day."""
    found = [
        row["status"] for row in clock_rows(byhand.world(last), "cp_visit")
        if row["team_id"] == team and first.isoformat() <= str(row["due_date"]) <= last.isoformat()
        and row["status"] in ("done_in_time", "done_late", "missed", "overdue")
    ]  # fmt: skip
    return found.count("done_in_time"), len(found)


async def test_why_did_cp_visits_drop_in_cswt_1(engine: Engine, byhand: Authority) -> None:
    answer = await ask(engine, "why did CP visits drop in CSWT 1?")
    assert answer["outcome"] == "answered"
    understood = answer["understood"]
    assert (understood["show"], understood["child"], understood["unit"]["id"]) == ("why", None, "T11")
    assert understood["measures"] == ["cp_visits_overdue", "cp_visits_in_time"]
    late, in_time = answer["answers"]
    now, then = (overdue(byhand, SUNDAY - timedelta(days=d), "cp_visit", "T11") for d in (0, 7))
    assert (late["value"], late["previous"]) == (len(now), len(then))
    reasons = (late.get("extra") or {}).get("reasons", {})
    assert sum(reasons.get("came_on", {}).values()) == len(now - then)
    assert sum(reasons.get("came_off", {}).values()) == len(then - now)
    met, of = rate(byhand, SUNDAY - timedelta(days=6), SUNDAY, "T11")
    assert (in_time["met"], in_time["of"]) == (met, of)
    met_before, of_before = rate(byhand, SUNDAY - timedelta(days=13), SUNDAY - timedelta(days=7), "T11")
    if of_before:
        assert in_time["previous"] == pytest.approx(100 * met_before / of_before, abs=0.051)
        parts = (in_time.get("extra") or {}).get("by_worker", [])
        moved = in_time["value"] - in_time["previous"]
        assert sum(p["change"] for p in parts) == pytest.approx(moved, abs=0.06 * len(parts) + 0.1)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("what changed since last Monday?", date(2026, 11, 9)),
        ("what changed since 1 November?", date(2026, 11, 1)),
        ("who has come on and off the list since 1/10?", date(2026, 10, 1)),
    ],
)
async def test_changes_are_counted_from_the_date_that_was_said(
    engine: Engine, byhand: Authority, text: str, first: date
) -> None:
    answer = await ask(engine, text)
    assert answer["outcome"] == "answered"
    assert answer["understood"]["show"] == "changes"
    assert answer["understood"]["period"] == {"from": first.isoformat(), "to": "2026-11-15"}
    before = first - timedelta(days=1)
    told = {a["measure"]: a for a in answer["answers"]}
    for slug, clock in (
        ("cp_visits_overdue", "cp_visit"), ("core_groups_overdue", "core_group"),
        ("review_conferences_overdue", "review_conference"), ("mid_point_reviews_overdue", "mid_point_review"),
    ):  # fmt: skip
        now, then = overdue(byhand, SUNDAY, clock), overdue(byhand, before, clock)
        found = told[slug]
        came_on = {(r["subject_id"], r["sequence"]) for r in found["came_on"]}
        came_off = {(r["subject_id"], r["sequence"]) for r in found["came_off"]}
        assert (came_on, came_off) == (now - then, then - now)
        assert (found["value"], found["previous"], found["stayed"]) == (len(now), len(then), len(now & then))
    assert f"since {first:%a} {first.day} {first:%b %Y}" in answer["text"]


async def test_a_change_asked_after_an_answer_keeps_its_subject(engine: Engine, byhand: Authority) -> None:
    answer = await ask(engine, "core groups overdue in CSWT 1", "what has changed on it since 1 November?")
    (found,) = answer["answers"]
    now = overdue(byhand, SUNDAY, "core_group", "T11")
    then = overdue(byhand, date(2026, 10, 31), "core_group", "T11")
    assert (found["measure"], found["value"], found["previous"]) == (
        "core_groups_overdue",
        len(now),
        len(then),
    )


async def test_why_after_a_number_is_what_moved_it_and_after_one_row_that_row(engine: Engine) -> None:
    moved = await ask(engine, "CP plans in CSWT 1", "why did that go up?")
    assert (moved["understood"]["show"], moved["understood"]["child"]) == ("why", None)
    assert moved["understood"]["measures"] == ["cp_open"]
    for team in ("CSWT 1", "CSWT 2", "CSWT 3", "CSWT 4", "CIC North", "CIC South"):
        listed = await ask(engine, f"list the CIN reviews overdue in {team}")
        (part,) = listed["answers"]
        why = await ask(engine, f"list the CIN reviews overdue in {team}", "why?")
        rows = part.get("rows") or []
        if len({r["child_id"] for r in rows}) == 1:
            assert why["understood"]["child"] == rows[0]["child_id"]
        elif rows:
            assert why["outcome"] == "not_understood"
            assert "which of them" in why["text"]


async def test_what_moved_in_another_unit_names_no_worker(engine: Engine) -> None:
    answer = await ask(engine, "why did CP visits drop in CSWT 2?", who="U-T11")
    assert answer["outcome"] == "answered"
    assert not any((part.get("extra") or {}).get("by_worker") for part in answer["answers"])
    assert not any(part.get("rows") for part in answer["answers"])


@pytest.mark.parametrize(
    "text",
    [
        "why do families complain",
        "reasons for referral",
        "why are our CP visits so bad",
        "why is it always us",
    ],
)
async def test_a_cause_that_nobody_records_is_refused(engine: Engine, text: str) -> None:
    assert (await ask(engine, text))["outcome"] in ("out_of_scope", "not_understood")


async def test_will_we_hit_the_cin_target_by_march(engine: Engine, byhand: Authority) -> None:
    answer = await ask(engine, "will we hit the CIN target by March?")
    assert answer["understood"]["show"] == "forecast"
    assert answer["understood"]["period"]["to"] == "2027-03-31"
    (found,) = answer["answers"]
    now, then = (len(cin(byhand.world(SUNDAY - timedelta(weeks=w)))) for w in (0, 13))
    assert found["value"] == now
    expected = max(now + (now - then) / 13 * (date(2027, 3, 31) - SUNDAY).days / 7, 0)
    last = found["points"][-1]
    assert (last["date"], last["value"]) == ("2027-03-31", pytest.approx(expected, abs=0.06))
    assert found["sentences"][0].startswith("Yes" if expected <= last["target"] else "No")


async def test_how_we_compare_with_england_on_icpcs(engine: Engine, byhand: Authority) -> None:
    answer = await ask(engine, "how do we compare with England on ICPCs?")
    assert answer["understood"]["show"] == "benchmark"
    found = next(a for a in answer["answers"] if a["measure"] == "initial_conferences_in_time")
    held = [
        row["status"] for row in clock_rows(byhand.world(SUNDAY), "initial_conference")
        if row["done_date"] and "2025-11-16" <= str(row["done_date"]) <= SUNDAY.isoformat()
    ]  # fmt: skip
    assert (found["met"], found["of"]) == (held.count("done_in_time"), len(held))
    assert {"name": "England", "percent": 79.7, "year": "2024"} in found["extra"]["published"]
    assert "- England: 79.7%" in answer["text"]


async def test_what_is_wrong_with_our_data(engine: Engine) -> None:
    answer = await ask(engine, "what's wrong with our data?")
    assert answer["understood"]["show"] == "quality"
    found = engine.findings()
    assert len(answer["findings"]) == len(found) == answer["data"]["findings"]


async def test_a_row_about_no_child_is_explained(engine: Engine) -> None:
    for subject in ("supervisions", "appraisals", "complaints", "carer assessments"):
        listed = await ask(engine, f"{subject} overdue")
        (part,) = listed["answers"]
        if not part.get("rows"):
            continue
        why = await ask(engine, f"{subject} overdue", "why is the first one on the list?")
        (told,) = why["answers"]
        assert why["outcome"] == "answered"
        assert told["rows"][0]["subject_id"] == part["rows"][0]["subject_id"]
        assert f"{part['rows'][0]['days_overdue']} day" in " ".join(told["sentences"])
