"""A list of marks as JSON, for people and programs that only want to colour a workbook.

    {"marks": [{"sheet": "教师", "cell": "C7", "fill": "fail", "note": "…", "link": "校验结果!A5"}],
     "sheets": [{"title": "校验结果", "rows": [["位置", "结论"], ["教师!C7", {"value": "不通过",
                 "fill": "fail", "bold": true}]], "widths": [20, 10], "freeze_rows": 1}],
     "edits": [{"sheet": "说明", "cell": "A3", "value": "TEA101"}]}

A cell of a sheet's row is a plain value, or an object with the fields of `ResultCell`.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

from checker.model.marks import CellEdit, Changes, Fill, Mark, ResultCell, ResultSheet, Scalar
from checker.writing.addresses import parse_area

Json = dict[str, object]
_FLAGS = ("bold", "wrap", "header", "border")


class MarkListError(ValueError):
    """The list is not as it should be; the text says where and what, in Chinese."""


def read_mark_list(path: Path) -> Changes:
    """The changes that a JSON file asks for. Raises `MarkListError`, or OSError if unreadable."""
    try:
        stored = json.loads(path.read_text("utf-8-sig"), parse_float=Decimal)
    except UnicodeDecodeError:
        raise MarkListError(f"{path.name} 不是 UTF-8 编码的文本") from None
    except ValueError as error:
        line = getattr(error, "lineno", None)
        where = f"，第 {line} 行" if line else ""
        raise MarkListError(f"{path.name} 不是正确的 JSON{where}") from None
    return parse_mark_list(stored)


def parse_mark_list(stored: object) -> Changes:
    """The changes described by parsed JSON. Raises `MarkListError`."""
    root = _object(stored, "清单", {"marks", "sheets", "edits"})
    marks = [_mark(one, f"marks 第 {n} 项") for n, one in _items(root, "marks", "清单")]
    sheets = [_sheet(one, f"sheets 第 {n} 项") for n, one in _items(root, "sheets", "清单")]
    edits = [_edit(one, f"edits 第 {n} 项") for n, one in _items(root, "edits", "清单")]
    titles = [sheet.title for sheet in sheets]
    if len(set(titles)) < len(titles):
        raise MarkListError("sheets 里有重名的结果表")
    return Changes(marks, sheets, edits)


def _mark(stored: object, where: str) -> Mark:
    fields = _object(stored, where, {"sheet", "cell", "fill", "note", "link"})
    cell = _text(fields, "cell", where)
    if parse_area(cell) is None:
        raise MarkListError(f"{where}：“{cell}”不是单元格地址，应写作 C7 或 C7:D9")
    note, link = _optional_text(fields, "note", where), _optional_text(fields, "link", where)
    return Mark(_text(fields, "sheet", where), cell, _fill(fields, where), note, link)


def _edit(stored: object, where: str) -> CellEdit:
    fields = _object(stored, where, {"sheet", "cell", "value"})
    value = _scalar(fields.get("value"), where)
    return CellEdit(_text(fields, "sheet", where), _text(fields, "cell", where), value)


def _sheet(stored: object, where: str) -> ResultSheet:
    known = {"title", "rows", "widths", "freeze_rows", "merges", "landscape"}
    fields = _object(stored, where, known)
    rows = []
    for number, row in _items(fields, "rows", where):
        if not isinstance(row, list):
            raise MarkListError(f"{where} rows 第 {number} 行应是一个数组")
        rows.append([_cell(cell, f"{where} rows 第 {number} 行") for cell in row])
    widths = [_number(one, f"{where} widths") for _, one in _items(fields, "widths", where)]
    merges = [str(one) for _, one in _items(fields, "merges", where)]
    freeze = fields.get("freeze_rows", 0)
    if not isinstance(freeze, int) or freeze < 0:
        raise MarkListError(f"{where}：freeze_rows 应是不小于 0 的整数")
    landscape = fields.get("landscape", True) is not False
    return ResultSheet(_text(fields, "title", where), rows, widths, freeze, merges, landscape)


def _cell(stored: object, where: str) -> ResultCell:
    if not isinstance(stored, dict):
        return ResultCell(_scalar(stored, where))
    fields = _object(stored, where, {"value", "fill", "size", "link", *_FLAGS})
    size = fields.get("size")
    flags = {name: bool(fields.get(name, False)) for name in _FLAGS}
    return ResultCell(
        _scalar(fields.get("value"), where),
        fill=_fill(fields, where),
        size=None if size is None else _number(size, f"{where} size"),
        link=_optional_text(fields, "link", where),
        **flags,
    )


def _object(stored: object, where: str, known: set[str]) -> Json:
    if not isinstance(stored, dict):
        raise MarkListError(f"{where}应是一个对象，写在花括号里")
    unknown = sorted(set(stored) - known)
    if unknown:
        raise MarkListError(f"{where}：不认识“{unknown[0]}”，可用的有 {'、'.join(sorted(known))}")
    return stored


def _items(fields: Json, name: str, where: str) -> list[tuple[int, object]]:
    value = fields.get(name, [])
    if not isinstance(value, list):
        raise MarkListError(f"{where}：{name} 应是一个数组，写在方括号里")
    return list(enumerate(value, 1))


def _text(fields: Json, name: str, where: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise MarkListError(f"{where}：缺少 {name}，或者它不是文字")
    return value


def _optional_text(fields: Json, name: str, where: str) -> str | None:
    return None if fields.get(name) is None else _text(fields, name, where)


def _fill(fields: Json, where: str) -> Fill | None:
    value = fields.get("fill")
    if value is None:
        return None
    try:
        return Fill(str(value))
    except ValueError:
        known = "、".join(one.value for one in Fill)
        raise MarkListError(f"{where}：没有颜色“{value}”，可用的有 {known}") from None


def _scalar(value: object, where: str) -> Scalar:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal) and value.is_finite():
        return value
    raise MarkListError(f"{where}：值应是文字、数或 true/false")


def _number(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise MarkListError(f"{where}：应是数")
    return float(value)
