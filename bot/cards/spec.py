"""What a chart shows, free of how it is drawn. Frozen and hashable, so that a picture is drawn once."""

from __future__ import annotations

from dataclasses import dataclass

from kpi_engine.answer import Rag

Track = tuple[tuple[str, float], ...]
"""Points over time: (ISO date, number). Weeks without a number are left out, never drawn as nought."""


@dataclass(frozen=True)
class Control:
    """A control chart's lines: the average, and the limits between which numbers usually move. marked: the points of a
    signal, none where the newest is within the usual wobble."""

    mean: float
    low: float
    high: float
    marked: Track = ()


@dataclass(frozen=True)
class Line:
    """A line over time. ahead: what is expected.  small: less high.  control: the control chart's lines, if any.

    alt: what a person who cannot see it is told, first and last number included.
    """

    title: str
    unit: str
    values: Track
    targets: Track = ()
    alt: str = ""
    small: bool = False
    ahead: Track = ()
    control: Control | None = None


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
