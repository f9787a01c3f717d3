"""Subscribe: what is posted without being asked, changed by saying so.

    > send us the briefing on Tuesdays at 9                (in the channel of CSWT 1, by its manager)
    < From now on CSWT 1 gets its briefing on Tuesdays at 09:00. ...
    > pause until Monday
    < Nothing is posted for CSWT 1 before Monday 23 November 2026. ...
    > unsubscribe                                          (in a personal chat, by anybody)
    < You get no more scheduled posts from me. To have them again, say "subscribe". ...
    > start again                                          (somebody who had stopped or paused them)
    < You get your briefing again, at the usual time.

A personal briefing is its reader's own affair. A unit's posts, which go to its channel and its managers, are
changed by a manager of that unit or of one above it. Heard before the reader: these are no questions about
figures. "stop" and "start again" alone stay words about the conversation, unless posts are stopped already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo

from bot.dialogs import answer_json
from bot.dialogs.room import Room, Said
from bot.store.subscriptions import Subscription, undoable
from bot.understanding.follow_wishes import FollowWish, read_follow_wish
from bot.understanding.other_posts import read_other_post
from bot.understanding.post_wishes import PostKind, PostWish, read_post_wish
from kpi_engine.errors import NotPermitted
from kpi_engine.question import ALL, Question

BRIEFING, MEETING = "briefing", "meeting"
MANAGERS = frozenset({"team_manager", "service_manager", "assistant_director", "director"})
USUAL_TIMES: Mapping[PostKind, str] = {
    "briefing": "08:30", "meeting": "10:00", "nudge": "14:00", "month_end": "09:00", "quarter_end": "09:00",
}  # fmt: skip
NAMES: Mapping[PostKind, str] = {
    "briefing": "briefing", "meeting": "reminder before its meeting", "nudge": "mid-week nudge",
    "month_end": "month-end report", "quarter_end": "quarterly summary",
}  # fmt: skip
EARLIEST_MEETING = time(3)
OURS = frozenset({"us", "our", "our team", "my team", "the team", "this channel", "everyone here"})
MINE = frozenset({"me", "my", "i"})

NOT_YOURS = "Only a manager of {unit}, or somebody above, can change what is posted to {unit}."
NO_UNIT = "This conversation belongs to no unit, so nothing is posted here that could be changed."
WHEN = (
    'I did not get the day or the time. Say it like "send us the briefing on Tuesdays at 9" (Monday to Friday) '
    'or "pause until Monday".'
)
WHOLE_ONLY = (
    "The quarterly summary is one for the whole authority: its director can change it, in their own chat or in a "
    "channel of the authority."
)
NIGHT = (
    "Posts cannot go out between 01:00 and 02:00: on two nights a year that hour happens twice or not at all."
)


class Wishes(Protocol):
    """Keeps wishes; the store's own is `bot.store.subscriptions.Subscriptions`."""

    async def all(self) -> list[Subscription]: ...

    async def set(self, subscription: Subscription) -> None: ...


@dataclass(frozen=True)
class Posts:
    """Where wishes are kept, and the zone whose days and times are meant."""

    wishes: Wishes
    zone: ZoneInfo

    def wish_of(self, said: str, now: datetime) -> PostWish | FollowWish | None:
        """What somebody wants to be sent, or to follow; None for any other message."""
        today = now.astimezone(self.zone).date()
        return read_follow_wish(said) or read_other_post(said, today) or read_post_wish(said, today)


def hear(
    room: Room, said: str, wish: PostWish, kept: Sequence[Subscription], now: datetime, zone: ZoneInfo
) -> Said | None:
    """The answer to a wish, with what is to be kept; None where the words meant the conversation instead."""
    owner = _owner(room, wish)
    if owner is None:
        return _words(room, said, NO_UNIT, "not_understood")
    if owner == "":
        return None
    if owner == room.person.id and _is_for_the_unit(wish, owner, kept):
        owner = room.person.unit.id
    before = {each.kind: each for each in kept if each.owner == owner and not each.subject}
    if wish.bare and not _is_quiet(before.values(), now):
        return None
    if wish.what == "unsure":
        return _words(room, said, WHEN, "not_understood")
    if wish.kind == "quarter_end" and owner not in (ALL, room.person.id):
        return _words(room, said, WHOLE_ONLY, "not_understood")
    usual = USUAL_TIMES[wish.kind]
    at = wish.time or str(before[wish.kind].wanted.get("at", usual) if wish.kind in before else usual)
    if wish.what == "at" and time(1) <= time.fromisoformat(at) <= time(2):
        return _words(room, said, NIGHT, "not_understood")
    if wish.kind == MEETING and wish.what == "at" and not _can_remind(at):
        return _words(room, said, NIGHT, "not_understood")
    done = {
        "posts_of": owner, "post": wish.kind, "wish": wish.what, "on": wish.day or None,
        "at": at if wish.what == "at" else None, "until": wish.until.isoformat() if wish.until else None,
    }  # fmt: skip
    try:
        check_may_change(room, owner)
    except NotPermitted as error:
        json = answer_json.in_words(said, "not_permitted", str(error), room.data)
        return Said(json, "refusal", done=done)
    changed = tuple(_changed(owner, room, wish, at, before, now, zone))
    told = _words(room, said, _told(room, owner, wish, at))
    return Said(told.json, "settings", told.asked, done=done, wishes=changed)


