"""The record of answers is whole, or says where it is not (rights.md 9)."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.store import Entry, Store, open_store

from .conftest import NOW


def entry(number: int, **changed) -> Entry:
    values = {
        "at": NOW + timedelta(minutes=number),
        "person_id": f"person-{number % 3}",
        "channel": "msteams",
        "audience": "personal",
        "event": "answer",
        "outcome": "answered",
        "understood": {
            "show": "list",
            "measures": ["visits_overdue"],
            "limit": None,
            "filters": {"age_min": number},
        },
        "child_ids": [f"row-{number}", "row-x"],
    }
    return Entry(**(values | changed))


async def fill(store: Store, count: int = 5) -> None:
    for number in range(count):
        await store.audit.append(entry(number))


async def without_triggers(store: Store, *statements: str) -> None:
    """What somebody with the database password, but without the key, can do."""
    async with store.database.writing() as session:
        if store.database.is_sqlite:
            await session.execute(text("DROP TRIGGER audit_records_no_update"))
            await session.execute(text("DROP TRIGGER audit_records_no_delete"))
        else:
            await session.execute(text("ALTER TABLE audit_records DISABLE TRIGGER ALL"))
        for statement in statements:
            await session.execute(text(statement))


async def test_a_chain_is_whole_and_reads_back(store):
    await fill(store)
    verdict = await store.audit.verify()
    assert (verdict.whole, verdict.records, verdict.fault) == (True, 5, "")
    records = [record async for record in store.audit.records()]
    assert [record.seq for record in records] == [1, 2, 3, 4, 5]
    assert records[2].entry == entry(2, child_ids=("row-2", "row-x"))
    assert all(later.previous_hash == earlier.hash for earlier, later in itertools.pairwise(records))


async def test_an_empty_record_is_whole(store):
    assert (await store.audit.verify()).whole


async def test_writers_at_once_leave_no_gap_and_no_fork(store):
    await asyncio.gather(*(store.audit.append(entry(number)) for number in range(25)))
    verdict = await store.audit.verify()
    assert (verdict.whole, verdict.records) == (True, 25)


async def test_two_processes_writing_at_once_share_one_chain(store, url, cipher):
    other = await open_store(url, cipher)
    writers = [each.audit.append(entry(number)) for number in range(10) for each in (store, other)]
    await asyncio.gather(*writers)
    await other.close()
    verdict = await store.audit.verify()
    assert (verdict.whole, verdict.records) == (True, 20)


@pytest.mark.parametrize("statement", ["UPDATE audit_records SET outcome = 'x'", "DELETE FROM audit_records"])
async def test_the_database_refuses_to_change_a_record(store, statement):
    await fill(store)
    with pytest.raises(DBAPIError, match="append-only"):
        async with store.database.writing() as session:
            await session.execute(text(statement))
    assert (await store.audit.verify()).whole


@pytest.mark.parametrize(
    "column_and_value",
    [
        "person_id = 'another'",
        "outcome = 'not_permitted'",
        "channel = 'directline'",
        "audience = 'T11'",
        "event = 'export'",
        "understood = '{}'",
        "child_ids = '[]'",
        "at = '2026-11-16 09:00:00.000000'",
    ],
)
async def test_a_changed_field_is_found(store, column_and_value):
    await fill(store)
    await without_triggers(store, f"UPDATE audit_records SET {column_and_value} WHERE seq = 3")
    verdict = await store.audit.verify()
    assert not verdict.whole
    assert "record 3 is not as it was written" in verdict.fault


async def test_a_removed_record_is_found(store):
    await fill(store)
    await without_triggers(store, "DELETE FROM audit_records WHERE seq = 3")
    assert "record 3 is missing" in (await store.audit.verify()).fault


async def test_a_removed_record_with_the_rest_renumbered_is_found(store):
    await fill(store)
    await without_triggers(
        store,
        "DELETE FROM audit_records WHERE seq = 3",
        "UPDATE audit_records SET seq = 3 WHERE seq = 4",
        "UPDATE audit_records SET seq = 4 WHERE seq = 5",
    )
    assert not (await store.audit.verify()).whole


async def test_swapped_records_are_found(store):
    await fill(store)
    await without_triggers(
        store,
        "UPDATE audit_records SET seq = 99 WHERE seq = 2",
        "UPDATE audit_records SET seq = 2 WHERE seq = 3",
        "UPDATE audit_records SET seq = 3 WHERE seq = 99",
    )
    assert not (await store.audit.verify()).whole


async def test_a_truncated_tail_is_found(store):
    await fill(store)
    await without_triggers(store, "DELETE FROM audit_records WHERE seq >= 4")
    assert "records 4 to 5 are missing" in (await store.audit.verify()).fault


async def test_a_truncated_tail_with_the_head_set_back_is_found(store):
    await fill(store)
    await without_triggers(
        store,
        "DELETE FROM audit_records WHERE seq >= 4",
        "UPDATE audit_head SET seq = 3, hash = (SELECT hash FROM audit_records WHERE seq = 3)",
    )
    assert "head of the record" in (await store.audit.verify()).fault


async def test_a_whole_older_copy_is_found_by_a_head_kept_elsewhere(store):
    await fill(store, 3)
    head_then, seal_then = (await store.audit.head()), ""
    async with store.database.reading() as session:
        seal_then = (await session.execute(text("SELECT seal FROM audit_head"))).scalar_one()
    await fill(store, 2)
    head_now = await store.audit.head()
    assert (await store.audit.verify(head_then)).whole
    assert (await store.audit.verify(head_now)).whole
    await without_triggers(
        store,
        "DELETE FROM audit_records WHERE seq > 3",
        f"UPDATE audit_head SET seq = 3, hash = '{head_then[1]}', seal = '{seal_then}'",
    )
    assert (await store.audit.verify()).whole  # consistent in itself: this is what the outside copy is for
    assert not (await store.audit.verify(head_now)).whole


async def test_a_forged_tail_is_found(store):
    await fill(store)
    forged = "f" * 64
    await without_triggers(
        store,
        "INSERT INTO audit_records SELECT 6, at, 'somebody', channel, audience, event, understood, "
        f"child_ids, outcome, hash, '{forged}' FROM audit_records WHERE seq = 5",
        f"UPDATE audit_head SET seq = 6, hash = '{forged}'",
    )
    assert "record 6 is not as it was written" in (await store.audit.verify()).fault


async def test_a_removed_head_is_found(store):
    await fill(store)
    await without_triggers(store, "DELETE FROM audit_head")
    assert "head of the record is missing" in (await store.audit.verify()).fault


async def test_who_saw_a_child_between_two_moments(store):
    await fill(store, 6)
    seen = [record.seq async for record in store.audit.records(child_id="row-3")]
    of_person = [record.seq async for record in store.audit.records(person_id="person-1")]
    between = [
        record.seq
        async for record in store.audit.records(
            child_id="row-x", since=NOW + timedelta(minutes=2), until=NOW + timedelta(minutes=4)
        )
    ]
    assert (seen, of_person, between) == ([4], [2, 5], [3, 4])


async def test_verifying_walks_beyond_one_page(store, monkeypatch):
    monkeypatch.setattr("bot.store.audit.VERIFY_AT_ONCE", 2)
    await fill(store, 5)
    assert (await store.audit.verify()).records == 5
