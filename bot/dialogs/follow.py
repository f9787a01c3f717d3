"""Follow: a person is told when a measure turns red or passes a value, and once more when it is back.

    > follow overdue CP visits in CSWT 1                     (anybody, for themselves, wherever they say it)
    < Following CP visits overdue in CSWT 1: I tell you when it turns red. Now: 2 of 3 children, red ...
    > alert me if open CIN cases go above 900
    < Following CIN cases open in CSWT 1: I tell you when it goes above 900. Now: 412. ...
    > what am I following?
    < You follow 2 measures: ...
    > stop following CP visits
    < I no longer tell you of CP visits overdue in CSWT 1. ...

Numbers of any unit may be followed, as they may be asked (rights.md 3); rights are checked again for every
alert. "undo" (bot/dialogs/undo.py) takes the last change back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from bot import rights
from bot.dialogs import answer_json, ask
from bot.dialogs.room import Room, Said
from bot.follows import FOLLOW, Follow, followed
from bot.store.subscriptions import Subscription, undoable
from bot.understanding.follow_wishes import FollowWish
from bot.understanding.reading import Reading
from bot.wording import follows as words
from bot.wording import phrases
from bot.wording.plain import counted, listed
from kpi_engine.answer import MeasureAnswer
from kpi_engine.errors import NotPermitted, PerfbotError
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import Question

MOST_AT_ONCE = 4
MOST_FOLLOWED = 50

NO_MEASURE = (
    'I did not get which measure to follow. Say it like "follow overdue CP visits in CSWT 1" or '
    '"tell me when LAC review timeliness turns red".'
)
ONE_VALUE = 'That is {count} measures ({named}), and a value is for one: name it, as in "{example}".'
TOO_MANY = "That is {count} measures, too many to follow at once: name one, or up to {most}."
ONE_UNIT = "I follow a measure of one unit at a time: name the unit."
ITS_OWN_TIME = (
    "I follow a measure as it stands in the newest data, over its usual period: leave the time out."
)
NO_TARGET = (
    "{label} has no target, so it never turns red. Say a value, as in "
    '"tell me when {title} in {unit} goes above {value}".'
)
NO_CHILD = "A measure of a unit or a worker can be followed, not one child."
NOTHING = 'You follow nothing. Say, for example, "follow overdue CP visits in CSWT 1".'
FULL = "You follow {count} measures, which is as many as I keep: stop one first."
NOT_FOLLOWED = 'You do not follow that. Ask "what am I following?" to see what you do.'


def hear(
    room: Room, said: str, wish: FollowWish, kept: Sequence[Subscription], now: datetime, reading: Reading
) -> Said:
    """The answer, with what is to be kept.  reading: the words for what is to be followed."""
    mine = [each for each in kept if each.owner == room.person.id and each.kind == FOLLOW]
    if wish.what == "list":
        return _words(room, said, _listed(room, mine))
    if wish.what == "stop_all":
        return _stop(room, said, [each for each in mine if each.active], now)
    question = reading.question if reading.outcome == "answered" else None
    if reading.unknown_child or (reading.question is not None and reading.question.child):
        return _words(
            room, said, NO_CHILD, "not_understood"
        )  # the same words whether or not there is such a child
    if question is None or not question.measures:
        return _words(room, said, reading.ask or NO_MEASURE, "not_understood")
    if wish.what == "stop":
        return _stop(
            room, said, [each for each in mine if each.active and _is_meant(each, question, reading)], now
        )
    return _follow(room, said, wish, question, reading, mine, now)


def _follow(
    room: Room, said: str, wish: FollowWish, question: Question, reading: Reading,
    mine: Sequence[Subscription], now: datetime,
) -> Said:  # fmt: skip
    if problem := _unfit(wish, question, reading):
        return _words(room, said, problem, "not_understood")
    number = question.but(
        show="headline", period=None, by=None, order=None, limit=None, as_at=room.as_at
    )  # the rows are for the list: an alert is about the number
    try:
        rights.check_can_ask(number, room.scope, room.engine)
        parts = {part.measure: part for part in room.engine.ask(number, room.scope).answers}
    except NotPermitted as error:
        return ask.refuse(room, said, error, number)
    extract = room.engine.stamp.extract
    follows = [_condition(wish, number, slug, parts.get(slug)) for slug in number.measures]
    for follow in follows:
        part = parts.get(follow.measure)
        if follow.when in ("red", "amber", "green") and part and not part.no_data and part.target is None:
            title = phrases.title(follow.measure)
            value = phrases.amount(part.value or 10, CATALOGUE[follow.measure])
            return _words(room, said, NO_TARGET.format(
                label=words.label(follow, room.names), title=title, unit=room.names.unit(follow.unit.id), value=value
            ), "not_understood")  # fmt: skip
    if len([each for each in mine if each.active]) + len(follows) > MOST_FOLLOWED:
        return _words(room, said, FULL.format(count=MOST_FOLLOWED), "not_understood")
    before = {each.subject: each for each in mine}
    rows, lines = [], []
    for follow in follows:
        part = parts.get(follow.measure)
        seen = follow.seeing(bool(part and follow.holds(part)), extract)
        rows.append(_row(room.person.id, seen, True, before.get(follow.subject), now))
        lines.append(_told(room, seen, part))
    place = "here" if room.audience.kind == "personal" else "in your personal chat with me"
    text = [f"Following {lines[0]}"] if len(lines) == 1 else ["Following:", *(f"- {line}" for line in lines)]
    text.append(
        f'I look whenever new data is loaded; I tell you {place} once, and once more when it is back. "undo" takes '
        'this back; "what am I following?" lists everything.'
    )
    return _kept(room, said, text, rows, "follow")


def _unfit(wish: FollowWish, question: Question, reading: Reading) -> str:
    """Why the question cannot be followed, or ""."""
    if len(question.units) > 1 or question.by:
        return ONE_UNIT
    if reading.said & {"period"}:
        return ITS_OWN_TIME
    count = len(question.measures)
    if wish.value is not None and count > 1:
        titles = [phrases.title(slug) for slug in question.measures[:MOST_AT_ONCE]]
        example = f"tell me when {titles[0]} goes above {wish.value:g}"
        return ONE_VALUE.format(count=count, named=listed(titles), example=example)
    if count > MOST_AT_ONCE:
        return TOO_MANY.format(count=count, most=MOST_AT_ONCE)
    return ""


def _condition(wish: FollowWish, question: Question, slug: str, part: MeasureAnswer | None) -> Follow:
    when: str = wish.when or "red"
    if when == "crosses":  # from the side it is on now
        value = part.value if part else None
        when = (
            "at_most" if value is not None and wish.value is not None and value > wish.value else "at_least"
        )
    return Follow(slug, question.unit, when, wish.value, question.worker, question.filters)


def _told(room: Room, follow: Follow, part: MeasureAnswer | None) -> str:
    """ "CP visits overdue in CSWT 1: I tell you when it turns red. Now: 2 of 3 children, red, target 0." """
    line = f"{words.label(follow, room.names)}: I tell you when {words.when(follow)}. {_now(part)}"
    if follow.is_over:
        line += f" It {words.stands(follow)} already, so the next you hear is that it is back to normal."
    return line


def _now(part: MeasureAnswer | None) -> str:
    if part is None:
        return "Now: no data."
    colour = phrases.colour(part.rag).casefold()
    target = f", {phrases.target(part)}" if part.target is not None else ""
    return f"Now: {phrases.whole(part)}{f', {colour}' if colour else ''}{target}."


def _listed(room: Room, mine: Sequence[Subscription]) -> str:
    found = [follow for each in mine if each.active and (follow := followed(each)) is not None]
    if not found:
        return NOTHING
    lines = [f"You follow {counted(len(found), 'measures')}:"]
    for follow in sorted(found, key=lambda each: words.label(each, room.names)):
        try:
            number = follow.question(room.as_at)
            rights.check_can_ask(number, room.scope, room.engine)
            now = _now(room.engine.ask(number, room.scope).answers[0])
        except NotPermitted:
            now = "I can't show you that here."
        except PerfbotError:  # a unit or worker that the newest data does not hold
            now = "The newest data does not hold it."
        lines.append(f"- {words.label(follow, room.names)}: I tell you when {words.when(follow)}. {now}")
    lines.append('To end one, say "stop following" and its name; "stop my alerts" ends all.')
    return "\n".join(lines)


def _is_meant(wish: Subscription, question: Question, reading: Reading) -> bool:
    """Whether "stop following CP visits" means this one: its measure, and its unit or worker where one was said."""
    follow = followed(wish)
    if follow is None or follow.measure not in question.measures:
        return False
    if question.worker or "worker" in reading.said:
        return follow.worker == question.worker
    return "unit" not in reading.said or follow.unit == question.unit


def _stop(room: Room, said: str, ending: Sequence[Subscription], now: datetime) -> Said:
    if not ending:
        return _words(room, said, NOT_FOLLOWED)
    rows, labels = [], []
    for each in ending:
        follow = followed(each)
        if follow is not None:
            rows.append(_row(room.person.id, follow, False, each, now))
            labels.append(words.label(follow, room.names))
    text = [f'I no longer tell you of {listed(labels)}. "undo" takes this back.']
    return _kept(room, said, text, rows, "stop following")


def _row(
    owner: str, follow: Follow, active: bool, before: Subscription | None, now: datetime
) -> Subscription:
    after = Subscription(owner, FOLLOW, follow.subject, follow.to_json(), active, None, owner, now)
    return undoable(after, before)


def _kept(room: Room, said: str, text: Sequence[str], rows: Sequence[Subscription], what: str) -> Said:
    told = _words(room, said, "\n".join(text))
    done = {"posts_of": room.person.id, "wish": what, "subjects": [each.subject for each in rows]}
    return Said(told.json, "settings", told.asked, done=done, wishes=tuple(rows))


def _words(
    room: Room, said: str, text: str, outcome: Literal["answered", "not_understood"] = "answered"
) -> Said:
    """Like help, an answer about the bot itself."""
    question = Question("help", unit=room.audience.unit or room.person.unit, as_at=room.as_at)
    understood = question if outcome == "answered" else None
    return Said(answer_json.in_words(said, outcome, text, room.data, understood), "answer", question)
