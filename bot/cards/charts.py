"""Charts: a Teams chart element, or, for clients that draw none, a picture of it.

Drawing a picture costs more than working the answer out, so only a client that shows it has one drawn.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from bot.cards.client import Client
from bot.cards.elements import Element, picture, text
from bot.cards.frame import Room
from bot.cards.spec import Bar, Bars, Control, Line, Track
from kpi_engine.answer import Rag

_LEAST_ROWS = 5
AVERAGE, LOWER, UPPER, SIGNAL = "Average", "Lower limit", "Upper limit", "Signal"
_COLOURS: dict[Rag | None, str] = {
    "red": "attention",
    "amber": "warning",
    "green": "good",
    None: "categoricalBlue",
}


def draw(spec: Line | Bars, client: Client, room: Room) -> Element:
    """The chart as this client can show it.

    Behind a chart stands the sentence that says what it shows; its numbers are in the card's tables as well. A client
    without charts has the picture, and gives it up last.
    """
    if client.charts:
        return _element(spec) | {"fallback": _sentence(spec)}
    return _picture(spec) if room.rows >= _LEAST_ROWS else _sentence(spec)


def drawn(chart: Mapping[str, Any]) -> Element:
    """The picture of a chart element, small: for a card made for Teams that is shown where no charts are drawn."""
    alt = str(chart.get("fallback", {}).get("text", ""))
    if chart["type"] == "Chart.HorizontalBar":
        rags = {colour: rag for rag, colour in _COLOURS.items()}
        bars = tuple(Bar(bar["x"], bar["y"], rags[bar["color"]]) for bar in chart["data"])
        return _picture(Bars(chart["title"], chart["xAxisTitle"], bars, alt=alt))
    tracks: dict[str, Track] = {
        one["legend"]: tuple((point["x"], point["y"]) for point in one["values"]) for one in chart["data"]
    }
    return _picture(
        Line(
            chart["title"], chart["yAxisTitle"], tracks.get("Now", ()), tracks.get("Target", ()), alt, small=True,
            ahead=tracks.get("Expected", ()), control=_control(tracks),
        )
    )  # fmt: skip


def _control(tracks: Mapping[str, Track]) -> Control | None:
    """The control chart's lines of a chart element."""
    if not all(name in tracks for name in (AVERAGE, LOWER, UPPER)):
        return None
    mean, low, high = (tracks[name][0][1] for name in (AVERAGE, LOWER, UPPER))
    return Control(mean, low, high, tracks.get(SIGNAL, ()))


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
             ("Target", spec.targets, "neutral"), *_control_lines(spec)]  # fmt: skip
    return {
        "type": "Chart.Line",
        "title": spec.title,
        "yAxisTitle": spec.unit,
        "data": [_line(*line) for line in lines if line[1]],
    }


def _control_lines(spec: Line) -> list[tuple[str, Track, str]]:
    """Average and limits from the first point to the last, and the points of the signal."""
    if spec.control is None or not spec.values:
        return []
    ends = (spec.values[0][0], spec.values[-1][0])
    told = ((AVERAGE, spec.control.mean), (LOWER, spec.control.low), (UPPER, spec.control.high))
    lines: list[tuple[str, Track, str]] = [(name, tuple((x, y) for x in ends), "neutral") for name, y in told]
    return [*lines, (SIGNAL, spec.control.marked, "warning")]


def _line(legend: str, values: tuple[tuple[str, float], ...], colour: str) -> dict[str, Any]:
    return {"legend": legend, "color": colour, "values": [{"x": x, "y": y} for x, y in values]}
