"""What a chart shows, free of how it is drawn. Frozen and hashable, so that a picture is drawn once."""

from __future__ import annotations

from dataclasses import dataclass

from kpi_engine.answer import Rag


@dataclass(frozen=True)
class Line:
    """A line over time. values, targets: (ISO date, number); weeks without a number are left out.

    alt: what a person who cannot see it is told, first and last number included.  small: half the height.
    """

    title: str
    unit: str
    values: tuple[tuple[str, float], ...]
    targets: tuple[tuple[str, float], ...] = ()
    alt: str = ""
    small: bool = False


@dataclass(frozen=True)
class Bar:
    name: str
    value: float
    rag: Rag | None = None


@dataclass(frozen=True)
class Bars:
    """Horizontal bars in the order given (worst first).  target: a line across them, or None."""

    title: str
    unit: str
    bars: tuple[Bar, ...]
    target: float | None = None
    alt: str = ""
