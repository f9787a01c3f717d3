"""Properties of the reader: the catalogue's grammar comes back, noise changes nothing, nothing crashes it."""

from __future__ import annotations

import json
import string
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding.context import Context
from bot.understanding.lexicon import lexicon
from bot.understanding.reader import read
from bot.understanding.text import LONGEST, lemma
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import Question
from kpi_engine.vocabulary import words
from tests.unit.understanding.example_authority import AS_AT, ExampleAuthority

AUTHORITY = ExampleAuthority()
VOCABULARY = AUTHORITY.vocabulary()
DIRECTOR = AUTHORITY.listener("U-DIR")
BANK = [
    line
    for line in map(
        json.loads,
        (Path(__file__).parents[2] / "questions" / "bank.jsonl").read_text("utf-8").splitlines(),
    )
    if "session" not in line and line["expect"]["outcome"] == "answered"
]
CLOCKS = sorted(
    name
    for name, subject in words().subjects.items()
    if subject.overdue and not subject.ask and name not in ("without_plan", "cp_over_two_years", "caseloads", "court")
)  # fmt: skip
TEAMS = {"CSWT 1": "T11", "CSWT 2": "T12", "Skylakes": "T03", "CIC North": "T21"}
TIMES = {
    "last month": ("2026-10-01", "2026-10-31"),
    "last week": ("2026-11-09", "2026-11-15"),
    "since April": ("2026-04-01", "2026-11-15"),
    "in September": ("2026-09-01", "2026-09-30"),
    "in Q2": ("2026-07-01", "2026-09-30"),
    "in the last 4 weeks": ("2026-10-19", "2026-11-15"),
}


def question_of(text: str) -> Question | None:
    reading = read(text, DIRECTOR, VOCABULARY)
    return reading.question if reading.outcome == "answered" else None


@given(name=st.sampled_from(CLOCKS), team=st.sampled_from(sorted(TEAMS)), days=st.integers(1, 60))
def test_an_overdue_list_comes_back(name: str, team: str, days: int) -> None:
    subject = words().subjects[name]
    question = question_of(f"which {subject.says} are more than {days} days overdue in {team}")
    assert question is not None
    assert question.show == "list"
    assert set(question.measures) == set(subject.overdue)
    assert question.unit.id == TEAMS[team]
    assert question.filter_map == {"days_overdue_min": days + 1}


@given(name=st.sampled_from(CLOCKS), team=st.sampled_from(sorted(TEAMS)), time=st.sampled_from(sorted(TIMES)))
def test_a_rate_with_unit_and_time_comes_back_in_any_order(name: str, team: str, time: str) -> None:
    subject = words().subjects[name]
    if not subject.in_time or subject.name == "pathway_plans":
        return
    first, last = TIMES[time]
    wanted = None
    for text in (
        f"{subject.says} in time {time} in {team}",
        f"in {team} {time}: {subject.says} in time",
        f"{time}, how many {subject.says} were in time in {team}?",
    ):
        question = question_of(text)
        assert question is not None, text
        assert set(question.measures) == set(subject.in_time), text
        assert question.period is not None
        assert (question.period.first.isoformat(), question.period.last.isoformat()) == (first, last), text
        assert question.unit.id == TEAMS[team], text
        assert wanted is None or question == wanted, text
        wanted = question


@pytest.mark.parametrize("slug", sorted(CATALOGUE))
def test_every_measure_is_found_by_its_own_title(slug: str) -> None:
    question = question_of(f"how is {CATALOGUE[slug].title} worked out?")
    assert question is not None
    assert question.show == "explain"
    shared = [s for s in words().subjects.values() if set(question.measures) <= s.every_slug]
    assert slug in question.measures or any(slug in subject.every_slug for subject in shared)


PADDING = (
    ("hi, ", ""), ("", " please"), ("can you tell me ", ""), ("sorry to bother you, ", " thanks"),
    ("<at>Performance Bot</at> ", ""), ("", " 🙏😀"), ("  ", "  "), ("quick question: ", " ta"), ("", "???"),
)  # fmt: skip


@settings(max_examples=150)
@given(line=st.sampled_from(BANK), padding=st.sampled_from(PADDING), upper=st.booleans())
def test_padding_and_case_change_nothing(line: dict, padding: tuple[str, str], upper: bool) -> None:
    listener = AUTHORITY.listener(line["as"], line["in"])
    plain = read(line["text"], listener, VOCABULARY)
    if plain.talk or plain.term:
        return
    text = (
        line["text"].upper()
        if upper
        else line["text"].lower()
        if line["expect"].get("worker") is None
        else line["text"]
    )
    noisy = read(padding[0] + text + padding[1], listener, VOCABULARY)
    assert noisy.question == plain.question
    assert noisy.outcome == plain.outcome


@st.composite
def slips(draw: st.DrawFn, word: str) -> str:
    """One letter left out, doubled or swapped with the next, inside a word."""
    place = draw(st.integers(1, len(word) - 2))
    kind = draw(st.sampled_from(("left out", "doubled", "swapped")))
    if kind == "left out":
        return word[:place] + word[place + 1 :]
    if kind == "doubled":
        return word[:place] + word[place] + word[place:]
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


