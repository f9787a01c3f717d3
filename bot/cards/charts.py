"""Charts: a Teams chart element with a picture behind it, or the picture alone."""

from __future__ import annotations

import base64
from typing import Any

from bot.cards.client import Client
from bot.cards.elements import Element, picture, text
from bot.cards.frame import Room
from bot.cards.spec import Bars, Line

_LEAST_ROWS = 5
_COLOURS = {"red": "attention", "amber": "warning", "green": "good", None: "categoricalBlue"}


def draw(spec: Line | Bars, client: Client, room: Room) -> Element:
    """The chart as this client can show it.

    Behind a chart stands its picture, on a crowded card the sentence that says what it shows. A client without charts
    has the picture alone, and gives it up last.
    """
    if client.charts:
        return _element(spec) | {"fallback": _picture(spec) if room.pictures else _sentence(spec)}
    return _picture(spec) if room.pictures or room.rows >= _LEAST_ROWS else _sentence(spec)


def _sentence(spec: Line | Bars) -> Element:
    return text(spec.alt, subtle=True)


def _picture(spec: Line | Bars) -> Element:
    # matplotlib costs half a second to import: only those who look at a chart pay for it
    from bot.cards.picture import png

    data = base64.b64encode(png(spec)).decode("ascii")
    return picture(f"data:image/png;base64,{data}", spec.alt)


def _element(spec: Line | Bars) -> Element:
    if isinstance(spec, Bars):
        return {
            "type": "Chart.HorizontalBar",
            "title": spec.title,
            "xAxisTitle": spec.unit,
            "displayMode": "AbsoluteWithAxis",
            "data": [{"x": bar.name, "y": bar.value, "color": _COLOURS[bar.rag]} for bar in spec.bars],
        }
    lines = [("Now", spec.values, "categoricalBlue"), ("Expected", spec.ahead, "categoricalPurple"),
             ("Target", spec.targets, "neutral")]  # fmt: skip
    return {
        "type": "Chart.Line",
        "title": spec.title,
        "yAxisTitle": spec.unit,
        "data": [_line(*line) for line in lines if line[1]],
    }


def _line(legend: str, values: tuple[tuple[str, float], ...], colour: str) -> dict[str, Any]:
    return {"legend": legend, "color": colour, "values": [{"x": x, "y": y} for x, y in values]}
