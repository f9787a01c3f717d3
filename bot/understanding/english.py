"""Whether a word is plain English, so that it is never taken for a typing error of one of ours ("shoe" is not "show").

The list is the frequency dictionary that symspellpy brings with it: 82,765 English words, each with how often it is
written (Google Books n-grams, kept where the SCOWL spelling lists know the word too).
"""

from __future__ import annotations

from functools import cache
from importlib import resources

COMMON = 1_000_000
"""How often a word is written at least: a rarer one is more likely a slip ("overdo" for "overdue")."""


@cache
def common_words() -> frozenset[str]:
    """The English words that people write often, lower case."""
    text = (resources.files("symspellpy") / "frequency_dictionary_en_82_765.txt").read_text("utf-8-sig")
    pairs = (line.split() for line in text.splitlines())
    return frozenset(pair[0] for pair in pairs if len(pair) == 2 and int(pair[1]) >= COMMON)
