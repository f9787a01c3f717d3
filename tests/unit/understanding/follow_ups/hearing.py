"""The reader asked in a conversation, as the tests see it."""

from __future__ import annotations

from typing import Any

from bot.understanding.context import AnswerSummary, Context, advance
from bot.understanding.reader import read
from bot.understanding.reading import Reading
from tests.unit.understanding.example_authority import ExampleAuthority

AUTHORITY = ExampleAuthority()
VOCABULARY = AUTHORITY.vocabulary()
ROWS = (("C123", "P1191"), ("C124", "P1191"))


def hear(text: str, user: str, context: Context | None = None, refused: str = "") -> tuple[Reading, Context]:
    """One turn: the reading, and what the conversation remembers after it. refused: the outcome where rights
    or the data decide otherwise than the reader."""
    reading = read(text, AUTHORITY.listener(user), VOCABULARY, context)
    question, outcome = reading.question, refused or reading.outcome
    rows: tuple[tuple[str, str], ...] = ()
    if (
        outcome == "answered"
        and question is not None
        and question.measures
        and question.show in ("list", "headline")
    ):
        rows = ROWS if question.worker is None else (("C123", question.worker), ("C124", question.worker))
    summary = AnswerSummary(outcome, tuple(c for c, _ in rows), tuple(w for _, w in rows))
    return reading, advance(context, reading, summary)


def understood(reading: Reading) -> dict[str, Any]:
    """The reading in the form of `Talk.understood`; the outcome alone where nothing is answered."""
    if reading.outcome != "answered" or reading.question is None:
        return {"outcome": reading.outcome}
    if reading.also is not None:
        return {"outcome": "two questions"}
    asked = reading.question
    rows = asked.show in ("list", "compare")
    return {
        "show": asked.show,
        "measures": sorted(asked.measures),
        "unit": asked.unit.id,
        "units": sorted(asked.units),
        "worker": asked.worker,
        "child": asked.child,
        "as_at": asked.as_at.isoformat(),
        "period": [asked.period.first.isoformat(), asked.period.last.isoformat()] if asked.period else None,
        "filters": asked.filter_map,
        "by": asked.by,
        "limit": asked.limit if rows else None,
        "order": asked.order if rows else None,
    }


def faults(reading: Reading, wanted: dict[str, Any]) -> list[str]:
    """What was understood otherwise than wanted."""
    got = understood(reading)
    if "show" not in got:
        return [f"outcome {got['outcome']}: {reading.because}"]
    return [f"{key} {got[key]!r}, wanted {wanted[key]!r}" for key in wanted if got[key] != wanted[key]]
