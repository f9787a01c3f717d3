"""What one person's conversation remembers: the last good answer, a pending question, choices made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from bot.understanding.reading import Choice, Reading
from kpi_engine.question import Period, Question

REMEMBERED_ROWS = 50
MOST_CORRECTIONS = 8
CARRIED = frozenset({"rows", "period", "filters"})
"""What a pending question says that its completion need not say again."""


@dataclass(frozen=True)
class AnswerSummary:
    """What became of a reading. outcome: the answer's.  children / workers: ids of the rows shown, in the order
    shown (workers of the rows beside their children; None where a row has none).  text: the words that asked;
    on: the day of the turn."""

    outcome: str
    children: tuple[str, ...] = ()
    workers: tuple[str | None, ...] = ()
    text: str = ""
    on: date | None = None


@dataclass(frozen=True)
class Chosen:
    """How somebody settled a doubtful word. value: measures with commas between, or a unit's or a worker's id."""

    value: str
    on: date | None = None

    def to_json(self) -> dict[str, Any]:
        return {"value": self.value, "on": self.on.isoformat() if self.on else None}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Chosen:
        """The reverse of `to_json`; raises KeyError, TypeError or ValueError on anything malformed."""
        return cls(str(value["value"]), date.fromisoformat(value["on"]) if value.get("on") else None)


@dataclass(frozen=True)
class Context:
    """question: of the last good answer.  said: the slots that were said for it (a default period is not inherited).
    over: the period it was about, said or usual ("that month"); of a stock the period whose last day was meant.
    text: the words that asked it.  children, workers: rows last shown, by list or headline.
    pending: a refused or unclear question that the next turn may complete, with its choices and what it said.
    others, others_of: the other choices of a word that an earlier choice settled for the last answer, and its
    ambiguity.  corrections, corrections_of: what the last typed question could have been, and its mark.
    choices: how doubtful words were settled before, by ambiguity.
    refused: the outcome of the turn that is pending.
    """

    question: Question | None = None
    said: frozenset[str] = frozenset()
    over: Period | None = None
    text: str = ""
    children: tuple[str, ...] = ()
    workers: tuple[str | None, ...] = ()
    pending: Question | None = None
    pending_choices: tuple[Choice, ...] = ()
    pending_said: frozenset[str] = frozenset()
    refused: str = ""
    ambiguity: str = ""
    others: tuple[Choice, ...] = ()
    others_of: str = ""
    corrections: tuple[Choice, ...] = ()
    corrections_of: str = ""
    choices: Mapping[str, Chosen] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "question": self.question.to_json() if self.question else None,
            "said": sorted(self.said),
            "over": self.over.to_json() if self.over else None,
            "text": self.text,
            "children": list(self.children),
            "workers": list(self.workers),
            "pending": self.pending.to_json() if self.pending else None,
            "pending_choices": _choices_json(self.pending_choices),
            "others": _choices_json(self.others),
            "others_of": self.others_of,
            "corrections": _choices_json(self.corrections),
            "corrections_of": self.corrections_of,
            "pending_said": sorted(self.pending_said),
            "refused": self.refused,
            "ambiguity": self.ambiguity,
            "choices": {key: chosen.to_json() for key, chosen in self.choices.items()},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Context:
        """The reverse of `to_json`; raises KeyError, TypeError or ValueError on anything malformed."""
        return cls(
            question=Question.from_json(value["question"]) if value.get("question") else None,
            said=frozenset(value.get("said", ())),
            over=Period.from_json(value["over"]) if value.get("over") else None,
            text=str(value.get("text", "")),
            children=tuple(value.get("children", ())),
            workers=tuple(value.get("workers", ())),
            pending=Question.from_json(value["pending"]) if value.get("pending") else None,
            pending_choices=_choices(value.get("pending_choices", ())),
            others=_choices(value.get("others", ())),
            others_of=value.get("others_of", ""),
            corrections=_choices(value.get("corrections", ())),
            corrections_of=value.get("corrections_of", ""),
            pending_said=frozenset(value.get("pending_said", ())),
            refused=value.get("refused", ""),
            ambiguity=value.get("ambiguity", ""),
            choices={key: Chosen.from_json(each) for key, each in value.get("choices", {}).items()},
        )


EMPTY = Context()


def _choices_json(choices: Sequence[Choice]) -> list[dict[str, Any]]:
    return [{"label": choice.label, "question": choice.question.to_json()} for choice in choices]


def _choices(value: Sequence[Mapping[str, Any]]) -> tuple[Choice, ...]:
    return tuple(Choice(each["label"], Question.from_json(each["question"])) for each in value)


def mark_of(question: Question) -> str:
    """A short mark by which a button knows the question of the answer it stands on."""
    text = json.dumps(question.to_json(), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def value_of(ambiguity: str, question: Question) -> str:
    """What a question settles of an ambiguity: its unit, its worker, or its measures."""
    kind = ambiguity.partition(":")[0]
    if kind == "unit":
        return question.unit.id
    return question.worker or "" if kind == "worker" else ",".join(question.measures)


def recalled(reading: Reading, choices: Mapping[str, Chosen]) -> Reading:
    """A clarification that this person has settled before, as the answer to what they meant then."""
    chosen = choices.get(reading.ambiguity) if reading.outcome == "clarify" else None
    if chosen is None:
        return reading
    for choice in reading.choices:
        if chosen.value == value_of(reading.ambiguity, choice.question):
            return replace(
                reading,
                outcome="answered",
                question=choice.question,
                remembered=choice.label,
                chosen_on=chosen.on,
            )
    return reading


def advance(context: Context | None, reading: Reading, summary: AnswerSummary) -> Context:
    """The context after a turn.

    A good answer replaces the last one; a refused or unclear turn leaves it in place and is kept as pending; stop
    and cancel drop everything but remembered choices; other talk changes nothing.
    """
    before = context or EMPTY
    if reading.talk in ("stop", "cancel"):
        return Context(choices=before.choices)
    if (
        reading.talk
        or (reading.question is not None and reading.question.show in ("help", "quality"))
        or reading.term
    ):
        return before
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
        if last.settles:
            choices[last.settles] = Chosen(value_of(last.settles, last.question), summary.on)
        typed = bool(last.words)
        return Context(
            question=last.question, said=last.said, over=last.over or last.question.period, text=summary.text,
            children=shown[0][:REMEMBERED_ROWS], workers=shown[1][:REMEMBERED_ROWS], choices=choices,
            others=last.choices if last.remembered else (), others_of=last.ambiguity if last.remembered else "",
            corrections=last.corrections[:MOST_CORRECTIONS] if typed else before.corrections,
            corrections_of=mark_of(last.question) if typed else before.corrections_of,
        )  # fmt: skip
    return replace(
        before, pending=reading.question, pending_choices=reading.choices, refused=summary.outcome,
        pending_said=(reading.said & CARRIED), ambiguity=reading.ambiguity,
    )  # fmt: skip
