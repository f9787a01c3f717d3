"""What one person's conversation remembers: the last good answer, a pending question, choices made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.understanding.reading import Choice, Reading
from kpi_engine.question import Question

IDLE = timedelta(minutes=30)
REMEMBERED_ROWS = 50


@dataclass(frozen=True)
class AnswerSummary:
    """What became of a reading. outcome: the answer's.  children / workers: ids of the rows shown, in the order
    shown (workers of the rows beside their children; None where a row has none)."""

    outcome: str
    children: tuple[str, ...] = ()
    workers: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class Context:
    """question: of the last good answer.  said: the slots that were said for it (a default period is not inherited).
    children, workers: rows last shown, by list or headline.  pending: a refused or unclear question that the next
    turn may complete, with its choices.  choices: measures chosen before, by ambiguity.  at: time of the last turn.
    """

    question: Question | None = None
    said: frozenset[str] = frozenset()
    children: tuple[str, ...] = ()
    workers: tuple[str | None, ...] = ()
    pending: Question | None = None
    pending_choices: tuple[Choice, ...] = ()
    ambiguity: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    at: datetime | None = None

    def fresh(self, now: datetime | None) -> Context:
        """This context, or an empty one (choices kept) when the conversation has been idle for 30 minutes."""
        if now is not None and self.at is not None and now - self.at > IDLE:
            return Context(choices=self.choices)
        return self

    def to_json(self) -> dict[str, Any]:
        return {
            "question": self.question.to_json() if self.question else None,
            "said": sorted(self.said),
            "children": list(self.children),
            "workers": list(self.workers),
            "pending": self.pending.to_json() if self.pending else None,
            "pending_choices": [
                {"label": c.label, "question": c.question.to_json()} for c in self.pending_choices
            ],
            "ambiguity": self.ambiguity,
            "choices": dict(self.choices),
            "at": self.at.isoformat() if self.at else None,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Context:
        """The reverse of `to_json`; raises KeyError or ValueError on anything malformed."""
        return cls(
            question=Question.from_json(value["question"]) if value.get("question") else None,
            said=frozenset(value.get("said", ())),
            children=tuple(value.get("children", ())),
            workers=tuple(value.get("workers", ())),
            pending=Question.from_json(value["pending"]) if value.get("pending") else None,
            pending_choices=tuple(
                Choice(c["label"], Question.from_json(c["question"]))
                for c in value.get("pending_choices", ())
            ),
            ambiguity=value.get("ambiguity", ""),
            choices=dict(value.get("choices", {})),
            at=datetime.fromisoformat(value["at"]) if value.get("at") else None,
        )


EMPTY = Context()


def advance(
    context: Context | None, reading: Reading, summary: AnswerSummary, now: datetime | None = None
) -> Context:
    """The context after a turn.

    A good answer replaces the last one; a refused or unclear turn leaves it in place and is kept as pending; stop
    and cancel drop everything but remembered choices; other talk changes nothing.
    """
    before = (context or EMPTY).fresh(now)
    if reading.talk in ("stop", "cancel"):
        return Context(choices=before.choices, at=now)
    if (
        reading.talk
        or (reading.question is not None and reading.question.show in ("help", "quality"))
        or reading.term
    ):
        return replace(before, at=now)
    last = reading.also if reading.also is not None and reading.also.outcome == "answered" else reading
    if summary.outcome in ("answered", "no_data") and last.question is not None:
        shown = (
            (summary.children, summary.workers)
            if summary.children or summary.workers
            else (before.children, before.workers)
        )
        if last.question.show in ("headline", "list", "coming_up", "changes") and not (
            summary.children or summary.workers
        ):
            shown = ((), ())
        choices = dict(before.choices)
        if (
            before.ambiguity
            and last.question.measures
            and any(c.question.measures == last.question.measures for c in before.pending_choices)
        ):
            choices[before.ambiguity] = ",".join(last.question.measures)
        return Context(
            question=last.question, said=last.said, children=shown[0][:REMEMBERED_ROWS],
            workers=shown[1][:REMEMBERED_ROWS], choices=choices, at=now,
        )  # fmt: skip
    return replace(
        before, pending=reading.question, pending_choices=reading.choices, ambiguity=reading.ambiguity, at=now
    )
