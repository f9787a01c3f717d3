"""What frames a question comes off, and nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.framing import unframed
from kpi_engine.vocabulary import spelled_out

CORES = (
    "CP visits overdue in CSWT 1",
    "how many CIN cases do we have?",
    "Q2: referrals",
    "3 worst core groups",
    "12 weeks of contacts",
)


@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize(
    "head",
    ["Item 4. ",
     "Agenda item 3 - ", "AOB: ", "Matters arising - ", "For the board paper: ", "Ahead of Cabinet on Thursday, ",
     "As discussed with Dev, ", "Dear all, ", "Hi, hope you are well. ", "Action from last meeting: "],
)  # fmt: skip
@pytest.mark.parametrize(
    "tail", ["", " Many thanks, Helena", ". Cheers, Yusuf", " Kind regards, Ruth Asante"]
)
def test_labels_salutations_and_signatures_come_off(core: str, head: str, tail: str) -> None:
    assert unframed(head + core + tail).rstrip(" ?.") == core.rstrip(" ?.")


def test_a_numbered_list_loses_its_number() -> None:
    assert unframed("2. CP visits overdue") == "CP visits overdue"


@pytest.mark.parametrize(
    "text", [*CORES, "CSWT 1: late visits", "5. 10 days overdue", "thanks", "Hello", "2 weeks - overdue"]
)
def test_what_asks_stays(text: str) -> None:
    assert unframed(text) == text


@given(st.text(max_size=200))
def test_any_text_leaves_something_that_was_in_it(text: str) -> None:
    left = unframed(text)
    assert not any(c.isalnum() for c in text) or any(c.isalnum() for c in left)


def test_alternatives_are_spelled_out() -> None:
    assert list(spelled_out("no (allocated|named|) worker")) == [
        "no allocated worker",
        "no named worker",
        "no worker",
    ]
    assert list(spelled_out("CP visit")) == ["CP visit"]
