"""Fills as the memory keeps them (XML of styles.xml) and as a repainting speaks of them."""

from __future__ import annotations

import colorsys
import re

_PATTERNS = {
    "darkGray": -4126,
    "mediumGray": -4125,
    "lightGray": -4124,
    "darkHorizontal": -4128,
    "darkVertical": -4166,
    "darkDown": -4121,
    "darkUp": -4162,
    "darkGrid": 9,
    "darkTrellis": 10,
    "lightHorizontal": 11,
    "lightVertical": 12,
    "lightDown": 13,
    "lightUp": 14,
    "lightGrid": 15,
    "lightTrellis": 16,
    "gray125": 17,
    "gray0625": 18,
}
"""Pattern names of the file format and Excel's numbers for them (XlPattern)."""

_NAMES = {number: name for name, number in _PATTERNS.items()}
_THEME = (
    *("FFFFFF", "000000", "E7E6E6", "44546A", "4472C4"),
    *("ED7D31", "A5A5A5", "FFC000", "5B9BD5", "70AD47"),
)
"""The Office theme; a book with another theme gets these back instead of its own."""

_INDEXED = (
    "000000FFFFFFFF000000FF000000FFFFFF00FF00FF00FFFF000000FFFFFFFF000000FF000000FFFFFF00"
    "FF00FF00FFFF800000008000000080808000800080008080C0C0C08080809999FF993366FFFFCCCCFFFF"
    "660066FF80800066CCCCCCFF000080FF00FFFFFF0000FFFF8000808000000080800000FF00CCFFCCFFFF"
    "CCFFCCFFFF9999CCFFFF99CCCC99FFFFCC993366FF33CCCC99CC00FFCC00FF9900FF6600666699969696"
    "003366339966003300333300993300993366333399333333"
)
"""The palette of old workbooks, six digits each (ECMA-376 part 1, 18.8.27)."""


def fill_text(xml: str) -> str:
    """What `checker_xlsx.looks.Look` says for a fill of styles.xml; gradients come as no fill."""
    pattern = re.search(r'patternType="(\w+)"', xml)
    kind = pattern[1] if pattern else "none"
    if kind == "none":
        return ""
    front, back = _colour(xml, "fgColor"), _colour(xml, "bgColor")
    if kind == "solid":
        return front or "FFFFFF"
    if kind not in _PATTERNS:
        return ""
    return f"{back or 'FFFFFF'};{_PATTERNS[kind]};{front or '000000'}"


def fill_xml(text: str) -> str:
    """The opposite of :func:`fill_text`, in the words of the file writer."""
    if not text:
        return '<fill><patternFill patternType="none"/></fill>'
    ground, _, pattern = text.partition(";")
    number, _, front = pattern.partition(";")
    if number and int(number) in _NAMES:
        return (
            f'<fill><patternFill patternType="{_NAMES[int(number)]}">'
            f'<fgColor rgb="FF{front}"/><bgColor rgb="FF{ground}"/></patternFill></fill>'
        )
    return (
        '<fill><patternFill patternType="solid">'
        f'<fgColor rgb="FF{ground}"/><bgColor indexed="64"/></patternFill></fill>'
    )


def _colour(xml: str, element: str) -> str | None:
    found = re.search(rf"<{element}\b([^>]*)>", xml)
    if not found:
        return None
    values: dict[str, str] = dict(re.findall(r'(\w+)="([^"]*)"', found[1]))
    if "rgb" in values:
        return values["rgb"][-6:].upper()
    if "indexed" in values:
        at = 6 * int(values["indexed"])
        return _INDEXED[at : at + 6] or None
    if "theme" in values and int(values["theme"]) < len(_THEME):
        return _tinted(_THEME[int(values["theme"])], float(values.get("tint", "0")))
    return None


def _tinted(colour: str, tint: float) -> str:
    """A theme colour made lighter (tint > 0) or darker, as ECMA-376 part 1, 18.8.19 says."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    light = light * (1 + tint) if tint < 0 else light * (1 - tint) + tint
    mixed = colorsys.hls_to_rgb(hue, light, saturation)
    return "".join(f"{round(part * 255):02X}" for part in mixed)
