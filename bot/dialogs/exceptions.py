"""Everything overdue: of all the duties there are, those that have somebody on their list.

    > what's overdue?
    < 2 CP visits and 1 core group are overdue in CSWT 1 ...

Thirty measures are asked and a handful answer: which ones is known only when the engine has counted
(spec/asking.md, Umbrella words). The conversation keeps the whole question, so that "and CSWT 4?" asks
everything there, too.
"""

from __future__ import annotations

from dataclasses import replace

from bot.understanding.subjects import every_exception, every_overdue
from bot.wording import phrases
from bot.wording.plain import listed
from kpi_engine.answer import Answer, MeasureAnswer

SHOWS = ("list", "headline", "compare")


def only_with_rows(found: Answer) -> Answer:
    """The answer without the measures that nobody is on; any other answer as it is.

    A measure without its table stays named, in one sentence: not known is not nought.
    """
    question = found.question
    if question.show not in SHOWS or question.measures not in (every_exception(), every_overdue()):
        return found
    if found.outcome != "answered":
        return found
    kept = tuple(part for part in found.answers if _has_somebody(part))
    unknown = [phrases.title(part.measure) for part in found.answers if part.no_data]
    notes = [found.note] if found.note else []
    notes += [f"There is no data for {listed(unknown)}."] if unknown else []
    return replace(
        found,
        question=question.but(measures=tuple(part.measure for part in kept)),
        answers=kept,
        note=" ".join(notes) or None,
    )


def _has_somebody(part: MeasureAnswer) -> bool:
    return part.suppressed or bool(part.value) or bool(part.rows)
