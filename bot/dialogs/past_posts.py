"""Past posts: which figures that were sent have been corrected since.

    > were any figures corrected?
    < 1 figure that was sent for CSWT 1 has changed.
      - CP visits overdue, Sun 8 Nov 2026: sent as 7 of 40 children on Mon 9 Nov, now 6 of 40 children. ...
    > what was restated in CSWT 2 since Monday?              (numbers of any unit, to everybody)

A closed week that is asked about says what it was sent as, where that is another number now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Literal

from bot.dialogs import answer_json
from bot.dialogs.corrections import freshness
from bot.dialogs.room import Room, Said
from bot.told import History, Told
from bot.understanding.past_posts import PastPost
from bot.understanding.text import tokenise
from bot.understanding.vocabulary import Vocabulary
from bot.wording import corrections as words
from bot.wording import phrases
from bot.wording.plain import day
from kpi_engine.answer import Answer, Figure, MeasureAnswer
from kpi_engine.answering.restated import as_now, differs
from kpi_engine.figures import default_period
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import Question
from kpi_engine.sent import SentFigure

NOTED = ("headline", "list", "trend")
MOST_NOTED = 3
SUNDAY = 6
NOTICES = 'The children and records behind it are in the correction notices, and in "why" of a child.'


def hear(room: Room, said: str, asked: PastPost, told: Told, vocabulary: Vocabulary) -> Said:
    """The answer to a question about figures that were sent."""
    unit_id = _unit(room, asked, vocabulary)
    if unit_id is None:
        return _words(room, said, f"I do not know which unit {asked.unit!r} is.", "not_understood")
    name = room.names.unit(unit_id)
    sent = [each for each in told.of_unit(unit_id) if _is_of(asked, each)]
    changed = [
        (each, now) for each in sent if (now := _now(room, each)) is not None and _is_news(asked, each, now)
    ]
    since = f" since {day(asked.since)}" if asked.since else ""
    if not sent:
        return _words(room, said, f"No figures that are kept were sent for {name} in that time.")
    if not changed:
        text = f"No figure that was sent for {name} has changed{since}: all {len(sent)} are what they were sent as."
        return _words(room, said, f"{text}\n{freshness(room)}" if not since else text.partition(":")[0] + ".")
    entries = [_entry(each, now) for each, now in changed]
    count = len(entries)
    head = f"{count} {'figure that was' if count == 1 else 'figures that were'} sent for {name}"
    lines = [f"{head} {'has' if count == 1 else 'have'} changed{since}."]
    lines += [f"- {words.line(one)}" for one in entries[: words.MOST_FIGURES]]
    more = words.more_figures(entries)
    told_it = _words(room, said, "\n".join(each for each in (*lines, more, NOTICES, freshness(room)) if each))
    return replace(told_it, json={**told_it.json, "corrections": entries})


def _unit(room: Room, asked: PastPost, vocabulary: Vocabulary) -> str | None:
    """The unit asked about; the conversation's own where none is named; None for a name nobody knows."""
    if not asked.unit or asked.unit in ("us", "me", "our team", "my team", "ours"):
        return (room.audience.unit or room.person.unit).id
    for unit in room.engine.units.values():
        if asked.unit in (unit.id.casefold(), unit.name.casefold()):
            return unit.id
    tokens = tokenise(asked.unit)
    found = [one for span in vocabulary.units_in(tokens) for one in span.ids if one in room.engine.units]
    return found[0] if len(set(found)) == 1 else None


def _is_of(asked: PastPost, each: History) -> bool:
    """Whether the figure is one that is meant: sent on that day; sent in that week or of that week."""
    if asked.week is not None:
        after = asked.week + timedelta(days=7)
        return asked.week <= each.first.as_at < after or asked.week <= each.on < after
    return asked.on is None or each.on == asked.on


def _now(room: Room, each: History) -> Figure | None:
    now = as_now(room.engine, each.first)
    return now if differs(each.first, now) else None


def _is_news(asked: PastPost, each: History, now: Figure) -> bool:
    known = each.known_since(now.value)
    return asked.since is None or known is None or known >= asked.since


def _entry(each: History, now: Figure) -> dict[str, Any]:
    sent = each.first
    after = SentFigure(sent.measure, sent.unit_id, sent.as_at, sent.period, now.value, now.of)
    return {"told": sent.to_json() | {"on": each.on.isoformat()}, "now": after.to_json()}


# Beside the numbers of a closed week


def noted(found: Answer, told: Told | None) -> Answer:
    """An answer with what its numbers were sent as, where they were sent as others. Numbers of a whole unit only."""
    asked = found.question
    if told is None or asked.show not in NOTED or asked.filters or asked.worker or asked.child or asked.units:
        return found  # of a part of the children, or of several units, nothing was sent
    entries = [entry for part in found.answers for entry in _noted(part, asked, told)]
    if not entries:
        return found
    more = f" And {len(entries) - MOST_NOTED} more." if len(entries) > MOST_NOTED else ""
    several = len(found.answers) > 1 or asked.show == "trend"
    note = f"{' '.join(_as_sent(one, several=several) for one in entries[:MOST_NOTED])}{more}"
    return replace(found, note=f"{found.note} {note}" if found.note else note)


def _noted(part: MeasureAnswer, asked: Question, told: Told) -> Sequence[dict[str, Any]]:
    if part.no_data or part.elsewhere or part.suppressed:
        return ()
    out = []
    for figure in _figures(part, asked):
        history = told.sent(figure.key)
        if history is not None and history.first.value != figure.value:
            out.append(_entry(history, Figure(figure.value, figure.of)))
    return out


def _figures(part: MeasureAnswer, asked: Question) -> Sequence[SentFigure]:
    """The numbers of a part of an answer, each with what it is of."""
    of_date = part.period is None
    if part.points is None:
        as_at = asked.as_at
        if of_date and asked.period is not None:
            as_at = min(as_at, asked.period.last)
        return (SentFigure(part.measure, asked.unit.id, as_at, part.period, part.value, part.of),)
    wanted = CATALOGUE[part.measure]
    regular = {"last_month": asked.by == "month", "last_week": asked.by != "month"}
    if not regular.get(wanted.default_period, True):
        return ()  # its points are of other periods than posts tell of
    return tuple(
        SentFigure(part.measure, asked.unit.id, p.date, default_period(wanted, p.date), p.value, p.of)
        for p in part.points
        if wanted.default_period != "last_week" or p.date.weekday() == SUNDAY
    )


def _as_sent(one: dict[str, Any], *, several: bool) -> str:
    """ "Sent as 92.1% of 38 on Mon 9 Nov; 93.4% of 38 as now recorded."; with what it is of where several are told."""
    told = one["told"]
    of = f"{phrases.title(told['measure'])}, {words.when(told)}: s" if several else "S"
    sent = f"{of}ent as {words.figure(told)} on {day(date.fromisoformat(told['on']))}"
    return f"{sent}; {words.figure(one['now'])} as now recorded."


def _words(
    room: Room,
    said: str,
    text: str,
    outcome: Literal["answered", "not_understood", "not_permitted"] = "answered",
) -> Said:
    """An answer in words; it is about what the bot has sent."""
    question = Question("help", unit=room.audience.unit or room.person.unit, as_at=room.as_at)
    understood = question if outcome == "answered" else None
    event = "refusal" if outcome == "not_permitted" else "answer"
    return Said(answer_json.in_words(said, outcome, text, room.data, understood), event, question)
