"""What the reader makes of a message."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from kpi_engine.question import Period, Question, UnitRef


@dataclass(frozen=True)
class Listener:
    """Who asks and where: what "we", "my team" and silence mean.

    own_unit: the asker's unit.  default_unit: the unit meant when none is said (personal chat: own_unit;
    a channel: the channel's unit).  sees_rows: whether rows of a unit may be shown here, by unit id (so that a bare
    "overdue X" becomes a list where rows are allowed and a headline elsewhere).
    """

    own_unit: UnitRef
    default_unit: UnitRef
    row_units: frozenset[str] | None = None  # unit ids whose rows may be shown here; None = all


@dataclass(frozen=True)
class Choice:
    """One button of a clarification: a label and the ready question behind it."""

    label: str
    question: Question


@dataclass(frozen=True)
class Word:
    """One piece of the message and what it was taken as (`perfbot ask --parse`)."""

    text: str
    taken_as: str  # measure, show, unit, worker, child, time, filter, order, limit, ignorable, unknown ...
    meaning: str = ""
    read_as: str = ""  # a typing error corrected: the word that it was read as


@dataclass(frozen=True)
class Reading:
    """The outcome of reading one message. Nothing has been computed and no right has been checked.

    outcome "answered": `question` is complete.
    outcome "clarify": `choices` hold at most five ready questions, `ask` the one short question back; `question`
      may say whose rows were wanted (its measures are then empty), so that rights come first here too.
    outcome "out_of_scope" / "not_understood": `because` is the sentence, naming the word; `nearby` are
      questions that can be asked instead. `question` may still hold what could be read, so that rights
      are checked before scope (a forbidden list behind any wording is not_permitted).
    outcome "no_data": a child that the extract does not know (for those with rights to all).
    also: the second question of the same message, read.
    returns: a button that leads back to the card of the last typed question.
    corrections: what the same words could have meant where something was taken for granted.
    """

    outcome: Literal["answered", "clarify", "out_of_scope", "not_understood", "no_data"]
    question: Question | None = None
    choices: tuple[Choice, ...] = ()
    ask: str = ""
    because: str = ""
    nearby: tuple[Choice, ...] = ()
    words: tuple[Word, ...] = ()
    also: Reading | None = None
    unknown_child: str | None = None
    talk: Literal["", "greeting", "thanks", "help", "stop", "cancel"] = ""
    term: str = ""  # show "explain" of a word that is no measure ("Section 20", "amber")
    corrections: tuple[Choice, ...] = field(default=())
    returns: bool = False
    over: Period | None = None  # the period that was said or kept, also where only its last day counts
    said: frozenset[str] = frozenset()  # slots that the person filled: show, aspect, unit, worker, period ...
    ambiguity: str = ""  # clarify: the name of what was ambiguous, so that a choice can be remembered
    doubtful: str = ""  # clarify: the person's words that could mean several things
    remembered: str = ""  # answered by an earlier choice for the same ambiguity: the label of that choice
    chosen_on: date | None = None  # remembered: the day of that choice
    settles: str = ""  # the ambiguity that this reading settles for the next time
    corrects: bool = False  # "no, I meant ...": the last answer was to something else
    note: str = ""  # one sentence to say with the answer ("I answered the first question only.")
