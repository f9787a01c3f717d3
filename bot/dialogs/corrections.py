"""Corrections: figures that were sent and are other ones now.

    (by itself, after new data)
    < Correction for CSWT 1: 1 figure that was sent has changed.
      - CP visits overdue, Sun 8 Nov 2026: sent as 7 of 40 children on Mon 9 Nov 2026, now 6 of 40 children. ...
    > were any figures corrected?                  (numbers of any unit, to everybody)
    < 1 figure that was sent for CSWT 1 since Mon 17 Aug 2026 is another one now. ...

The notice is composed for one reader, or one channel, under their rights of that moment; where others listen it holds
numbers alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot import rights
from bot.cards.corrections import correction_card
from bot.dialogs import answer_json
from bot.dialogs.room import Room, Said
from bot.wording import corrections as words
from bot.wording import records
from bot.wording.plain import day, moment
from kpi_engine.answering.restated import Restatement
from kpi_engine.question import Question
from kpi_engine.sent import SentFigure


class RowOutsideScope(Exception):
    """A correction holds a row that its audience may not see: a bug, and nothing of it is shown."""


@dataclass(frozen=True)
class Correction:
    """A figure as a reader was last told it, on that day, and why it is another one now."""

    on: date
    restatement: Restatement

    def to_json(self, *, rows: bool) -> dict[str, Any]:
        """rows: False where others listen: the records are counted and nobody is named."""
        one = self.restatement
        sent, now = one.sent, one.now
        after = SentFigure(sent.measure, sent.unit_id, sent.as_at, sent.period, now.value, now.of)
        return {
            "told": sent.to_json() | {"on": self.on.isoformat()},
            "now": after.to_json(),
            "rows": [row.to_json() for row in one.moved] if rows else [],
            "hidden": one.hidden,
            "causes": records.tally(cause.to_json() for row in one.moved for cause in row.causes),
            "explained": one.explained,
        }


def notice(room: Room, unit_id: str, corrections: Sequence[Correction]) -> Said:
    """The correction notice of a unit for everybody in the room."""
    for one in corrections:
        if not all(rights.may_hold(row.row, room.scope) for row in one.restatement.moved):
            raise RowOutsideScope
    told = [one.to_json(rows=room.names.personal) for one in corrections]
    name, fresh = room.names.unit(unit_id), freshness(room)
    said = words.notice(name, told, room.names, fresh)
    question = Question("changes", unit=room.engine.units[unit_id].ref, as_at=room.as_at)
    json = answer_json.in_words("", "answered", said, room.data, question) | {"corrections": told}
    done = {"correction": unit_id, "measures": sorted({one.restatement.sent.measure for one in corrections}),
            "extract": room.data["extract"]}  # fmt: skip
    card = correction_card(name, told, room.names, said, (fresh,))
    return Said(json, "correction", question, card=card, done=done)


def freshness(room: Room) -> str:
    """Which data the corrected figures rest on."""
    stamp: Mapping[str, Any] = room.data
    loaded = f", loaded {moment(stamp['loaded_at'])}" if stamp["loaded_at"] else ""
    return f"Data to {day(room.engine.as_at)}{loaded}."
