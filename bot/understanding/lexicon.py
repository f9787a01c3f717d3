"""The lexicon: every phrase the reader knows, keyed on its normalised words.

It joins the words of asking (`words.yaml`, beside this file) with the words of the measures (kpi_engine.vocabulary)
and is built once per process. Names of units and workers are no part of it: they belong to an extract.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any

import yaml

from bot.understanding.text import NUMBERS, counts, tokenise
from kpi_engine import vocabulary

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TIME_WORDS = (
    *MONTHS,
    *DAYS,
    "jan",
    "feb",
    "mar",
    "apr",
    "jun",
    "jul",
    "aug",
    "sept",
    "sep",
    "oct",
    "nov",
    "dec",
    "mon",
    "tue",
    "tues",
    "wed",
    "thu",
    "thur",
    "thurs",
    "fri",
    "sat",
    "sun",
    "today",
    "yesterday",
    "tomorrow",
    "tonight",
    "week",
    "month",
    "year",
    "day",
    "quarter",
    "fortnight",
    "weekend",
    "last",
    "next",
    "past",
    "previous",
    "coming",
    "since",
    "until",
    "till",
    "before",
    "after",
    "ending",
    "commencing",
    "beginning",
    "end",
    "start",
    "rolling",
    "financial",
    "calendar",
    "now",
    "hour",
    "annual",
    "date",
    "half",
    "term",
    "rest",
    "later",
    "soon",
    "shortly",
    "couple",
    "age",
    "aged",
    "old",
    "teenager",
    "teen",
    "infant",
    "baby",
    "toddler",
    "least",
    "more",
    "longer",
    "less",
    "fewer",
    "under",
    "older",
    "younger",
    "below",
    "above",
    "exceeding",
    "working",
    "to",
)
"""Words of the time and amount grammars: known, so never taken for typing errors of others."""

PRIORITY = (
    "concept",
    "aspect",
    "by",
    "rank",
    "show",
    "quality",
    "talk",
    "own",
    "whole",
    "here",
    "point",
    "follow",
    "filter",
    "exceptions",
    "every",
    "staff",
    "level",
    "on_list",
    "target",
    "data",
    "negation",
    "claim",
    "order_word",
    "filter_label",
    "term",
    "beyond",
    "ignorable",
)
"""Which reading of a phrase comes first where it has several."""

NOT_AIMS = frozenset({"claim", "filter_label", "moved"})
"""Kinds whose words are known but never what a typing error is corrected to."""


@dataclass(frozen=True)
class Sense:
    """One thing a phrase can be: its kind (concept, aspect, show, by ...) and its value within the kind."""

    kind: str
    value: str


@dataclass(frozen=True)
class Lexicon:
    """phrases: senses by normalised words.  openings: prefixes of phrases, for the longest match.
    known: every single word of a phrase.  weight: in how many phrases a word stands, in doublings.
    content: words that a typing
    error may be corrected to.
    by_length: `content` by length.  before / after: words that stand before or after a word inside a phrase.
    """

    phrases: Mapping[tuple[str, ...], tuple[Sense, ...]]
    openings: frozenset[tuple[str, ...]]
    known: frozenset[str]
    content: frozenset[str]
    strong: frozenset[str]
    before: Mapping[str, frozenset[str]]
    after: Mapping[str, frozenset[str]]
    weight: Mapping[str, int]
    by_length: Mapping[int, tuple[str, ...]]

    def matches(self, norms: list[str]) -> Iterator[tuple[int, int, tuple[Sense, ...]]]:
        """Every phrase in a sequence of normalised words, as (first, end, senses)."""
        for first in range(len(norms)):
            for end in range(first + 1, len(norms) + 1):
                words = tuple(norms[first:end])
                senses = self.phrases.get(words)
                if senses:
                    yield first, end, senses
                if words not in self.openings:
                    break


def spelled(form: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of a form in lower case, and as the reader will meet them: what `tokenise` gives.

    A form of plain words is put together from words met before: tens of thousands are read at every start.
    """
    parts = [_alone(word) for word in form.split()]
    if None not in parts:
        told = [pair for part in parts if part is not None for pair in part]
        return tuple(low for low, _ in told), tuple(norm for _, norm in told)
    tokens = tokenise(form)
    return tuple(token.low for token in tokens), tuple(token.norm for token in tokens)


