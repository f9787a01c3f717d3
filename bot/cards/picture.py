"""Chart pictures: small PNGs, the same bytes for the same chart. The only module that imports matplotlib."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from io import BytesIO

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from PIL import Image

from bot.cards.spec import Bars, Control, Line
from bot.wording.plain import number, short_day, shorten
from kpi_engine.answer import Rag

_WIDTH_INCHES = 3.8
_DOTS_PER_INCH = 100
_INK, _PALE, _BLUE = "#0b0c0c", "#6f777b", "#1d70b8"
_FILLS: dict[Rag | None, str] = {"red": "#d4351c", "amber": "#f47738", "green": "#00703c", None: _BLUE}
_SHADES = 24
_MOST_LETTERS = 20
_LETTERS = 9


@lru_cache(maxsize=256)
def png(spec: Line | Bars) -> bytes:
    """The chart as PNG bytes, a few kilobytes: few shades and no metadata (no date, no version)."""
    figure = Figure(
        figsize=(_WIDTH_INCHES, _height(spec)), dpi=_DOTS_PER_INCH, facecolor="white", layout="constrained"
    )
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    if isinstance(spec, Bars):
        _bars(axes, spec)
    else:
        _line(axes, spec)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(labelsize=_LETTERS, colors=_INK, length=2)
    canvas.draw()  # type: ignore[no-untyped-call]
    pixels = bytes(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    image = Image.frombytes("RGBA", canvas.get_width_height(), pixels)
    small = image.convert("RGB").quantize(
        colors=_SHADES, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
    )
    out = BytesIO()
    small.save(out, "PNG", optimize=True)
    return out.getvalue()


def _height(spec: Line | Bars) -> float:
    if isinstance(spec, Bars):
        return 0.5 + 0.24 * max(len(spec.bars), 2)
    return (1.5 if spec.small else 2.2) + (0.4 if spec.control else 0)


def _bars(axes: Axes, spec: Bars) -> None:
    places = range(len(spec.bars))
    values = [bar.value for bar in spec.bars]
    axes.barh(places, values, color=[_FILLS[bar.rag] for bar in spec.bars], height=0.66)
    axes.set_yticks(list(places), [shorten(bar.name, _MOST_LETTERS) for bar in spec.bars])
    axes.invert_yaxis()
    for place, bar in zip(places, spec.bars, strict=True):
        # the colour is never alone: its word stands beside the number
        word = f"  {number(bar.value)}{f' {bar.rag}' if bar.rag else ''}"
        axes.text(max(bar.value, 0), place, word, va="center", fontsize=_LETTERS, color=_INK)
        axes.margins(x=0.22)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))

    axes.set_xlabel(spec.unit, fontsize=_LETTERS, color=_INK)
    if spec.target is not None:
        axes.axvline(spec.target, color=_INK, linewidth=1, linestyle="--")


def _line(axes: Axes, spec: Line) -> None:
    tracks = ((spec.targets, _PALE, "--", "Target"), (spec.ahead, _BLUE, ":", "Expected"),
              (spec.values, _BLUE, "-", "Now"))  # fmt: skip
    for points, colour, style, name in tracks:
        if points:
            axes.plot([_at(x) for x, _ in points], [y for _, y in points],
                      style, color=colour, linewidth=1.2 if name == "Target" else 2, label=name)  # fmt: skip
    if spec.control is not None:
        _control(axes, spec.control)
    for points in (spec.values, spec.ahead):
        if points:
            last, value = points[-1]
            axes.plot([_at(last)], [value], "o", color=_BLUE, markersize=4)
            axes.annotate(number(value), (_at(last), value), textcoords="offset points", xytext=(0, 6),
                          fontsize=_LETTERS, color=_INK, ha="center")  # fmt: skip
    every = [x for x, _ in (*spec.values, *spec.ahead)]
    marks = every[:: max(len(every) // 3, 1)]
    axes.set_xticks([_at(x) for x in marks], [short_day(date.fromisoformat(x)) for x in marks])
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, 0) if low >= 0 and high < 50 else low, high + (high - low) * 0.12)
    axes.set_ylabel(spec.unit, fontsize=_LETTERS, color=_INK)
    axes.grid(axis="y", color="#e4e4e4", linewidth=0.6)
    axes.margins(x=0.08)
    if spec.control is not None:
        axes.legend(
            fontsize=_LETTERS - 2, frameon=False, loc="upper center", bbox_to_anchor=(0.45, -0.14), ncol=3
        )
    elif spec.targets or spec.ahead:
        axes.legend(fontsize=_LETTERS - 1, frameon=False, loc="best")


def _control(axes: Axes, control: Control) -> None:
    """Average and limits as thin lines of different dashes, the signal's points as open diamonds: shape, not colour."""
    axes.axhline(control.mean, color=_INK, linewidth=0.8, label="Average")
    for place, limit in enumerate((control.low, control.high)):
        axes.axhline(
            limit, color=_INK, linewidth=0.8, linestyle=(0, (6, 3)), label="_" if place else "Usual range"
        )
    if control.marked:
        axes.plot([_at(x) for x, _ in control.marked], [y for _, y in control.marked], "D", markersize=9,
                  markerfacecolor="none", markeredgecolor=_INK, markeredgewidth=1.4, label="Signal")  # fmt: skip


def _at(iso: str) -> int:
    return date.fromisoformat(iso).toordinal()
