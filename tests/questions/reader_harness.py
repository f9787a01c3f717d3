"""Answers of the reader alone, in the contract's form: nothing is computed, rights as far as questions need them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.understanding.context import AnswerSummary, Context, advance
from bot.understanding.reader import read
from bot.understanding.reading import Listener, Reading
from bot.understanding.vocabulary import Vocabulary
from kpi_engine.question import ALL
from tests.unit.understanding.example_authority import ExampleAuthority


def rows_for(listener: Listener) -> tuple[tuple[str, str], ...]:
    """Two rows that every list is taken to show, so that "the first one" has something to point to."""
    if listener.row_units is not None and "T12" in listener.row_units and "T11" not in listener.row_units:
        return (("C200", "P1291"), ("C201", "P1291"))
    return (("C123", "P1191"), ("C124", "P1191"))


def beyond_rights(reading: Reading, listener: Listener, authority: ExampleAuthority) -> bool:
    """Whether everything that is asked lies outside what the asker may see (rights.md 2)."""
    question = reading.question
    if question is None or listener.row_units is None:
        return False
    asks_rows = question.show in ("list", "why", "changes") or question.child is not None
    asks_rows = asks_rows or (question.show == "coming_up" and "rows" in reading.said)
    if not asks_rows and question.worker is None:
        return False
    wanted = (
        authority.units_below(question.unit.id) if question.unit.id != ALL else frozenset(authority.units)
    )
    return not wanted & listener.row_units


class ReaderAlone:
    """`ask` for scoring.score: keeps the conversation of every session."""

    def __init__(self) -> None:
        self.authority = ExampleAuthority()
        self.vocabulary: Vocabulary = self.authority.vocabulary()
        self.sessions: dict[str, Context] = {}
        self.readings: dict[str, Reading] = {}

    def ask(self, line: Mapping[str, Any]) -> dict[str, Any]:
        listener = self.authority.listener(line["as"], line.get("in", "personal"))
        session = line.get("session")
        context = self.sessions.get(session) if session else None
        reading = read(line["text"], listener, self.vocabulary, context)
        self.readings[line["id"]] = reading
        outcome: str = reading.outcome
        if beyond_rights(reading, listener, self.authority):
            outcome = "not_permitted"
        answered = outcome == "answered" and reading.question is not None
        shows_rows = (
            answered and reading.question is not None and reading.question.show in ("list", "headline")
        )
        rows = (
            rows_for(listener)
            if shows_rows and reading.question is not None and reading.question.measures
            else ()
        )
        if session:
            summary = AnswerSummary(outcome, tuple(c for c, _ in rows), tuple(w for _, w in rows))
            self.sessions[session] = advance(context, reading, summary)
        return {
            "outcome": outcome,
            "understood": reading.question.to_json() if answered and reading.question else None,
            "choices": [{"label": c.label, "understood": c.question.to_json()} for c in reading.choices],
            "answers": [{"rows": [{"child_id": c, "worker_id": w} for c, w in rows]}] if rows else [],
        }
