"""A question in the making, and what the steps of reading share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.understanding.amounts import Amount
from bot.understanding.asked import Asked
from bot.understanding.context import Chosen
from bot.understanding.pieces import Piece
from bot.understanding.reading import Listener, Reading, Word
from bot.understanding.subjects import (
    Named,
)
from bot.understanding.times import When
from bot.understanding.timing import apply_time
from bot.understanding.vocabulary import Vocabulary
from kpi_engine.measures import CATALOGUE, in_catalogue_order
from kpi_engine.question import AUTHORITY, By, Order, Period, Question, Show, UnitRef, make_filters
from kpi_engine.vocabulary import Subject

PERIOD_SLUGS = frozenset(s for s, m in CATALOGUE.items() if m.default_period != "as_at")
STAFF_SLUGS = frozenset(s for s, m in CATALOGUE.items() if m.staff)


@dataclass(frozen=True)
class Env:
    """Everything outside the message: who listens, which extract, which date, how doubtful words were settled."""

    listener: Listener
    vocabulary: Vocabulary
    as_at: date
    choices: Mapping[str, Chosen] = field(default_factory=dict)
    over: Period | None = None
    """The period of the last answer, which "that month" means."""


@dataclass
class Aspects:
    """How the subject is asked about."""

    name: str = ""  # overdue, late, in_time, weak, rate, done, due
    said: str = ""
    strict: bool = False


@dataclass
class Draft:
    """A question in the making."""

    show: Show = "headline"
    measures: tuple[str, ...] = ()
    unit: UnitRef = AUTHORITY
    units: tuple[str, ...] = ()
    worker: str | None = None
    child: str | None = None
    unknown_child: str | None = None
    as_at: date = date.min
    period: Period | None = None
    over: Period | None = None
    """The period that was said, also of a stock, whose question keeps only its last day."""
    filters: dict[str, int | str] = field(default_factory=dict)
    by: By | None = None
    order: Order | None = None
    limit: int | None = None
    said: set[str] = field(default_factory=set)

    def question(self) -> Question:
        return Question(
            show=self.show, measures=in_catalogue_order(self.measures), unit=self.unit, units=self.units,
            worker=self.worker, child=self.child, as_at=self.as_at, period=self.period,
            filters=make_filters(self.filters), by=self.by, order=self.order, limit=self.limit,
        )  # fmt: skip


class Problem(Exception):
    """The message cannot be answered as it stands; carries the reading that says so."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading.outcome)
        self.reading = reading


def words_of(asked: Asked) -> tuple[Word, ...]:
    """The account of every piece of the message."""
    out = []
    for piece in asked.cut.pieces:
        taken, meaning = asked.used.get(piece, ("unknown", ""))
        tokens = asked.cut.tokens[piece.first : piece.end]
        read_as = " ".join(t.low for t in tokens) if any(t.fixed for t in tokens) else ""
        out.append(Word(piece.text, taken, meaning, read_as if read_as != piece.text.lower() else ""))
    return tuple(out)


class Walk:
    """What every step of reading one message shares. A new one for every try."""

    named: list[Named]
    leans: bool
    """Laid over the last answer, so that a subject need not be named again."""
    every_unit: bool
    """Rows of all units are wanted, not a comparison."""
    asks_whether: bool
    """Whether one child belongs to a population."""
    negated: bool
    bare_overdue: bool
    term: str
    limit_word: str
    narrowed: Subject | None
    rate_said: bool
    late_and_rate: bool
    found_aspects: dict[str, list[Piece]]
    list_pieces: list[Piece]
    own_by: list[Piece]
    shows: dict[str, list[Piece]]
    by_pieces: dict[str, list[Piece]]
    ranks: list[Piece]

    def __init__(self, asked: Asked, env: Env) -> None:
        self.asked = asked
        self.env = env
        self.draft = Draft(as_at=env.as_at)
        self.aspects = Aspects()
        self.named = []
        self.when: When | None = None
        self.when_text = ""
        self.amounts: list[tuple[Piece, Amount]] = []
        self.norms = [token.norm for token in asked.cut.tokens]
        self.leans = self.every_unit = self.asks_whether = False
        self.negated = self.bare_overdue = self.rate_said = self.late_and_rate = False
        self.term = self.limit_word = ""
        self.narrowed = None
        self.found_aspects, self.shows, self.by_pieces = {}, {}, {}
        self.list_pieces, self.ranks, self.own_by = [], [], []

    def again(self, asked: Asked) -> Reading:
        """The reading of the same message with one name decided."""
        raise NotImplementedError

    def _measures(self) -> None:
        raise NotImplementedError

    def _finish(self) -> None:
        raise NotImplementedError

    def _rows_allowed(self) -> bool:
        allowed = self.env.listener.row_units
        return allowed is None or self.draft.unit.id in allowed

    def _apply_time(self) -> None:
        apply_time(self.draft, self.when, self.when_text, self.env.as_at)
