"""Why: one child's arithmetic, for those who hold the child.

    > why is C123 on the late core group list?
    < Began Thu 2 Apr 2026, 10 working days ... not done, 5 days over (with the rule and its source)
    > and C999?                               an id that nobody knows
    < There is no child C999 in this extract.  ... only for somebody who may see every child; everybody else
                                               gets the words they get for another team's child

The arithmetic itself is an ordinary question (show "why") and goes the ordinary way; here is only what is
said of a child that the extract does not hold. Where cases are restricted from the asker, it is said in one sentence
with theirs.
"""

from __future__ import annotations

from bot import rights
from bot.dialogs import answer_json
from bot.dialogs.room import Room, Said
from bot.understanding.reading import Reading
from kpi_engine.question import Question

NO_SUCH_CHILD = "There is no child {child} in the data. Check the id, or the date of the data."


def unknown_child(room: Room, said: str, reading: Reading) -> Said:
    """No data, for those with rights to all; raises NotPermitted for everybody else."""
    rights.check_can_tell_no_child(room.scope)
    child = reading.unknown_child or ""
    question = reading.question or Question("why", unit=room.person.unit, as_at=room.as_at, child=child)
    text = reading.because or NO_SUCH_CHILD.format(child=child)
    json = answer_json.in_words(said, "no_data", text, room.data, understood=question)
    return Said(json, "answer", question, reading=reading)
