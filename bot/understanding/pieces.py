"""A message cut into pieces: every token belongs to exactly one, and every piece says what it may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.understanding.amounts import Amount, find_amounts
from bot.understanding.lexicon import Sense, lexicon
from bot.understanding.spelling import mend
from bot.understanding.text import Token, tokenise
from bot.understanding.times import When, find_times
from bot.understanding.vocabulary import NameSpan, Vocabulary
from kpi_engine.question import Period

SEPARATORS = frozenset({",", "/", "and", "plus", "or", "&"})


@dataclass(frozen=True, eq=False)
class Piece:
    """Tokens first..end of a message, and what they may be: senses of the lexicon, a name, a time, an amount."""

    first: int
    end: int
    text: str
    norm: str
    senses: tuple[Sense, ...] = ()
    name: NameSpan | None = None
    when: When | None = None
    amount: Amount | None = None

    def has(self, kind: str, *values: str) -> bool:
        """Whether one of its senses is of that kind (and one of those values)."""
        return any(s.kind == kind and (not values or s.value in values) for s in self.senses)

    def value(self, kind: str) -> str:
        """The value of its first sense of that kind, or ""."""
        return next((s.value for s in self.senses if s.kind == kind), "")


@dataclass(frozen=True)
class Cut:
    """A message (or one of its parts) cut into pieces. `leftover` are tokens that nothing accounts for."""

    tokens: tuple[Token, ...]
    pieces: tuple[Piece, ...]

    @property
    def unknown(self) -> tuple[Piece, ...]:
        return tuple(p for p in self.pieces if not (p.senses or p.name or p.when or p.amount))

    def before(self, piece: Piece, skip: Sequence[str] = ("the", "a", "our", "my")) -> str:
        """The normalised word before a piece, articles skipped."""
        place = piece.first - 1
        while place >= 0 and self.tokens[place].norm in skip:
            place -= 1
        return self.tokens[place].norm if place >= 0 else ""

    def after(self, piece: Piece) -> str:
        """The normalised word right behind a piece."""
        return self.tokens[piece.end].norm if piece.end < len(self.tokens) else ""


def cut(text: str, vocabulary: Vocabulary, as_at: date, follow_up: bool, over: Period | None = None) -> Cut:
    """Cuts a cleaned text. follow_up: there is a last answer that words may point back to; over: its period."""
    tokens = mend(tokenise(text), vocabulary.is_name, vocabulary.typo_names)
    tokens = _synonyms(tokens, vocabulary)
    return Cut(tuple(tokens), tuple(_shown(_choose(tokens, vocabulary, as_at, follow_up, over))))


def _shown(pieces: list[Piece]) -> list[Piece]:
    """An opening "show" that stands beside no subject asks to be shown something; audits may "show" something, too."""
    first = next((p for p in pieces if not p.has("talk") and not p.has("follow") and p.norm != ","), None)
    others = {p.value("concept") for p in pieces if p is not first and p.has("concept")} - {"child"}
    if first is None or not first.has("show", "show_me") or others:
        return pieces
    only = tuple(s for s in first.senses if s.kind != "concept")
    return [replace(p, senses=only) if p is first else p for p in pieces]


def _synonyms(tokens: list[Token], vocabulary: Vocabulary) -> list[Token]:
    """The authority's own words, from its settings, as ours."""
    if not vocabulary.synonyms:
        return tokens
    out: list[Token] = []
    place = 0
    longest = max(len(words) for words in vocabulary.synonyms)
    while place < len(tokens):
        for length in range(min(longest, len(tokens) - place), 0, -1):
            words = tuple(token.norm for token in tokens[place : place + length])
            meant = vocabulary.synonyms.get(words)
            if meant:
                first, last = tokens[place], tokens[place + length - 1]
                raw = " ".join(token.raw for token in tokens[place : place + length])
                out.extend(Token(raw, w, w, "word", first.start, last.end) for w in meant)
                place += length
                break
        else:
            out.append(tokens[place])
            place += 1
    return out