@settings(max_examples=150)
@given(data=st.data(), line=st.sampled_from(BANK))
def test_one_slip_in_a_long_word_never_gives_another_answer(data: st.DataObject, line: dict) -> None:
    """The same question, or a refusal, or a question back; never another question's number."""
    parts = line["text"].split(" ")
    long = [i for i, part in enumerate(parts) if part.isalpha() and len(part) >= 8]
    if not long:
        return
    chosen = data.draw(st.sampled_from(long))
    parts[chosen] = data.draw(slips(parts[chosen]))
    listener = AUTHORITY.listener(line["as"], line["in"])
    plain = read(line["text"], listener, VOCABULARY)
    slipped = read(" ".join(parts), listener, VOCABULARY)
    if slipped.outcome == "answered" and plain.question is not None and slipped.question is not None:
        assert slipped.question.measures == plain.question.measures
        assert slipped.question.period == plain.question.period
        assert slipped.question.filters == plain.question.filters


@settings(max_examples=300)
@given(text=st.text(max_size=300), user=st.sampled_from(("U-DIR", "U-T11", "U-AD4")))
def test_nothing_typed_crashes(text: str, user: str) -> None:
    reading = read(text, AUTHORITY.listener(user), VOCABULARY)
    assert reading.outcome in ("answered", "clarify", "out_of_scope", "not_understood", "no_data")
    assert len(reading.choices) <= 5


VOCABULARY_WORDS = sorted({word for phrase in lexicon().phrases for word in phrase})


@settings(max_examples=300)
@given(chosen=st.lists(st.sampled_from(VOCABULARY_WORDS), min_size=1, max_size=9), after=st.booleans())
def test_no_salad_of_our_own_words_crashes(chosen: list[str], after: bool) -> None:
    held = (
        Context(question=Question("list", ("cp_visits_overdue",), as_at=AS_AT), children=("C123",))
        if after
        else None
    )
    reading = read(" ".join(chosen), DIRECTOR, VOCABULARY, held)
    assert all(choice.question.to_json() for choice in reading.choices)
    if reading.question is not None:
        assert Question.from_json(reading.question.to_json()) == reading.question


@given(
    text=st.sampled_from([line["text"] for line in BANK]),
    intruder=st.text(string.ascii_lowercase, min_size=7, max_size=12),
)
def test_a_strange_word_is_never_dropped(text: str, intruder: str) -> None:
    """A word that means nothing to us refuses the question unless it is a typing error of one of ours."""
    known = lexicon()
    if intruder in known.known or lemma(intruder) in known.known:
        return
    reading = read(f"{text} {intruder}", DIRECTOR, VOCABULARY)
    if reading.outcome == "answered" and not reading.talk and reading.also is None:
        taken = {word.text: word.taken_as for word in reading.words}
        assert taken.get(intruder, "joined") not in ("unknown",)
        assert (
            not reading.words or intruder not in taken or taken[intruder] != "ignorable" or _is_near(intruder)
        )


def _is_near(word: str) -> bool:
    from bot.understanding.spelling import nearest

    return nearest(word, frozenset()) is not None


@pytest.mark.parametrize(
    "text",
    [
        "x" * (LONGEST + 1),
        "which CP visits are overdue " * 400,
        "\x00\x07\x1b[31mCP visits overdue",
        "'; DROP TABLE children; --",
        '{"type": "AdaptiveCard", "actions": [{"perfbot": "answer"}]}',
        "<script>alert(1)</script>",
        "<at>" * 300,
        "1" * 1500,
        "on 31/02/2026 contacts",
        "in the last 99999999 weeks",
        "over 999999999999 days overdue",
        "under 0s on a plan",
        "between 10 and 5 days overdue CP visits",
        "",
        "   ",
        "\n\n\n",
    ],
)  # fmt: skip
def test_hostile_text_gets_an_ordinary_reading(text: str) -> None:
    reading = read(text, DIRECTOR, VOCABULARY)
    assert reading.outcome in ("answered", "clarify", "out_of_scope", "not_understood")


def test_a_message_that_is_too_long_is_refused_in_one_sentence() -> None:
    reading = read("CP visits overdue " * 1000, DIRECTOR, VOCABULARY)
    assert reading.outcome == "not_understood"
    assert reading.because.count(".") == 1
    assert reading.question is None


def test_the_same_message_gives_the_same_reading() -> None:
    for line in BANK[:50]:
        listener = AUTHORITY.listener(line["as"], line["in"])
        assert read(line["text"], listener, VOCABULARY) == read(
            line["text"], listener, AUTHORITY.vocabulary()
        )


def test_words_account_for_the_whole_message() -> None:
    for line in BANK:
        listener = replace(AUTHORITY.listener(line["as"], line["in"]))
        reading = read(line["text"], listener, VOCABULARY)
        assert all(word.taken_as != "unknown" for word in reading.words), line["text"]
