"""What is said about the scheduled posts is recorded, kept, and followed by the timetable."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from test_transcripts import Kept, KeptWishes, engine  # noqa: F401 (a fixture)

from bot.assistant import Assistant
from bot.dialogs.subscribe import Posts
from bot.engines import FixedEngine
from bot.hosts.local import audience_at
from bot.memory import Forgetful
from bot.turn import Turn
from bot.understanding.post_wishes import PostWish, read_post_wish
from kpi_engine.engine import Engine
from schedules.briefings import recipients
from schedules.timetable import Slot, Timetable, Weekly
from schedules.wishes import posts_between, with_wishes

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 13, 12, 0, tzinfo=UTC)
MONDAY = date(2026, 11, 16)


class Talk:
    """Says things to an assistant and tells what the timetable makes of it."""

    def __init__(self, over: Engine) -> None:
        self.engine, self.kept, self.wishes = over, Kept(), KeptWishes()
        posts = Posts(self.wishes, LONDON)
        self._assistant = Assistant(FixedEngine(over), Forgetful(), self.kept, posts=posts)

    async def say(self, text: str, who: str = "U-T11", place: str = "personal") -> str:
        turn = Turn(who, f"{who} {place}", NOW, text, audience=audience_at(self.engine, place))
        return (await self._assistant.reply(turn))[0].text

    async def goes_out(self, days: int = 7) -> dict[str, list[str]]:
        """By post and unit: when, and to whom, in the week after."""
        table = Timetable(
            LONDON, Weekly(Slot(0, time(8, 30)), time(12)), 30,
            units=("T11", "T12"), meetings={"T11": Slot(3, time(10))},
        )  # fmt: skip
        wishes = await self.wishes.all()
        start = datetime(2026, 11, 16, tzinfo=LONDON)
        found = posts_between(
            with_wishes(table, wishes), recipients(self.engine, []), wishes, self.engine, start,
            start + timedelta(days=days),
        )  # fmt: skip
        out: dict[str, list[str]] = {}
        for due, who in found:
            out.setdefault(due.key, []).append(
                f"{due.at.astimezone(LONDON):%a %H:%M} {','.join(each.id for each in who)}".strip()
            )
        return out


@pytest.fixture
def talk(engine: Engine) -> Talk:  # noqa: F811
    return Talk(engine)


USUAL = {
    "briefing:T11": ["Mon 08:30 U-T11"], "briefing:T12": ["Mon 08:30 U-T12"],
    "reminder:T11": ["Thu 09:30 U-T11"],
}  # fmt: skip


async def test_a_unit_moves_pauses_ends_and_begins_its_posts(talk: Talk) -> None:
    assert await talk.goes_out() == USUAL
    await talk.say("send us the briefing on Tuesdays at 9", place="T11")
    moved = {**USUAL, "briefing:T11": ["Tue 09:00 U-T11"]}
    assert await talk.goes_out() == moved
    await talk.say("pause until Wednesday", place="T11")  # said on a Friday: the 18th
    assert await talk.goes_out() == {key: moved[key] for key in ("briefing:T12", "reminder:T11")}
    await talk.say("resume", place="T11")
    assert await talk.goes_out() == moved
    await talk.say("unsubscribe", place="T11")
    assert await talk.goes_out() == {"briefing:T12": USUAL["briefing:T12"]}
    await talk.say("start again", place="T11")
    assert await talk.goes_out() == moved


async def test_a_person_changes_what_that_person_is_sent_and_nothing_else(talk: Talk) -> None:
    await talk.say("send me the briefing on Wednesdays at 2pm")
    assert await talk.goes_out() == {**USUAL, "briefing:T11": ["Mon 08:30", "Wed 14:00 U-T11"]}
    await talk.say("unsubscribe")
    assert await talk.goes_out() == {**USUAL, "briefing:T11": ["Mon 08:30"], "reminder:T11": ["Thu 09:30"]}
    await talk.say("subscribe")
    assert (await talk.goes_out())["briefing:T11"] == ["Mon 08:30", "Wed 14:00 U-T11"]


async def test_every_change_and_every_refusal_is_recorded(talk: Talk) -> None:
    await talk.say("send us the briefing on Tuesdays at 9", place="T11")
    await talk.say("stop the posts for CSWT 1", who="U-T12")
    first, second = talk.kept.entries
    assert (first.event, first.outcome, first.person_id) == ("settings", "answered", "U-T11")
    assert first.understood == {
        "posts_of": "T11",
        "post": "briefing",
        "wish": "at",
        "on": "tuesday",
        "at": "09:00",
        "until": None,
    }
    assert (second.event, second.outcome) == ("refusal", "not_permitted")
    assert [row.owner for row in await talk.wishes.all()] == ["T11"]


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("Please send us the briefing on Tuesdays at 9", PostWish("at", "us", "tuesday", "09:00")),
        ("send us the briefing at half past on Tuesdays", None),
        ("send CSWT 1 the briefing every Friday at 2.15pm", PostWish("at", "cswt 1", "friday", "14:15")),
        ("send the briefing to us on Tuesdays at 9am", PostWish("at", "us", "tuesday", "09:00")),
        ("move our briefing to Thursday at noon", PostWish("at", "our", "thursday", "12:00")),
        ("send us the briefing on Tuesdays at 25", PostWish("unsure", "us")),
        ("send us the briefing on Tuesdays at 13pm", PostWish("unsure", "us")),
        ("pause", PostWish("unsure")),
        ("pause until Monday", PostWish("pause", until=date(2026, 11, 23))),
        ("pause until tomorrow", PostWish("pause", until=date(2026, 11, 17))),
        ("no briefing until next week", PostWish("pause", until=date(2026, 11, 23))),
        ("pause the briefing until 4th January", PostWish("pause", until=date(2027, 1, 4))),
        ("pause until 31/11", PostWish("unsure")),
        ("pause until 2026-11-16", PostWish("unsure")),  # today: nothing would be paused
        ("stop sending me these briefings", PostWish("stop", "me")),
        ("don't send us the briefing any more", PostWish("stop", "us")),
        ("opt out", PostWish("stop")),
        ("start the briefings again", PostWish("start")),
        ("start again", PostWish("start", bare=True)),
        ("stop", None),
        ("cancel", None),
        ("give me the briefing on Monday", None),
        ("how are we doing", None),
        ("no visits until Monday", None),
        ("which posts are vacant", None),
        ("send me the list of overdue visits on Mondays", None),
        ("stop the posts " + "x" * 200, None),
    ],
)
def test_only_clear_forms_are_wishes(said: str, wish: PostWish | None) -> None:
    assert read_post_wish(said, MONDAY) == wish
