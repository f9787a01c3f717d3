"""The small repositories: what goes in comes out, for the right person only, unreadable at rest."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from bot.store import Cipher, Reference, SavedAnswer, Subscription, UnclearQuestion, open_store
from bot.store.encryption import Unreadable
from bot.store.tables import Base, ChannelUnitRow
from kpi_engine.question import UnitRef

from .conftest import NOW

PERSONAL = Reference(
    "msteams", "https://smba.example/uk/", "a:1", "personal", "tenant", "28:bot", "29:user", "aad-1"
)
CHANNEL = Reference("msteams", "https://smba.example/uk/", "19:c@thread.tacv2", "channel", "tenant", "28:bot")


async def test_contexts_are_kept_by_person_and_conversation(store):
    await store.contexts.save("p1", "c1", {"n": 1}, NOW)
    await store.contexts.save("p2", "c1", {"n": 2}, NOW)
    await store.contexts.save("p1", "c1", {"n": 3}, NOW + timedelta(minutes=1))
    saved = await store.contexts.load("p1", "c1")
    assert (saved.context, saved.last_turn_at) == ({"n": 3}, NOW + timedelta(minutes=1))
    assert (await store.contexts.load("p2", "c1")).context == {"n": 2}
    assert await store.contexts.load("p1", "c2") is None
    assert await store.contexts.forget_before(NOW + timedelta(seconds=30)) == 1
    await store.contexts.forget("p1", "c1")
    assert await store.contexts.load("p1", "c1") is None


async def test_times_come_back_as_utc(store):
    summer = datetime(2026, 7, 1, 9, 0, tzinfo=timezone(timedelta(hours=1)))
    await store.contexts.save("p", "c", {}, summer)
    saved = await store.contexts.load("p", "c")
    assert saved.last_turn_at == summer
    assert saved.last_turn_at.tzinfo is UTC


async def test_a_time_without_a_zone_is_refused(store):
    with pytest.raises((StatementError, ValueError), match="without a zone"):
        await store.contexts.save("p", "c", {}, NOW.replace(tzinfo=None))


async def test_references_find_the_person_and_the_channel(store):
    older = Reference(
        "msteams", "https://smba.example/uk/", "a:0", "personal", "t", "28:bot", "29:u", "aad-1"
    )
    await store.references.save(older, NOW - timedelta(days=1))
    await store.references.save(PERSONAL, NOW)
    await store.references.save(CHANNEL, NOW)
    assert await store.references.find_personal("aad-1") == PERSONAL
    assert await store.references.find_personal("aad-2") is None
    assert await store.references.find("19:c@thread.tacv2") == CHANNEL
    assert await store.references.all() == [CHANNEL, older, PERSONAL]
    assert Reference.from_json(PERSONAL.to_json()) == PERSONAL


async def test_a_closed_reference_is_not_found_until_it_is_saved_again(store):
    await store.references.save(PERSONAL, NOW)
    await store.references.close(PERSONAL, "blocked", NOW)
    assert await store.references.find_personal("aad-1") is None
    assert await store.references.find("a:1") is None
    await store.references.save(PERSONAL, NOW)
    assert await store.references.find_personal("aad-1") == PERSONAL


async def test_json_that_is_no_reference_is_refused():
    with pytest.raises(ValueError, match="not a conversation reference"):
        Reference.from_json({"conversation": {"id": "x"}})


async def test_a_channel_belongs_to_one_unit(store):
    await store.channels.assign("19:c", UnitRef("team", "T11"), "p1", NOW)
    await store.channels.assign("19:c", UnitRef("service", "S1"), "p2", NOW)
    assert await store.channels.unit_of("19:c") == UnitRef("service", "S1")
    assert [(each.conversation_id, each.set_by) for each in await store.channels.all()] == [("19:c", "p2")]
    await store.channels.release("19:c")
    assert await store.channels.unit_of("19:c") is None


async def test_an_activity_is_new_once(store, url, cipher):
    other = await open_store(url, cipher)
    arrivals = [each.activities.first_time("k", NOW) for _ in range(8) for each in (store, other)]
    assert sorted(await asyncio.gather(*arrivals)) == [False] * 15 + [True]
    await other.close()


async def test_a_repeat_gets_the_kept_answer(store):
    assert await store.activities.first_time("k", NOW)
    assert await store.activities.answer("k") is None
    await store.activities.answered("k", SavedAnswer(200, {"type": "card", "value": [1]}))
    assert await store.activities.answer("k") == SavedAnswer(200, {"type": "card", "value": [1]})
    await store.activities.answered("k", SavedAnswer(202, None))
    assert await store.activities.answer("k") == SavedAnswer(202, None)
    await store.activities.forget("k")
    assert await store.activities.first_time("k", NOW)
    assert await store.activities.forget_before(NOW + timedelta(seconds=1)) == 1


async def test_a_button_opens_until_it_expires(store):
    made = await store.cards.save(
        {"perfbot": "drill", "unit": "T11"}, audience="aad-1", now=NOW, lasts=timedelta(hours=1)
    )
    other = await store.cards.save({}, audience="aad-1", now=NOW, lasts=timedelta(hours=2))
    assert made != other
    opened = await store.cards.open(made, NOW)
    assert (opened.audience, opened.opens) == ("aad-1", {"perfbot": "drill", "unit": "T11"})
    assert await store.cards.open(made, NOW + timedelta(hours=1)) is None
    assert await store.cards.open("forged", NOW) is None
    assert await store.cards.forget_expired(NOW + timedelta(hours=1)) == 1
    assert await store.cards.open(other, NOW) is not None


async def test_unclear_questions_newest_first(store):
    first = UnclearQuestion(NOW, "p", "not_understood", "wibble the plans")
    second = UnclearQuestion(NOW + timedelta(hours=1), "p", "clarify", "visits")
    await store.unclear.add(first)
    await store.unclear.add(second)
    assert await store.unclear.list() == [second, first]
    assert await store.unclear.forget_before(NOW + timedelta(minutes=1)) == 1
    assert await store.unclear.list() == [second]


async def test_the_newest_wish_replaces_the_one_before(store):
    wish = Subscription("T11", "weekly", "", {"weekday": "tue", "at": "09:00"}, True, None, "p1", NOW)
    stopped = Subscription("T11", "weekly", "", {}, False, NOW + timedelta(days=7), "p2", NOW)
    other = Subscription("p1", "follow", "visits_overdue", {"above": 5}, True, None, "p1", NOW)
    for each in (wish, other, stopped):
        await store.subscriptions.set(each)
    assert await store.subscriptions.of("T11") == [stopped]
    assert await store.subscriptions.all() == [stopped, other]


async def test_a_choice_is_remembered_for_the_person_who_made_it(store):
    await store.choices.remember("p1", "Overdue  Visits", {"value": "lac_visits_overdue"}, NOW)
    await store.choices.remember("p1", "overdue visits", {"value": "cp_visits_overdue"}, NOW)
    assert await store.choices.all_of("p1") == {"overdue visits": {"value": "cp_visits_overdue"}}
    assert await store.choices.all_of("p2") == {}
    await store.choices.forget("p1")
    assert await store.choices.all_of("p1") == {}


async def test_words_of_questions_are_nowhere_in_the_database(store):
    words = "quokka"
    await store.contexts.save("p", "c", {"text": words}, NOW)
    await store.unclear.add(UnclearQuestion(NOW, "p", "not_understood", words))
    await store.choices.remember("p", words, {"meant": words}, NOW)
    await store.cards.save({"text": words}, audience="p", now=NOW, lasts=timedelta(hours=1))
    await store.activities.first_time("k", NOW)
    await store.activities.answered("k", SavedAnswer(200, {"text": words}))
    await store.briefings.claim(
        "weekly", "p", "2026-W47", {"text": words}, holder="h", now=NOW, lease=timedelta(minutes=1)
    )
    found = []
    async with store.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in await session.execute(table.select()):
                found += [
                    f"{table.name}.{column}" for column, value in row._mapping.items() if words in repr(value)
                ]
        rows = (await session.execute(text("SELECT count(*) FROM unclear_questions"))).scalar_one()
    assert (found, rows) == ([], 1)


async def test_another_key_cannot_read_it(store, url):
    await store.contexts.save("p", "c", {"n": 1}, NOW)
    other = await open_store(url, Cipher(Fernet.generate_key()))
    with pytest.raises(Unreadable, match="another key"):
        await other.contexts.load("p", "c")
    await other.close()


async def test_a_transaction_that_fails_keeps_nothing(store):
    row = ChannelUnitRow(conversation_id="19:c", unit_kind="team", unit_id="T", set_by="p", set_at=NOW)

    async def half_a_change() -> None:
        async with store.database.writing() as session:
            session.add(row)
            await session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await half_a_change()
    assert await store.channels.unit_of("19:c") is None
