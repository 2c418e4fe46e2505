"""Changes -> a changed package, and the memory of what was there before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from checker.model.marks import FILL_COLOURS, CellEdit, Changes, Mark
from checker.writing.addresses import Area, location, quoted_title, split_location
from checker.writing.app_properties import list_titles
from checker.writing.errors import UnwritableWorkbook
from checker.writing.memory_sheet import TITLE, Memory, memory_sheet_xml, shared_strings
from checker.writing.result_sheet import result_sheet_xml
from checker.writing.sheet_cells import CellChange, Content, change_cells
from checker.writing.sheet_links import add_links, linked_cells
from checker.writing.sheet_notes import SheetNotes
from checker.writing.sheet_part import Place, SheetPart
from checker.writing.sheet_plan import Cell, SheetPlan, areas_of, plan_sheet
from checker.writing.stored import Stored, encode
from checker.writing.styles_part import Styles, solid
from checker.writing.summaries import Skipped, WriteSummary
from checker.writing.values import content_of
from checker.writing.workbook_part import Sheet, Workbook

_SOLID = {fill: (colour, solid(colour)) for fill, colour in FILL_COLOURS.items()}


class Applier:
    """Puts one run's changes into a workbook that carries no marks of an earlier run."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._styles: Styles | None = None
        self._memories: list[Memory] = []
        self._tabs = {sheet.title: place for place, sheet in enumerate(workbook.sheets)}
        self._skipped: list[Skipped] = []
        self._counts = {"fill": 0, "note": 0, "link": 0, "edit": 0}
        self._formula_overwritten = False
        self._shared: dict[int, bytes] = {}
        # Cells of one style that get one colour look the same before and after.
        self._looks: dict[tuple[int, int, bool], tuple[CellChange, tuple[str, str, bool]]] = {}

    @property
    def styles(self) -> Styles:
        """The style tables, read when first needed."""
        if self._styles is None:
            self._styles = Styles(self._workbook)
        return self._styles

    def apply(self, changes: Changes) -> WriteSummary:
        """Make all changes and add the sheet that remembers them."""
        workbook = self._workbook
        before = [sheet.title for sheet in workbook.sheets]
        titles = self._result_titles([sheet.title for sheet in changes.sheets])
        for sheet, marks, edits in self._by_sheet(changes):
            self._apply_sheet(sheet, marks, edits, titles)
        for result in changes.sheets:
            title = titles[result.title]
            xml = result_sheet_xml(result, workbook, self.styles, titles)
            workbook.add_sheet(title, xml)
            self._tabs[title] = len(workbook.sheets) - 1
            self._remember("sheet", title, Area(1, 1, 1, 1), title, None)
        if self._counts["edit"]:
            workbook.recalculate_on_load()
            first = next(one.sheet for one in self._memories if one.kind == "edit")
            self._remember("recalculation", first, Area(1, 1, 1, 1), "", None)
        if self._formula_overwritten:
            workbook.drop_calculation_chain()
        if self._styles is not None:
            self._styles.finish()
        if self._memories:
            title = self._free_title(TITLE, set())
            xml = memory_sheet_xml(workbook, self._memories)
            workbook.add_sheet(title, xml, "veryHidden")
            list_titles(workbook.package, before, [sheet.title for sheet in workbook.sheets])
        return WriteSummary(
            self._counts["fill"],
            self._counts["note"],
            self._counts["link"],
            self._counts["edit"],
            tuple(titles[sheet.title] for sheet in changes.sheets),
            tuple(self._skipped),
        )

    def fill(self, edits: Sequence[CellEdit]) -> None:
        """Put values into cells for good. Raises `UnwritableWorkbook` if one cannot be put in."""
        for sheet, marks, of_sheet in self._by_sheet(Changes(edits=edits)):
            self._apply_sheet(sheet, marks, of_sheet, {})
        if self._skipped:
            first = self._skipped[0]
            raise UnwritableWorkbook(f"{first.place}：{first.reason}，没有写入。")
        if self._formula_overwritten:
            self._workbook.drop_calculation_chain()

    def _result_titles(self, wished: Iterable[str]) -> dict[str, str]:
        given: dict[str, str] = {}
        for title in wished:
            if title in given:
                raise ValueError(f"two result sheets with one title: {title}")
            given[title] = self._free_title(title, set(given.values()))
        return given

    def _free_title(self, wished: str, taken: set[str]) -> str:
        plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", wished).strip("'")[:31] or "结果"
        used = {sheet.title.casefold() for sheet in self._workbook.sheets}
        used |= {title.casefold() for title in taken}
        title, number = plain, 2
        while title.casefold() in used:
            suffix = f"({number})"
            title, number = plain[: 31 - len(suffix)] + suffix, number + 1
        return title

    def _by_sheet(self, changes: Changes) -> Iterable[tuple[Sheet, list[Mark], list[CellEdit]]]:
        wanted: dict[str, tuple[list[Mark], list[CellEdit]]] = {}
        for mark in changes.marks:
            wanted.setdefault(mark.sheet, ([], []))[0].append(mark)
        for edit in changes.edits:
            wanted.setdefault(edit.sheet, ([], []))[1].append(edit)
        together: dict[str, tuple[Sheet, list[Mark], list[CellEdit]]] = {}
        for title, (marks, edits) in wanted.items():
            sheet = self._workbook.sheet(title)
            if sheet is None or sheet.kind != "worksheet" or not sheet.key:
                reason = "没有这个工作表" if sheet is None else "这一页是图表或对话框，没有单元格"
                for cell in [*(one.cell for one in marks), *(one.cell for one in edits)]:
                    self._skip(title, cell, reason)
                continue
            known = together.setdefault(sheet.key, (sheet, [], []))
            known[1].extend(marks)
            known[2].extend(edits)
        yield from together.values()

    def _remember(
        self,
        kind: str,
        sheet: str,
        area: Area,
        wrote: str,
        before: str | None,
        created: bool = False,
    ) -> None:
        memory = Memory(kind, sheet, area, wrote, before, created, self._tabs[sheet])
        self._memories.append(memory)

    def _skip(self, sheet: str, cell: str, reason: str) -> None:
        self._skipped.append(Skipped(f"{sheet}!{cell}", reason))

    # ---- one sheet

    def _apply_sheet(
        self,
        sheet: Sheet,
        marks: Sequence[Mark],
        edits: Sequence[CellEdit],
        titles: dict[str, str],
    ) -> None:
        part = SheetPart(self._workbook.package.part(sheet.key))
        plan = plan_sheet(part.merged(), marks, edits)
        for cell_, reason in plan.skipped:
            self._skip(sheet.title, cell_, reason)
        places = part.locate({*plan.fills, *plan.edits})
        changes: dict[Cell, CellChange] = {}
        before: dict[Cell, tuple[str, str, bool]] = {}
        for cell, fill in plan.fills.items():
            place = places[cell]
            # A fill by its identity: hashing an enumeration's member is slow.
            look = place.style, id(fill), place.row is None
            known = self._looks.get(look)
            if known is None:
                colour, xml = _SOLID[fill]
                old = self.styles.fill_of(place.style).decode()
                change = CellChange(style=self.styles.with_fill(place.style, xml))
                known = self._looks[look] = change, (colour, old, not place.exists)
            changes[cell], before[cell] = known
        self._counts["fill"] += len(plan.fills)
        title, tab = sheet.title, self._tabs[sheet.title]
        self._memories += [
            Memory("fill", title, area, colour, old, created, tab)
            for area, (colour, old, created) in areas_of(before)
        ]
        self._plan_edits(sheet, part, plan, places, changes)
        change_cells(part, changes, places)
        self._write_links(sheet, part, plan, titles)  # hyperlinks stand before legacyDrawing
        self._write_notes(sheet, part, plan)

    def _plan_edits(
        self,
        sheet: Sheet,
        part: SheetPart,
        plan: SheetPlan,
        places: dict[Cell, Place],
        changes: dict[Cell, CellChange],
    ) -> None:
        for cell, edit in plan.edits.items():
            place = places[cell]
            stored = Stored.read(part, place, self._shared_entry)
            if stored.is_tied_formula:
                self._skip(sheet.title, edit.cell, "这里是数组公式或共享公式，没有改写")
                continue
            self._formula_overwritten |= stored.is_formula
            content = content_of(edit.value, self._workbook.dates_from_1904)
            changes[cell] = CellChange(changes.get(cell, CellChange()).style, content)
            area = Area(*cell, *cell)
            self._counts["edit"] += 1
            before = encode(stored.content)
            self._remember(
                "edit", sheet.title, area, encode(content), before, created=not place.exists
            )

    def _shared_entry(self, index: int) -> bytes:
        if index not in self._shared:
            self._shared.update(shared_strings(self._workbook, {index}))
        return self._shared.get(index, b"")

    def _write_notes(self, sheet: Sheet, part: SheetPart, plan: SheetPlan) -> None:
        if not plan.notes:
            return
        notes = SheetNotes(self._workbook, sheet, part)
        for cell, texts in sorted(plan.notes.items()):
            area = Area(*cell, *cell)
            address = area.reference
            existing = notes.existing(address)
            if existing is not None and existing.is_thread:
                self._skip(sheet.title, address, "这里有批注对话，没有添加说明")
                continue
            text = "\n".join(texts)
            before = None
            if existing is None:
                notes.add(address, *cell, text)
            else:
                anchor = notes.append(existing, *cell, text)
                before = encode(Content(anchor or "", existing.text_xml))
            self._counts["note"] += 1
            self._remember("note", sheet.title, area, text, before)
        notes.finish()

    def _write_links(
        self, sheet: Sheet, part: SheetPart, plan: SheetPlan, titles: dict[str, str]
    ) -> None:
        if not plan.links:
            return
        taken = linked_cells(part)
        links = {}
        for cell, link in sorted(plan.links.items()):
            area = Area(*cell, *cell)
            if area.reference in taken:
                continue
            title, to = split_location(location(link))
            given = titles.get(title, title)
            links[area.reference] = (
                location(link) if given == title else f"{quoted_title(given)}!{to}"
            )
            self._remember("link", sheet.title, area, links[area.reference], None)
        self._counts["link"] += len(links)
        add_links(part, links)
