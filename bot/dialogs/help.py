"""Help: what can be asked, small talk, and the words that are no measure.

    > good afternoon
    < Good afternoon ... you can ask, for example: ...
    > what does amber mean?
    < Amber means the number misses its target by a little ...
    > stop
    < I have forgotten what we were talking about. Scheduled posts end ...     (the context is dropped)

Answered, show "help" (a term: show "explain" with no measure), and never with a number.
"""

from __future__ import annotations

from bot.cards import card, reading_card
from bot.dialogs import answer_json
from bot.dialogs.room import Room, Said
from bot.understanding.reading import Reading
from bot.wording import say, say_reading
from kpi_engine.question import Question
from kpi_engine.vocabulary import meaning_of


def talk(room: Room, said: str, reading: Reading) -> Said:
    """Greeting, thanks, help, stop, cancel."""
    question = reading.question or Question("help", unit=room.person.unit, as_at=room.as_at)
    found = room.engine.ask(question, room.scope)
    if reading.talk in ("", "help"):
        text, shown = say(found, room.names), card(found, room.names, room.client)
    else:
        text, shown = say_reading(reading), reading_card(reading, room.client)
    return Said(answer_json.answered(said, found, text), "answer", question, shown, reading=reading)


def term(room: Room, said: str, reading: Reading) -> Said:
    """A word explained that is no measure."""
    question = reading.question or Question("explain", unit=room.person.unit, as_at=room.as_at)
    text = meaning_of(reading.term) or say_reading(reading)
    json = answer_json.in_words(said, "answered", text, room.data, understood=question)
    return Said(json, "answer", question, reading=reading)
