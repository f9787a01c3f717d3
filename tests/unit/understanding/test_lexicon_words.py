"""The lexicon's forms are put together from words met before: each must be what the tokeniser gives."""

from __future__ import annotations

from bot.understanding.lexicon import grammar, spelled
from bot.understanding.text import tokenise
from kpi_engine import vocabulary


def test_every_form_is_spelled_as_the_tokeniser_reads_it() -> None:
    language = vocabulary.words()
    forms = {form for listed in (*language.concepts.values(), *language.beyond.values()) for form in listed}
    forms |= {form for values in grammar().values() for listed in values.values() for form in listed}
    spelled_out = {one for form in forms for one in vocabulary.spelled_out(form)}
    assert len(spelled_out) > 10_000
    for form in (
        *spelled_out,
        "one of the two",
        "under fives",
        "forty five days",
        "u r",
        "dont know",
        "a one",
    ):
        tokens = tokenise(form)
        assert spelled(form) == (tuple(t.low for t in tokens), tuple(t.norm for t in tokens)), form
