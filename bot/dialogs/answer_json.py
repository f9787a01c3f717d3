"""The contract's answer JSON, in one order of keys, for every outcome (spec/contract.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kpi_engine.answer import Answer, Outcome
from kpi_engine.question import Question

PARTS_OF_ANSWERED = ("held_back", "briefing", "findings", "note")


def answered(said: str, answer: Answer, text: str) -> dict[str, Any]:
    """An answer of the engine: answered, or no data."""
    parts = answer.to_json()
    out: dict[str, Any] = {
        "question": said,
        "outcome": answer.outcome,
        "understood": parts["understood"],
        "answers": parts["answers"],
        "text": text,
    }
    out |= {name: parts[name] for name in PARTS_OF_ANSWERED if name in parts}
    return out | {"data": parts.get("data")}


def in_words(
    said: str, outcome: Outcome, text: str, data: Mapping[str, Any] | None, understood: Question | None =
    None, choices: Sequence[Question] = (),
) -> dict[str, Any]:  # fmt: skip
    """An answer of words alone: no number, no row."""
    out: dict[str, Any] = {
        "question": said,
        "outcome": outcome,
        "understood": understood.to_json() if understood else None,
        "answers": [],
        "text": text,
    }
    if choices:
        out["choices"] = [choice.to_json() for choice in choices]
    return out | {"data": dict(data) if data is not None else None}


def with_also(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to the first of two questions in one message, with the whole second one under `also`."""
    out = {key: value for key, value in first.items() if key != "data"}
    return out | {"also": dict(second), "data": first["data"]}
