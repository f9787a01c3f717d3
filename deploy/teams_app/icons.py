"""Draws the two icons of the app: three bars and a target line. Run again after changing a shape.

python deploy/teams_app/icons.py
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

Pixel = tuple[int, int, int, int]

BLUE: Pixel = (0x1F, 0x4E, 0x79, 255)
WHITE: Pixel = (255, 255, 255, 255)
AMBER: Pixel = (0xFF, 0xBF, 0x3C, 255)
CLEAR: Pixel = (255, 255, 255, 0)
BARS = ((0.30, 0.42, 0.58), (0.45, 0.57, 0.44), (0.60, 0.72, 0.34))
"""Left edge, right edge and top of each bar, as shares of the picture."""
FLOOR, LINE_TOP, LINE_BOTTOM, LINE_LEFT, LINE_RIGHT = 0.72, 0.38, 0.41, 0.26, 0.76


def draw(size: int, ground: Pixel, bar: Pixel, line: Pixel) -> bytes:
    """A PNG of size x size pixels."""
    rows = []
    for y in range(size):
        row = bytearray([0])  # each row begins with its PNG filter: none
        for x in range(size):
            row += bytes(_pixel((x + 0.5) / size, (y + 0.5) / size, ground, bar, line))
        rows.append(bytes(row))
    head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)  # 8 bits each of red, green, blue, alpha
    pieces = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_piece(name, data) for name, data in pieces)


def _pixel(x: float, y: float, ground: Pixel, bar: Pixel, line: Pixel) -> Pixel:
    if LINE_TOP <= y < LINE_BOTTOM and LINE_LEFT <= x < LINE_RIGHT:
        return line
    if any(left <= x < right and top <= y < FLOOR for left, right, top in BARS):
        return bar
    return ground


def _piece(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


if __name__ == "__main__":
    folder = Path(__file__).parent
    (folder / "color.png").write_bytes(draw(192, BLUE, WHITE, AMBER))
    (folder / "outline.png").write_bytes(draw(32, CLEAR, WHITE, WHITE))
