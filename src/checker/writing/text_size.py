"""How much room a text takes: half-width letters, lines in a column, the box of a note."""

from __future__ import annotations

USUAL_POINTS = 11
"""Size of the letters of a form, in points."""
LINE_POINTS = 13.8
"""Height of a line of such letters; lines of other letters in proportion."""
AIR = 5.0  # points, above and below the lines of a cell together
_LINE_PIXELS = 17
_WIDEST_PIXELS = 300


def half_widths(line: str) -> int:
    """The width of a line of text, counted in Latin letters; Chinese is twice as wide."""
    # Three bytes of UTF-8 tell a wide character, one byte a narrow one.
    return (len(line) + len(line.encode("utf-8", "replace"))) // 2


def room_in(width: float, points: float = USUAL_POINTS) -> int:
    """How many half-width letters, ``points`` high, fit into a line of a column this wide.

    ``width`` is in Excel's unit: 7 pixels. Half a Chinese character is 7.3 pixels at 11 points, and
    some pixels are lost to the cell's margins.
    """
    return max(4, int((width * 0.95 - 1) * USUAL_POINTS / points))


def lines_needed(text: str, width: float, points: float = USUAL_POINTS) -> int:
    """Lines that a text takes in a column this wide, its letters ``points`` high."""
    room = room_in(width, points)
    if "\n" not in text:
        return max(1, -(-half_widths(text) // room))
    return sum([max(1, -(-half_widths(part) // room)) for part in text.split("\n")])


def height_needed(text: str, width: float, points: float = USUAL_POINTS) -> float:
    """Points of height that a cell needs to show that many lines with a little air around them."""
    return lines_needed(text, width, points) * LINE_POINTS * points / USUAL_POINTS + AIR


def text_pixels(text: str) -> tuple[int, int]:
    """Width and height of a note's box that shows the whole text without scrolling."""
    lengths = [13 * half_widths(line) // 2 for line in text.split("\n")]
    width = min(_WIDEST_PIXELS, max(96, max(lengths) + 4))
    room = width - 4
    lines = sum([1 + (length - 1) // room if length else 1 for length in lengths])
    return width + 12, max(2, lines) * _LINE_PIXELS + 12
