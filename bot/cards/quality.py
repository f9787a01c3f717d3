"""Data quality: what is wrong with the data, by rule, and the first rows to put right."""

from __future__ import annotations

from collections import Counter

from bot.cards import buttons
from bot.cards.client import Client
from bot.cards.elements import Column, Element, table, text
from bot.cards.frame import Parts, Room
from bot.wording import rows, sentences
from bot.wording.names import Names
from bot.wording.plain import counted, number, shorten
from kpi_engine.answer import Answer

_MOST_RULES = 8
_MOST_LETTERS = 200


def parts(answer: Answer, names: Names, client: Client, room: Room) -> Parts:
    """How many of each kind, then the findings themselves; numbers alone where rows may not be seen."""
    found = answer.findings
    total = len(found) if found is not None else (answer.data.findings if answer.data else 0)
    body: list[Element] = [
        text(
            f"{counted(total, 'data problems')} found" if total else "No data problems were found", bold=True
        )
    ]
    if found:
        kinds = Counter(str(f.get("rule") or "other") for f in found)
        ranked = sorted(kinds.items(), key=lambda pair: (-pair[1], pair[0]))
        body.append(
            table(
                [Column("What is wrong", 5), Column("Rows", 1)],
                [(k, number(n)) for k, n in ranked[:_MOST_RULES]],
            )
        )
        if len(ranked) > _MOST_RULES:
            body.append(text(f"and {number(len(ranked) - _MOST_RULES)} more kinds", subtle=True))
        body.append(text("To put right first", bold=True, spacing="Medium"))
        body += [
            text(shorten(rows.finding(f, names), _MOST_LETTERS), spacing="Small") for f in found[: room.rows]
        ]
        if len(found) > room.rows:
            left = number(len(found) - room.rows)
            body.append(text(f"and {left} more. The whole list: perfbot quality.", subtle=True, size="Small"))
    return Parts("Data quality", sentences.reading(answer.question, names), body, buttons.back(client))
