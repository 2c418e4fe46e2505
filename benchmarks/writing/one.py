"""One writer, one workbook: times and peak memory as a line of JSON. Started by `run.py`."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
import zipfile
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from workbooks import changes, judged

from checker.model.marks import FILL_COLOURS, Changes, ResultCell


def checker(source: Path, target: Path, run: Changes) -> None:
    from checker.writing import write_changes

    write_changes(source, target, run)


def openpyxl_writer(source: Path, target: Path, run: Changes) -> None:
    import openpyxl
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    fills = {fill: PatternFill("solid", fgColor=colour) for fill, colour in FILL_COLOURS.items()}
    thin = Side(style="thin", color="BFBFBF")
    border, wrapped = Border(thin, thin, thin, thin), Alignment(vertical="center", wrap_text=True)
    centred = Alignment("center", "center", wrap_text=True)
    band, white = PatternFill("solid", fgColor="1F4E78"), Font(bold=True, color="FFFFFF")
    bold, blue = Font(bold=True), Font(color="0563C1")
    book = openpyxl.load_workbook(source)
    for mark in run.marks:
        cell = book[mark.sheet][mark.cell]
        if mark.fill:
            cell.fill = fills[mark.fill]
        if mark.note:
            cell.comment = Comment(mark.note, "校验")
    for edit in run.edits:
        book[edit.sheet][edit.cell].value = edit.value
    for result in run.sheets:
        sheet = book.create_sheet(result.title)
        for row, cells in enumerate(result.rows, 1):
            for column, one in enumerate(cells, 1):
                cell = sheet.cell(row, column, one.value)
                if one.header:
                    cell.fill, cell.font, cell.alignment = band, white, centred
                elif one.fill:
                    cell.fill = fills[one.fill]
                if one.size:
                    cell.font = Font(bold=one.bold, size=one.size)
                elif one.bold:
                    cell.font = bold
                if one.border:
                    cell.border = border
                if one.wrap:
                    cell.alignment = wrapped
                if one.link:
                    cell.hyperlink, cell.font = "#" + one.link, blue
        for column, width in enumerate(result.widths, 1):
            sheet.column_dimensions[openpyxl.utils.get_column_letter(column)].width = width
        for area in result.merges:
            sheet.merge_cells(area)
        if result.freeze_rows:
            sheet.freeze_panes = f"A{result.freeze_rows + 1}"
    book.save(target)


def excelize_writer(source: Path, target: Path, run: Changes) -> None:
    import excelize

    book = excelize.open_file(str(source))
    fills: dict[tuple[int, str], int] = {}
    looks: dict[tuple[object, ...], int] = {}
    sides = [
        excelize.Border(type=side, color="BFBFBF", style=1)
        for side in ("left", "right", "top", "bottom")
    ]

    def filled(style: int, colour: str) -> int:
        """A clone of a style with another fill, made once."""
        if (style, colour) not in fills:
            clone = book.get_style(style)
            clone.fill = excelize.Fill(type="pattern", color=[colour], pattern=1)
            fills[style, colour] = book.new_style(clone)
        return fills[style, colour]

    def look_of(one: ResultCell) -> int:
        """The style of a cell of the result sheet, made once."""
        look = one.fill, one.bold, one.size, one.wrap, one.header, one.border, bool(one.link)
        if look not in looks:
            colour = "1F4E78" if one.header else FILL_COLOURS[one.fill] if one.fill else None
            written = "FFFFFF" if one.header else "0563C1" if one.link else "000000"
            font = excelize.Font(bold=one.bold or one.header, size=one.size or 11, color=written)
            looks[look] = book.new_style(
                excelize.Style(
                    border=sides if one.border else None,
                    fill=excelize.Fill(type="pattern", color=[colour] if colour else [], pattern=1),
                    font=font,
                    alignment=excelize.Alignment(vertical="center", wrap_text=one.wrap),
                )
            )
        return looks[look]

    for mark in run.marks:
        if mark.fill:
            style = book.get_cell_style(mark.sheet, mark.cell)
            new = filled(style, FILL_COLOURS[mark.fill])
            book.set_cell_style(mark.sheet, mark.cell, mark.cell, new)
        if mark.note:
            comment = excelize.Comment(cell=mark.cell, author="校验", text=mark.note)
            book.add_comment(mark.sheet, comment)
    for edit in run.edits:
        book.set_cell_value(edit.sheet, edit.cell, edit.value)
    for result in run.sheets:
        book.new_sheet(result.title)
        for row, cells in enumerate(result.rows, 1):
            for column, one in enumerate(cells, 1):
                address = f"{chr(64 + column)}{row}"
                value = one.value
                if not isinstance(value, str | int | bool) and value is not None:
                    value = float(value)  # type: ignore[arg-type]
                book.set_cell_value(result.title, address, value)
                if one != ResultCell(one.value):
                    book.set_cell_style(result.title, address, address, look_of(one))
                if one.link:
                    book.set_cell_hyperlink(result.title, address, one.link, "Location")
        for column, width in enumerate(result.widths):
            letter = chr(65 + column)
            book.set_col_width(result.title, letter, letter, float(width))
        for area in result.merges:
            book.merge_cell(result.title, *area.split(":"))
    book.save_as(str(target))
    book.close()


def floor(source: Path, target: Path, run: Changes) -> None:
    """Copy the zip, unpack and pack again what the marks touch, and what they add."""
    from checker.writing import write_changes

    if not _floor:
        sample = target.with_suffix(".sample.xlsx")
        write_changes(source, sample, run)
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(sample) as new:
            before = {one.filename: one.CRC for one in old.infolist()}
            touched = [
                one.filename for one in new.infolist() if before.get(one.filename) != one.CRC
            ]
            _floor["in"] = [name for name in touched if name in before]
            _floor["out"] = [new.read(name) for name in touched]  # type: ignore[misc]
    _floor_work(source, target)


_floor: dict[str, list[str]] = {}


def _floor_work(source: Path, target: Path) -> None:
    data = source.read_bytes()
    with zipfile.ZipFile(source) as old:
        for name in _floor["in"]:
            old.read(name)
    packed = [_deflated(content) for content in _floor["out"]]  # type: ignore[arg-type]
    temporary = target.with_suffix(".tmp")
    with temporary.open("wb") as stream:
        stream.write(data[: max(0, len(data) - sum(map(len, packed)))])  # the untouched members
        for one in packed:
            stream.write(one)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(target)


def _deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


WRITERS = {
    "floor": floor,
    "checker": checker,
    "openpyxl": openpyxl_writer,
    "excelize": excelize_writer,
}


def main() -> None:
    writer, source, target, repeats = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
    size = json.loads(sys.argv[5])
    run = changes(**size) if size else judged(source)
    write = WRITERS[writer]
    school = source.stat().st_size < 1 << 20
    if school or writer.startswith("floor"):
        write(source, target, run)  # imports and, for the floor, the sample
    walls, cpus = [], []
    for _ in range(int(repeats)):
        wall, cpu = time.perf_counter(), time.process_time()
        write(source, target, run)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {"wall": min(walls), "cpu": min(cpus), "peak": peak, "size": target.stat().st_size}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
