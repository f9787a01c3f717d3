"""A target that was asked for and that nobody has set is said to be none, never passed over."""

from __future__ import annotations

from dataclasses import replace

from bot.wording import phrases
from kpi_engine.answer import Answer


def noted(found: Answer) -> Answer:
    """The answer with a sentence naming its measures that have no target; numbers only, any other as it is."""
    if found.outcome != "answered" or found.question.show != "headline":
        return found
    without = [
        phrases.title(p.measure)
        for p in found.answers
        if p.target is None and not (p.no_data or p.elsewhere or p.suppressed)
    ]
    if not without:
        return found
    note = f"No target is set for: {', '.join(without)}."
    return replace(found, note=f"{found.note} {note}" if found.note else note)
