"""One decimal, halves away from zero (measures.md), on exact fractions so that 6.25 is 6.3 on every machine."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache


def one_decimal(value: Fraction | int) -> float:
    """The value to one decimal, a half rounded away from nought."""
    scaled = Fraction(value) * 10
    size = abs(scaled)
    whole = (2 * size.numerator + size.denominator) // (2 * size.denominator)
    return (whole if scaled >= 0 else -whole) / 10


@lru_cache(maxsize=50_000)
def percentage(met: int, of: int) -> float | None:
    """100 * met / of to one decimal; None where nothing is due."""
    return one_decimal(Fraction(100 * met, of)) if of else None


DAYS_IN_MONTH = Fraction(1461, 48)
"""365.25 / 12 (rules 4)."""
