"""The figures of a post: kept with it, there when its words are gone, told of only when it may have arrived."""

from __future__ import annotations

from datetime import date, timedelta

from kpi_engine.question import Period
from kpi_engine.sent import SentFigure

from .conftest import NOW

LEASE = timedelta(minutes=2)
SUNDAY = date(2026, 11, 15)
BACKLOG = SentFigure("cp_visits_overdue", "T11", SUNDAY, None, 7, 40)
RATE = SentFigure("cp_visits_in_time", "T11", SUNDAY, Period(date(2026, 11, 9), SUNDAY), 92.1, 38)
FIGURES = {"extract": "2026-11-15_000001", "figures": [BACKLOG.to_json(), RATE.to_json()]}


async def kept(store, recipient="U-T11", now=NOW, figures=FIGURES):
    return await store.briefings.claim(
        "briefing:T11", recipient, "2026-W47", {"reply": {"text": "x"}}, holder="one", now=now, lease=LEASE,
        figures=figures,
    )  # fmt: skip


async def sent(store, **more):
    mine = await kept(store, **more)
    now = more.get("now", NOW)
    assert await store.briefings.mark_sending(mine.id, holder="one", now=now, lease=LEASE)
    assert await store.briefings.mark_sent(mine.id, holder="one", activity_id="1", now=now)
    return mine


async def test_what_was_sent_is_told_in_order_with_its_extract(store):
    second = await sent(store, now=NOW + timedelta(days=7), recipient="later")
    first = await sent(store)
    told = await store.sent_figures.since(NOW)
    assert [one.id for one in told] == [first.id, second.id]
    assert told[0].figures == (BACKLOG, RATE)
    assert (told[0].extract, told[0].recipient, told[0].at) == ("2026-11-15_000001", "U-T11", NOW)
    assert [one.id for one in await store.sent_figures.since(NOW, but={first.id})] == [second.id]
    assert [one.id for one in await store.sent_figures.since(NOW + timedelta(days=1))] == [second.id]


async def test_what_never_went_out_told_nothing(store):
    mine = await kept(store)
    assert await store.sent_figures.since(NOW) == []
    assert await store.briefings.mark_failed(mine.id, holder="one", because="no", now=NOW)
    assert await store.sent_figures.since(NOW) == []


async def test_of_unknown_outcome_may_have_arrived(store):
    mine = await kept(store)
    await store.briefings.mark_sending(mine.id, holder="one", now=NOW, lease=LEASE)
    await store.briefings.mark_unknown(mine.id, holder="one", because="killed", now=NOW)
    assert [one.id for one in await store.sent_figures.since(NOW)] == [mine.id]


async def test_a_post_without_figures_tells_none(store):
    await sent(store, figures=None)
    assert await store.sent_figures.since(NOW) == []


async def test_the_figures_outlast_the_words(store):
    await sent(store)
    assert await store.briefings.empty_before(NOW + timedelta(days=400)) == 1
    assert (await store.briefings.find("briefing:T11", "U-T11", "2026-W47")).payload["reply"] is None
    assert (await store.sent_figures.since(NOW))[0].figures == (BACKLOG, RATE)


async def test_figures_of_one_composed_late_are_kept_too(store):
    mine = await kept(store, figures=None)
    assert await store.briefings.fill(
        mine.id, {"reply": {"text": "y"}}, holder="one", now=NOW, figures=FIGURES
    )
    await store.briefings.mark_sending(mine.id, holder="one", now=NOW, lease=LEASE)
    assert (await store.sent_figures.since(NOW))[0].figures == (BACKLOG, RATE)


async def test_in_the_database_they_are_unreadable(store):
    from sqlalchemy import text

    await sent(store)
    async with store.database.reading() as session:
        raw = (await session.execute(text("SELECT figures FROM sent_briefings"))).scalar()
    assert b"cp_visits" not in bytes(raw)
