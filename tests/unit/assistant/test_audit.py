"""What the record keeps of an answer, in the database, whole and chained."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot import audit
from bot.settings import load_settings
from bot.store import Cipher, open_store
from bot.store.encryption import load_cipher
from bot.turn import PERSONAL, Audience
from kpi_engine.question import UnitRef

AT = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
T11 = UnitRef("team", "T11")


ROWS = [{"child_id": "K2"}, {"child_id": "K1"}]
ON_AND_OFF = {"came_on": [{"child_id": "K1"}], "came_off": [{"child_id": "K3"}]}


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        ({"answers": [{"rows": ROWS}]}, ("K1", "K2")),
        ({"answers": [ON_AND_OFF]}, ("K1", "K3")),
        ({"briefing": {"longest_overdue": [{"child_id": "K4"}]}}, ("K4",)),
        ({"findings": [{"child_id": "K5", "table": "x"}]}, ("K5",)),
        ({"understood": {"child": "K6"}}, ("K6",)),
        ({"outcome": "no_data", "understood": {"child": "K6"}}, ()),
        ({"outcome": "not_permitted", "understood": None}, ()),
        ({"also": {"answers": [{"rows": ROWS}]}}, ()),  # recorded in an entry of its own
        ({"answers": [{"rows": [{"worker_id": "P1", "child_id": None}]}]}, ()),
    ],
)
def test_the_children_shown_are_found_wherever_they_stand(
    parts: dict[str, Any], shown: tuple[str, ...]
) -> None:
    assert audit.children_shown({"outcome": "answered", "answers": []} | parts) == shown


@pytest.mark.parametrize(
    ("audience", "name"),
    [
        (PERSONAL, "personal"),
        (Audience("channel", T11), "T11"),
        (Audience("group", T11), "T11"),
        (Audience("group"), "none"),
        (Audience("channel"), "none"),
    ],
)
def test_an_audience_has_one_name(audience: Audience, name: str) -> None:
    assert audit.audience_name(audience) == name


async def test_an_answer_is_kept_whole_without_its_words(tmp_path: Path) -> None:
    cipher: Cipher = load_cipher(load_settings(home=tmp_path))
    store = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'store.sqlite3'}", cipher)
    recorder = audit.StoreRecorder(store.audit)
    answer = {
        "question": "is little K1 overdue",
        "outcome": "answered",
        "text": "1 is overdue",
        "answers": [{"rows": [{"child_id": "K1"}]}],
    }
    asked = {"show": "list", "measures": ["cp_visits_overdue"]}
    entry = audit.entry(
        at=AT, person_id="u-t11", channel="c1", audience=Audience("channel", T11), event="answer",
        answer=answer, asked=asked,
    )  # fmt: skip
    await recorder.keep(entry)
    await recorder.keep(audit.server_entry(AT, "export", {"ledger": "all"}))
    kept = [record.entry async for record in store.audit.records()]
    assert [(e.person_id, e.audience, e.outcome, e.child_ids) for e in kept] == [
        ("u-t11", "T11", "answered", ("K1",)),
        ("operator", "none", "answered", ()),
    ]
    assert kept[0].understood == asked
    assert "little" not in repr(kept)
    assert (await store.audit.verify()).whole
    await store.close()
    database = (tmp_path / "store.sqlite3").read_bytes()
    assert b"little" not in database