@cache
def _alone(word: str) -> tuple[tuple[str, str], ...] | None:
    """A word in lower case and as it is met, wherever it stands; None if that depends on the words beside it."""
    if not (word.isalpha() and word.islower() and word.isascii()) or counts(word):
        return None
    return tuple((token.low, token.norm) for token in tokenise(word))


def norms_of(text: str) -> tuple[str, ...]:
    """A form as the reader will meet it: the normalised words of the text."""
    return tuple(token.norm for token in tokenise(text))


@cache
def grammar() -> Mapping[str, Mapping[str, list[str]]]:
    """The file `words.yaml`."""
    text = (resources.files(__package__) / "words.yaml").read_text("utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    return loaded


@cache
def lexicon() -> Lexicon:
    """The lexicon of this process."""
    senses: dict[tuple[str, ...], list[Sense]] = defaultdict(list)
    surface: set[str] = set()

    def learn(form: str, sense: Sense) -> None:
        lows, words = spelled(form)
        if words and sense not in senses[words]:
            senses[words].append(sense)
        if sense.kind not in NOT_AIMS:
            surface.update(lows)

    language = vocabulary.words()
    for concept, forms in language.concepts.items():
        for form in forms:
            learn(form, Sense("concept", concept))
    for kind, values in grammar().items():
        for value, listed in values.items():
            for form in listed:
                for one in vocabulary.spelled_out(form):
                    learn(one, Sense(kind, str(value)))
    for (name, code), forms in language.filters.items():
        for form in forms:
            learn(form, Sense("filter", f"{name}={code}"))
    for form in language.filter_labels:
        learn(form, Sense("filter_label", form))
    for term in language.glossary.values():
        for form in term.forms:
            learn(form, Sense("term", term.name))
    for topic, forms in language.beyond.items():
        for form in forms:
            for one in vocabulary.spelled_out(form):
                learn(one, Sense("beyond", topic))
    rank = {kind: place for place, kind in enumerate(PRIORITY)}
    phrases = {
        words: tuple(sorted(found, key=lambda s: rank.get(s.kind, len(rank))))
        for words, found in senses.items()
    }
    openings = {words[:n] for words in phrases for n in range(1, len(words))}
    known = {word for words in phrases for word in words} | set(TIME_WORDS) | set(language.not_typos)
    strong_kinds = {
        "filter",
        "concept",
        "aspect",
        "show",
        "by",
        "rank",
        "quality",
        "own",
        "whole",
        "staff",
        "every",
        "exceptions",
    }
    strong: set[str] = set()
    before: dict[str, set[str]] = defaultdict(set)
    after: dict[str, set[str]] = defaultdict(set)
    for words, found in phrases.items():
        kinds = {sense.kind for sense in found}
        if kinds & strong_kinds:
            strong.update(word for word in words if len(word) > 3 and word.isalpha())
            if "concept" in kinds or "aspect" in kinds:
                for left, right in pairwise(words):
                    before[right].add(left)
                    after[left].add(right)
    surface = {low for low in surface if len(low) > 3 and low.isalpha()}
    surface |= {word for word in NUMBERS if len(word) > 4}
    content = (surface | {word for word in TIME_WORDS if len(word) > 3}) - set(language.not_typos)
    counted = Counter(word for words in phrases for word in set(words))
    by_length: dict[int, list[str]] = defaultdict(list)
    for word in sorted(content):
        by_length[len(word)].append(word)
    return Lexicon(
        by_length={length: tuple(found) for length, found in by_length.items()},
        weight={word: count.bit_length() for word, count in counted.items()},
        phrases=phrases,
        openings=frozenset(openings),
        known=frozenset(known),
        content=frozenset(content),
        strong=frozenset(strong),
        before={word: frozenset(found) for word, found in before.items()},
        after={word: frozenset(found) for word, found in after.items()},
    )