def _is_for_the_unit(wish: PostWish, owner: str, kept: Sequence[Subscription]) -> bool:
    """Whether a wish said for oneself means the unit: the posts beside the briefing have one time for all of it,
    so a person can only end them, and have them back."""
    if wish.kind == BRIEFING or wish.what in ("stop", "pause"):
        return False
    stopped = any(each.owner == owner and each.kind == wish.kind and not each.active for each in kept)
    return wish.what == "at" or not stopped


def _can_remind(at: str) -> bool:
    """Whether a reminder some time before such a meeting stays clear of the night's forbidden hour."""
    return time.fromisoformat(at) >= EARLIEST_MEETING


def _owner(room: Room, wish: PostWish) -> str | None:
    """A person's or unit's id; None: a conversation of no unit; "": words that name no unit."""
    if wish.whose in MINE or (not wish.whose and room.audience.kind == "personal"):
        return room.person.id
    if wish.whose in OURS or wish.whose in ("", "the"):
        if room.audience.kind == "personal":
            return room.person.id if wish.whose == "the" else room.person.unit.id
        return room.audience.unit.id if room.audience.unit else None
    named = wish.whose.removeprefix("the ").removesuffix("'s")
    found = [
        unit.id for unit in room.engine.units.values() if named in (unit.id.casefold(), unit.name.casefold())
    ]
    return found[0] if len(found) == 1 else ""


def check_may_change(room: Room, owner: str) -> None:
    """One's own posts: anybody. A unit's: its manager, or a manager of a unit above it (issue: who may change
    what). Raises NotPermitted."""
    if owner == room.person.id:
        return
    manages = room.person.role in MANAGERS
    if not manages or not (
        room.person.unit.id == ALL or owner in room.engine.units_below(room.person.unit.id)
    ):
        raise NotPermitted(NOT_YOURS.format(unit=room.names.unit(owner)))


def _is_quiet(before: Any, now: datetime) -> bool:
    return any(
        not each.active or (each.paused_until is not None and each.paused_until > now) for each in before
    )


def _changed(
    owner: str, room: Room, wish: PostWish, at: str, before: Mapping[str, Subscription], now: datetime,
    zone: ZoneInfo,
) -> list[Subscription]:  # fmt: skip
    """The rows to keep: the post's, or, when all of a unit's posts end or start, every kind's that was changed."""
    every = wish.kind == BRIEFING and owner != room.person.id and wish.what in ("stop", "start")
    kinds: tuple[str, ...] = (BRIEFING, MEETING) if every else (wish.kind,)
    rows = []
    for kind in kinds:
        wanted = dict(before[kind].wanted) if kind in before else {}
        if wish.what == "at":
            wanted = {"on": wish.day, "at": at} if wish.day else {**wanted, "at": at}
        elif wish.what == "start" and wish.kind != BRIEFING and not wanted:
            wanted = {"at": at}
        until = datetime.combine(wish.until, time(), zone) if wish.until else None
        active = before[kind].active if kind in before and wish.what == "pause" else wish.what != "stop"
        after = Subscription(owner, kind, "", wanted, active, until, room.person.id, now)
        rows.append(undoable(after, before.get(kind)))
    return rows


def _told(room: Room, owner: str, wish: PostWish, at: str) -> str:
    mine = owner == room.person.id
    unit = room.names.unit(room.person.unit.id if mine else owner)
    if wish.kind != BRIEFING:
        return _told_of_another(wish, at, unit, mine)
    if wish.what == "at":
        who = f"you get the briefing of {unit}" if mine else f"{unit} gets its briefing"
        return f"From now on {who} on {wish.day.title()}s at {at}; a week that has had its briefing gets no second."
    if wish.what == "pause":
        assert wish.until is not None
        whom = "to you" if mine else f"to {unit}"
        day = f"{wish.until:%A} {wish.until.day} {wish.until:%B %Y}"
        return f'Nothing is posted {whom} by itself before {day}; then it goes on. To go on sooner, say "subscribe".'
    if wish.what == "stop":
        if mine:
            return (
                'You get no more scheduled posts from me. To have them again, say "subscribe". '
                "You can still ask me anything."
            )
        return (
            f"{unit} gets no more scheduled posts, neither in its channel nor to its managers. "
            'To have them again, say "subscribe us".'
        )
    return "You get your scheduled posts again." if mine else f"{unit} gets its scheduled posts again."


def _told_of_another(wish: PostWish, at: str, unit: str, mine: bool) -> str:
    """The confirmation for a post that is no briefing."""
    name = NAMES[wish.kind]
    if wish.what == "at" and wish.kind == MEETING:
        return f"{unit} meets on {wish.day.title()}s at {at}: it gets a reminder before that, until the meeting begins."
    if wish.what == "at" and wish.day:
        return f"From now on {unit} gets its {name} on {wish.day.title()}s at {at}."
    if wish.what == "pause":
        assert wish.until is not None
        day = f"{wish.until:%A} {wish.until.day} {wish.until:%B %Y}"
        return f"{'You get' if mine else f'{unit} gets'} no {name} before {day}; then it goes on."
    if wish.what == "stop":
        whom = "You get" if mine else f"{unit} gets"
        return f'{whom} no more {name}. "undo" takes this back.'
    whom = "You get your" if mine else f"{unit} gets its"
    return f"{whom} {name} at {at}." if not mine else f"{whom} {name} again."


def _words(
    room: Room, said: str, text: str, outcome: Literal["answered", "not_understood"] = "answered"
) -> Said:
    """An answer without a number; like help, it is about the bot itself."""
    question = Question("help", unit=room.audience.unit or room.person.unit, as_at=room.as_at)
    understood = question if outcome == "answered" else None
    return Said(answer_json.in_words(said, outcome, text, room.data, understood), "answer", question)
