"""At most one accepted post: who may send, and what a lost process leaves behind."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.store import open_store

from .conftest import NOW

LEASE = timedelta(minutes=2)
LATER = NOW + timedelta(minutes=3)
PAYLOAD = {"text": "Monday", "card": {"b": 1, "a": [1, 2.5, None]}}


def claim(store, holder="one", now=NOW, payload=PAYLOAD, recipient="T11"):
    return store.briefings.claim(
        "weekly", recipient, "2026-W47", payload, holder=holder, now=now, lease=LEASE
    )


async def begin(store):
    delivery = await claim(store)
    assert await store.briefings.mark_sending(delivery.id, holder="one", now=NOW, lease=LEASE)
    return delivery


async def status(store):
    return (await store.briefings.find("weekly", "T11", "2026-W47")).status


async def test_one_claim_of_many_wins(store, url, cipher):
    other = await open_store(url, cipher)
    claims = [claim(each, holder=f"{number}") for number in range(6) for each in (store, other)]
    won = [delivery for delivery in await asyncio.gather(*claims) if delivery is not None]
    await other.close()
    assert len(won) == 1


async def test_each_recipient_has_one_of_their_own(store):
    assert await claim(store) is not None
    assert await claim(store, recipient="T12") is not None
    assert await claim(store) is None


async def test_sent_is_never_claimed_again(store):
    delivery = await begin(store)
    assert await store.briefings.mark_sent(delivery.id, holder="one", activity_id="1:x", now=NOW)
    assert await claim(store, now=NOW + timedelta(days=9)) is None
    found = await store.briefings.find("weekly", "T11", "2026-W47")
    assert (found.status, found.activity_id, found.tries) == ("sent", "1:x", 1)
    assert list(found.payload["card"]) == ["b", "a"]


async def test_a_claim_that_lapsed_before_its_post_is_handed_over_with_its_first_payload(store):
    first = await claim(store)
    assert await claim(store, holder="two", now=NOW + timedelta(minutes=1)) is None
    second = await claim(store, holder="two", now=LATER, payload={"text": "other numbers"})
    assert second is not None
    assert (second.id, second.payload) == (first.id, PAYLOAD)
    assert not await store.briefings.mark_sending(first.id, holder="one", now=LATER, lease=LEASE)
    assert await store.briefings.mark_sending(second.id, holder="two", now=LATER, lease=LEASE)


async def test_a_lapsed_lease_does_not_begin_a_post(store):
    delivery = await claim(store)
    assert not await store.briefings.mark_sending(delivery.id, holder="one", now=LATER, lease=LEASE)


async def test_a_post_that_was_never_recorded_becomes_unknown_and_stays(store):
    delivery = await begin(store)
    assert await store.briefings.expire(NOW) == []
    expired = await store.briefings.expire(LATER)
    assert [(each.id, each.status) for each in expired] == [(delivery.id, "unknown")]
    assert await claim(store, holder="two", now=LATER + timedelta(days=1)) is None
    assert not await store.briefings.reopen(delivery.id, now=LATER)
    assert await store.briefings.expire(LATER) == []


async def test_a_slow_sender_that_learns_the_outcome_settles_its_unknown(store):
    delivery = await begin(store)
    await store.briefings.expire(LATER)
    assert not await store.briefings.mark_sent(delivery.id, holder="two", activity_id="1:x", now=LATER)
    assert await store.briefings.mark_sent(delivery.id, holder="one", activity_id="1:x", now=LATER)
    assert await status(store) == "sent"


async def test_released_may_be_claimed_at_once(store):
    delivery = await begin(store)
    assert await store.briefings.release(delivery.id, holder="one", because="429", now=NOW)
    assert [each.id for each in await store.briefings.waiting(NOW)] == [delivery.id]
    again = await claim(store, holder="two", now=NOW)
    assert again is not None
    assert again.tries == 1


async def test_failed_is_tried_again_only_on_an_order(store):
    delivery = await begin(store)
    assert await store.briefings.mark_failed(delivery.id, holder="one", because="blocked", now=NOW)
    assert await claim(store, now=LATER) is None
    assert await store.briefings.reopen(delivery.id, now=LATER)
    assert await claim(store, holder="two", now=LATER) is not None


async def test_only_the_holder_settles(store):
    delivery = await begin(store)
    for change in (store.briefings.mark_failed, store.briefings.mark_unknown, store.briefings.release):
        assert not await change(delivery.id, holder="two", because="x", now=NOW)
    assert await status(store) == "sending"


async def test_the_list_is_newest_first_and_by_status(store):
    first = await begin(store)
    second = await claim(store, recipient="T12")
    assert [each.id for each in await store.briefings.list()] == [second.id, first.id]
    assert [each.id for each in await store.briefings.list(status="sending")] == [first.id]
    assert await store.briefings.list(period="2026-W48") == []
