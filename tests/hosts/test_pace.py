"""Teams' limits at Teams' end: whatever is posted when, and however long each post is on the way."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import Counter, defaultdict
from collections.abc import Awaitable

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.hosts.teams.pace import PER_CONVERSATION, PER_TENANT, Pace


class Time:
    """A clock that jumps to the next moment at which somebody wakes up, when all have gone to sleep."""

    def __init__(self) -> None:
        self.now = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    def sleep(self, seconds: float) -> Awaitable[None]:
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._numbers), future))
        return future

    async def run(self, *work: Awaitable[None]) -> None:
        tasks = [asyncio.ensure_future(each) for each in work]
        while not all(task.done() for task in tasks):
            for _ in range(12):
                await asyncio.sleep(0)
            if self._sleepers:
                self.now, _, future = heapq.heappop(self._sleepers)
                future.set_result(None)
        await asyncio.gather(*tasks)


POSTS = st.lists(
    st.tuples(st.integers(0, 3), st.floats(0, 5), st.floats(0, 3), st.floats(0, 1)), min_size=1, max_size=120
)
"""(conversation, when it is wanted, how long it is on the way, at which part of that Teams takes it)"""


@settings(max_examples=60, deadline=None)
@given(POSTS)
def test_no_stretch_of_time_at_teams_end_holds_more_than_the_limit(
    wanted: list[tuple[int, float, float, float]],
) -> None:
    time = Time()
    pace = Pace(lambda: time.now, time.sleep)
    taken: dict[int, list[float]] = defaultdict(list)

    async def one(conversation: int, when: float, way: float, part: float) -> None:
        await time.sleep(when)
        async with pace.post(str(conversation)):
            await time.sleep(way * part)
            taken[conversation].append(time.now)
            await time.sleep(way * (1 - part))

    asyncio.run(time.run(*(one(*each) for each in wanted)))
    assert Counter({c: len(t) for c, t in taken.items()}) == Counter(c for c, *_ in wanted)
    for limits, moments in [
        (PER_TENANT, [*itertools.chain(*taken.values())]),
        *((PER_CONVERSATION, each) for each in taken.values()),
    ]:
        for seconds, posts in limits:
            for begin in moments:
                assert sum(begin <= each < begin + seconds - 1e-9 for each in moments) <= posts


def test_posts_answered_at_once_go_as_fast_as_the_limit_lets_them() -> None:
    time = Time()
    pace = Pace(lambda: time.now, time.sleep)

    async def one(number: int) -> None:
        async with pace.post(f"chat {number}"):
            pass

    asyncio.run(time.run(*(one(number) for number in range(200))))
    assert time.now == 6.0  # 30 at once, and 30 more each second


def test_a_post_that_fails_counts_and_frees_its_place() -> None:
    time = Time()
    pace = Pace(lambda: time.now, time.sleep, per_tenant=((1.0, 1),))

    async def fails() -> None:
        try:
            async with pace.post("a"):
                raise RuntimeError
        except RuntimeError:
            pass

    asyncio.run(time.run(fails(), fails(), fails()))
    assert time.now == 2.0


def test_a_busy_conversation_keeps_its_limits_hour_after_hour() -> None:
    time = Time()
    pace = Pace(lambda: time.now, time.sleep)
    sent: list[float] = []

    async def one() -> None:
        for _ in range(2_000):
            async with pace.post("a"):
                sent.append(time.now)

    asyncio.run(time.run(one()))
    for seconds, posts in PER_CONVERSATION:
        assert all(later - first > seconds - 1e-9 for first, later in zip(sent, sent[posts:], strict=False))
    assert sent[6] == 0.0
    assert sent[1_799] < 3_600 <= sent[1_800]


def test_posts_go_in_the_order_in_which_they_were_wanted() -> None:
    time = Time()
    pace = Pace(lambda: time.now, time.sleep, per_tenant=((1.0, 3),))
    gone: list[int] = []

    async def one(number: int) -> None:
        await time.sleep(number / 100)
        async with pace.post(f"chat {number}"):
            gone.append(number)

    asyncio.run(time.run(*(one(number) for number in range(40))))
    assert gone == list(range(40))


def test_a_conversation_at_its_limit_holds_up_no_other() -> None:
    time = Time()
    pace = Pace(lambda: time.now, time.sleep)
    at: dict[str, float] = {}

    async def one(conversation: str) -> None:
        async with pace.post(conversation):
            at[conversation] = time.now

    asyncio.run(time.run(*(one("busy") for _ in range(9)), one("other")))
    assert at == {"busy": 2.0, "other": 0.0}


def test_what_is_worth_nothing_later_goes_only_while_half_of_the_limit_is_free() -> None:
    time = Time()
    pace = Pace(lambda: time.now, time.sleep, per_tenant=((1.0, 4),))
    went: list[bool] = []

    async def hint() -> None:
        async with pace.if_idle("hinted") as may_go:
            went.append(may_go)

    async def all_of_it() -> None:
        await hint()
        async with pace.post("a"):
            await hint()
            await hint()
        await time.sleep(1.0)
        await hint()

    asyncio.run(time.run(all_of_it()))
    assert went == [True, False, False, True]


def test_what_is_worth_nothing_later_counts_when_it_has_gone() -> None:
    time = Time()
    pace = Pace(lambda: time.now, time.sleep, per_tenant=((1.0, 2),))
    at: list[float] = []

    async def all_of_it() -> None:
        async with pace.if_idle("a") as may_go:
            assert may_go
        for _ in range(2):
            async with pace.post("a"):
                at.append(time.now)

    asyncio.run(time.run(all_of_it()))
    assert at == [0.0, 1.0]
