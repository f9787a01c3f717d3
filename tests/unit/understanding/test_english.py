"""A correctly spelt word that is none of ours is refused by name, and a slip is still mended."""

from __future__ import annotations

from bot.understanding.reader import read
from tests.unit.understanding.example_authority import ExampleAuthority

AUTHORITY = ExampleAuthority()
VOCABULARY = AUTHORITY.vocabulary()


def outcome(text: str) -> tuple[str, tuple[str, ...]]:
    reading = read(text, AUTHORITY.listener("U-T11"), VOCABULARY)
    return reading.outcome, reading.question.measures if reading.question else ()


def test_plain_english_is_no_typing_error() -> None:
    for text in (
        "shoe me the CP visits",
        "CP visits by shoe",
        "CP visit planet",
        "late CP visits in the planes",
        "core group corn",
    ):
        assert outcome(text)[0] in ("out_of_scope", "clarify", "not_understood"), text


def test_slips_are_still_mended() -> None:
    for text in ("CP vists overdu", "cp visits ovredue", "CP visitts late", "chlid protection visits late"):
        assert outcome(text) == ("answered", ("cp_visits_overdue",)), text