def _choose(
    tokens: list[Token], vocabulary: Vocabulary, as_at: date, follow_up: bool, over: Period | None
) -> list[Piece]:
    norms = [token.norm for token in tokens]
    joined = " ".join(norms)
    starts = {}
    ends = {}
    place = 0
    for number, norm in enumerate(norms):
        starts[place] = number
        ends[place + len(norm)] = number + 1
        place += len(norm) + 1

    def piece(first: int, end: int, **what: object) -> Piece:
        text = " ".join(dict.fromkeys(token.raw for token in tokens[first:end]))
        return Piece(first, end, text, " ".join(norms[first:end]), **what)  # type: ignore[arg-type]

    candidates: list[tuple[int, int, int, Piece]] = []

    def offer(found: Piece, rank: int) -> None:
        candidates.append((found.first - found.end, rank, found.first, found))

    for first, end, senses in lexicon().matches(norms):
        if norms[end - 1] == "child" and end - first > 1 and _goes_on(norms, end):
            continue  # "see every child protection visit" is no child seen
        if (
            senses[0].value == "from_referral"
            and norms[first] == "of"
            and (first == 0 or norms[first - 1] not in ("day", "week", "month"))
        ):
            continue
        offer(piece(first, end, senses=senses), 5 if senses[0].kind == "concept" else 7)
    by_span: dict[tuple[int, int], list[NameSpan]] = {}
    for child in vocabulary.children_in(tokens):
        offer(piece(child.first, child.end, name=child), 0)
    for name in (*vocabulary.units_in(tokens), *vocabulary.workers_in(tokens)):
        by_span.setdefault((name.first, name.end), []).append(name)
    for (first, end), spans in by_span.items():
        senses = lexicon().phrases.get(tuple(norms[first:end]), ())
        for name in spans:
            if name.kind == "worker" and not name.whole and not _is_a_name_here(tokens, name, bool(senses)):
                continue
            rank = 1 if name.kind == "worker" and name.whole else 2 if not name.subject else 3
            offer(piece(first, end, name=name, senses=senses if name.subject else ()), rank)
            break
    for time in find_times(joined, as_at, vocabulary.events, follow_up=follow_up, over=over):
        if time.start in starts and time.end in ends:
            offer(piece(starts[time.start], ends[time.end], when=time.when), 4)
    for span in find_amounts(joined):
        if span.start in starts and span.end in ends:
            words = tuple(norms[starts[span.start] : ends[span.end]])
            while words and words[0] in ("for", "by", "the"):
                words = words[1:]
            named = lexicon().phrases.get(words)
            if named and named[0].kind == "concept":
                offer(piece(starts[span.start], ends[span.end], senses=named), 4)
                continue
            offer(
                piece(starts[span.start], ends[span.end], amount=span.amount),
                4 if span.amount.what != "rows" else 6,
            )
    taken = [False] * len(tokens)
    chosen: list[Piece] = []
    for _, _, _, found in sorted(candidates, key=lambda c: c[:3]):
        if not any(taken[found.first : found.end]):
            taken[found.first : found.end] = [True] * (found.end - found.first)
            chosen.append(found)
    for number, used in enumerate(taken):
        if not used:
            chosen.append(piece(number, number + 1))
    return sorted(chosen, key=lambda p: p.first)


def _goes_on(norms: Sequence[str], end: int) -> bool:
    """Whether a "child" before that place begins "child protection" or "child in need"."""
    return norms[end : end + 1] == ["protection"] or norms[end : end + 2] == ["in", "need"]


def _is_a_name_here(tokens: list[Token], span: NameSpan, is_word: bool) -> bool:
    """Whether a first name or surname alone is meant as a name: Will, Grace, May and Young are words too."""
    token = tokens[span.first]
    if span.end - span.first > 1 or not (span.subject or is_word):
        return True
    shouting = all(t.raw.isupper() for t in tokens if t.kind == "word" and len(t.raw) > 3)
    if token.possessive and not shouting:
        return True
    return token.capital and span.first > 0 and not shouting and token.raw[1:].islower()
