"""Ask: a question, an answer.

    > which CP conferences are overdue?
    < 2 initial and 1 review conference are overdue in CSWT 1 ... (card: rows, Why, How counted)
    > and in CSWT 2?                          a follow-up keeps what it does not say
    < I can't list children or cases of CSWT 2 ...
    > just the number then                    the refused turn is still what is being talked about
    < 4 review conferences are overdue in CSWT 2 ...
    > CP visits, and who has the most overdue core groups?
    < (two replies, in order)

Rights come first: before scope, before arithmetic, and once more over the finished rows.
"""

from __future__ import annotations

from dataclasses import replace

from bot import rights
from bot.cards import Heard, card, refusal_card
from bot.dialogs import answer_json, clarify, exceptions, help, no_target, past_posts, why
from bot.dialogs.room import Room, Said
from bot.turn import PERSONAL
from bot.understanding.reading import Choice, Reading
from bot.wording import say
from bot.wording.plain import lines
from bot.wording.replies import mended, read_as, recalled, refused
from bot.wording.sentences import topic
from kpi_engine.answer import Answer
from kpi_engine.errors import InputError, NotPermitted, Unknown
from kpi_engine.question import Question


class RowOutsideScope(Exception):
    """A finished answer holds a row that its audience may not see: a bug, and nothing of it is shown."""


def hear(room: Room, said: str, reading: Reading) -> Said:
    """What to say to one read question."""
    reading = _bare_list_as_number(room, _choice_if_permitted(room, reading))
    try:
        if reading.question is not None:
            rights.check_can_ask(reading.question, room.scope, room.engine, rows_said=asks_for_rows(reading))
        if reading.unknown_child is not None:
            return why.unknown_child(room, said, reading)
    except NotPermitted as error:
        return refuse(room, said, error, reading.question, reading)
    if reading.outcome == "answered" and reading.question is not None:
        if reading.talk or reading.question.show == "help":
            return help.talk(room, said, reading)
        if reading.term:
            return help.term(room, said, reading)
        return answer(room, said, reading.question, reading=reading)
    return clarify.ask_back(room, said, reading)


def answer(
    room: Room, said: str, question: Question, *, reading: Reading | None = None, event: str = "answer",
    replaces: bool = False, note: str | None = None,
) -> Said:  # fmt: skip
    """The engine's answer to one question, in words and as a card.  note: a sentence to stand before it."""
    try:
        rights.check_can_ask(question, room.scope, room.engine, rows_said=asks_for_rows(reading))
        found = room.engine.ask(question, room.scope)
    except NotPermitted as error:
        return refuse(room, said, error, question, reading)
    except (Unknown, InputError) as error:
        json = answer_json.in_words(said, "not_understood", str(error), room.data)
        return Said(json, event, question, reading=reading)
    if not rights.shows_nothing_outside(found, room.scope):
        raise RowOutsideScope
    found = exceptions.only_with_rows(_with_offer(past_posts.noted(found, room.told), room))
    if note is not None:
        found = replace(found, note=note)
    elif reading is not None and "target" in reading.said:
        found = no_target.noted(found)
    heard = _heard(reading, question, room)
    words = say(found, room.names)
    if heard is not None:
        words = lines([heard.first, words, heard.mended])
    return Said(
        answer_json.answered(said, found, words),
        "briefing" if question.show == "briefing" else event,
        question,
        card=card(found, room.names, room.client, heard, private=_helps_privately(found, room)),
        replaces=replaces,
        reading=reading,
        answer=found,
    )


def _heard(reading: Reading | None, question: Question, room: Room) -> Heard | None:
    """How a message was read; nothing for a button, which carries its question itself, unless it leads back there."""
    if reading is None or not (reading.words or reading.corrections or reading.returns):
        return None
    here = clarify.for_here(reading, room)
    return Heard(
        question, read_as(question, room.names), recalled(reading, question), mended(reading, room.names),
        here.corrections, here.choices if reading.remembered else (), reading.ambiguity,
    )  # fmt: skip


def _choice_if_permitted(room: Room, reading: Reading) -> Reading:
    """A choice made before that may not be asked here and now is asked back again."""
    if not reading.remembered or reading.question is None:
        return reading
    chosen = clarify.number_for_rows(Choice(reading.remembered, reading.question), reading, room)
    if clarify.permitted([chosen], room):
        return reading
    return replace(reading, outcome="clarify", question=None, remembered="", chosen_on=None)


def _bare_list_as_number(room: Room, reading: Reading) -> Reading:
    """A bare "supervisions overdue" is a list where rows may be shown, otherwise the number: never a refusal
    (asking.md, Aspect 2). A list asked for in words, here or in the turn that this carries on, stays a list."""
    question = reading.question
    if (
        question is None
        or question.show != "list"
        or question.child
        or question.worker
        or asks_for_rows(reading)
    ):
        return reading
    if rights.can_ask(question, room.scope, room.engine):
        return reading
    return replace(reading, question=question.but(show="headline", order=None, limit=None))


def asks_for_rows(reading: Reading | None) -> bool:
    """Whether the words want to see who or which, and not only how many; a button wants what it opens."""
    return reading is None or not reading.words or "rows" in reading.said


def refuse(
    room: Room, said: str, error: NotPermitted, question: Question | None, reading: Reading | None = None
) -> Said:
    """No, in the user's words, with what may be asked instead; it carries no number and no row."""
    sentence = rights.refusal(error, question, room.person, room.audience, room.scope, room.engine)
    instead = _number_instead(question, room) if question else ()
    private = question if question and sentence.endswith(rights.ASK_PERSONALLY) else None
    text = refused(sentence, instead) if instead else sentence
    return Said(
        answer_json.in_words(said, "not_permitted", text, room.data),
        "refusal",
        question,
        card=refusal_card(sentence, room.client, instead, private),
        reading=reading,
    )


def _number_instead(question: Question, room: Room) -> tuple[Choice, ...]:
    """The number behind a refused list; none for a child or worker, so that the words tell nothing."""
    if not question.measures or question.child is not None or question.worker is not None:
        return ()
    number = question.but(show="headline", by=None, order=None, limit=None)
    label = f"Number: {topic(number.measures)}, {room.names.unit(number.unit.id)}"
    return clarify.permitted([Choice(label, number)], room)


def _with_offer(found: Answer, room: Room) -> Answer:
    """Where rows are held back that the asker may see in private, the answer says so."""
    if not _helps_privately(found, room):
        return found
    parts = (found.note, rights.LISTENING.get(room.audience.outsiders), rights.ASK_PERSONALLY)
    return replace(found, note=" ".join(part for part in parts if part))


def _helps_privately(found: Answer, room: Room) -> bool:
    """Whether rows are held back here that the person may see in their own chat."""
    if not found.held_back or room.audience.kind == "personal":
        return False
    private = rights.scope_for(room.person, PERSONAL, room.engine)
    return any(private.sees_children_of(unit) for unit in found.held_back)
