"""Draws a form sheet: 甲 乙 丙, one column per stage, 上年数."""

from __future__ import annotations

from checker_templates.building.hidden_names import stage_name
from checker_templates.building.input_rules import NUMBER_FORMATS, InputRule, input_rule
from checker_templates.building.layout import (
    CODE_COLUMN,
    CODE_HEADER,
    FIRST_VALUE_COLUMN,
    HEADING_ROWS,
    LABEL_COLUMN,
    LABEL_HEADER,
    NOTE_HEADER,
    UNIT_COLUMN,
    UNIT_HEADER,
    Area,
    FormLayout,
)
from checker_templates.building.page_frame import (
    NOTES,
    RELATIONS,
    Page,
    below,
    break_before,
    finish,
    foot,
    head,
    papers,
    school_line,
)
from checker_templates.building.page_styles import (
    ACROSS,
    CLOSED_COLOUR,
    CODE_WIDTH,
    LABEL_WIDTH,
    ROW_HEIGHT,
    SMALLEST,
    UNIT_WIDTH,
    UPRIGHT,
    VALUE_WIDTH,
    WIDEST_LABEL,
    header_text,
    row_height,
)
from checker_templates.building.table_page import draw_table

from checker.forms.asked import is_required
from checker.forms.names import field_name
from checker.model.template import Blank, Field, FieldType
from checker.writing.text_size import half_widths

LOW_ROW = 17.0  # points
"""Rows of one line beside the 口径, where others are many lines high."""
NARROWEST_LABEL, LEAST_NOTE, WIDEST_NOTE = 22, 22.0, 60.0
TEXT_WIDTH, USUAL_TEXT = 24.0, 36
"""Characters: an only column with names and addresses in it, and how long these often are."""
MANY_COLUMNS = 9
"""From so many value columns on, the labels have to be narrow, as they are beside 口径."""
WIDE_TYPES = (FieldType.TEXT, FieldType.CODE, FieldType.DATE)
"""Texts need room: such a field takes the width of all value columns when it has only the first."""


def draw_form(page: Page) -> None:
    """The whole sheet: heading, grid, tables below it, footer."""
    form = page.layout.forms[page.sheet.id]
    tables = [page.layout.tables[table.id] for table in page.sheet.tables]
    last = page.layout.last_columns[page.sheet.id]
    _set_widths(page, form)
    units = [field.unit for field in page.sheet.fields]
    units += [column.unit for table in page.sheet.tables for column in table.columns]
    head(page, units, last)
    school_line(page, last)
    _draw_header(page, form)
    labels = shown_labels(page)
    note = page.widths[form.note_column] if form.note_column else 0.0
    heights = _heights(page, labels, page.widths[LABEL_COLUMN], note)
    for field in page.sheet.fields:
        _draw_field(page, form, field, labels[field.id], heights[field.id])
    _grey_absent_stages(page, form)
    for table in tables:
        draw_table(page, table)
    if tables and tables[0].title_row:  # so that no header stays behind at the foot of a page
        page.worksheet.set_h_pagebreaks([tables[0].title_row - 1])
    at = page.layout.footer_rows[page.sheet.id]
    at = foot(page, at, last)
    notes = [
        f"{field.row_code} {field.label}：{field.note}"
        for field in page.sheet.fields
        if field.note and not form.note_column
    ]
    relations = list(page.relations.lines.get(page.sheet.id, ()))
    below(page, at + 2, last, [(NOTES, notes), (RELATIONS, relations)])
    _lower_rows(page, form, last)
    if not tables:
        header = page.heights[form.header_row] + page.heights[form.number_row]
        rows = sorted(form.rows[field.id] for field in page.sheet.fields if not field.indent)
        before = break_before(page, last, rows, header)
        if before is not None:
            page.worksheet.set_h_pagebreaks([before - 1])
    first = page.sheet.fields[0]
    page.worksheet.set_selection(page.layout.cell(first, first.columns[0]).a1)
    top = page.layout.school_rows.get(page.sheet.id, HEADING_ROWS)
    finish(
        page,
        last,
        freeze=(form.number_row, UNIT_COLUMN),
        # the form's header would be wrong above the rows of a table on the next sheet of paper
        repeat=(1, top) if tables else (form.header_row, form.number_row),
        insert_rows=bool(tables),
    )


def _set_widths(page: Page, form: FormLayout) -> None:
    labels = shown_labels(page)
    longest = max(half_widths(labels[each.id]) + 2 * each.indent for each in page.sheet.fields)
    narrow = form.note_column or len(form.columns) >= MANY_COLUMNS
    widest = LABEL_WIDTH if narrow else WIDEST_LABEL
    label_width = min(max(longest / 0.9 + 1, LABEL_WIDTH), widest)
    widths = {LABEL_COLUMN: round(label_width, 1), CODE_COLUMN: CODE_WIDTH, UNIT_COLUMN: UNIT_WIDTH}
    if form.note_column:
        widths |= {CODE_COLUMN: CODE_WIDTH - 0.5, UNIT_COLUMN: UNIT_WIDTH - 1.5}
    single = len(form.columns) == 1
    value = (14.0 if form.note_column else 22.0) if single else VALUE_WIDTH
    if single and any(field.type is FieldType.TEXT for field in page.sheet.fields):
        value = TEXT_WIDTH
    if form.note_column and len(form.columns) == 2:
        value = 8.5
    widths |= dict.fromkeys(form.columns.values(), value)
    if form.note_column:
        others = sum(widths.values()) - label_width
        upright = UPRIGHT - others >= NARROWEST_LABEL + LEAST_NOTE
        room = (UPRIGHT if upright else ACROSS) - others
        choices = [float(width) for width in range(NARROWEST_LABEL, int(room - LEAST_NOTE) + 1)]
        label_width = min(
            choices, key=lambda each: sum(_heights(page, labels, each, room - each).values())
        )
        widths[LABEL_COLUMN] = label_width
        widths[form.note_column] = min(WIDEST_NOTE, room - label_width)
    for table in page.sheet.tables:
        placed = page.layout.tables[table.id]
        for column in table.columns:
            at = placed.columns[column.id]
            widths[at] = max(widths.get(at, 0.0), min(column.width, 11.0))
    page.set_widths(widths)


def _heights(page: Page, labels: dict[str, str], label: float, note: float) -> dict[str, float]:
    """The heights of the rows by field id, with columns of 甲 and 口径 this wide (0: none)."""
    heights: dict[str, float] = {}
    for field in page.sheet.fields:
        texts = [
            (labels[field.id], label - 2 * field.indent, 11.0),
            (field.unit, page.widths.get(UNIT_COLUMN, UNIT_WIDTH), 11.0),
            (field.note if note else "", note or 9.0, SMALLEST),
        ]
        if field.type is FieldType.TEXT:
            form = page.layout.forms[page.sheet.id]
            wide = list(form.columns.values()) if _is_wide(form, field) else [FIRST_VALUE_COLUMN]
            room = sum(page.widths.get(column, VALUE_WIDTH) for column in wide)
            texts.append(("字" * (USUAL_TEXT // 2), room, 11.0))
        height = row_height(*texts)
        # beside the 口径 rows are many lines high: a little less air keeps the form on one page
        heights[field.id] = LOW_ROW if note and height == ROW_HEIGHT else height
    return heights


def _lower_rows(page: Page, form: FormLayout, last: int) -> None:
    """A little less air in rows of one line, where that saves a sheet of paper."""
    usual = [row for row in form.rows.values() if page.heights.get(row) == ROW_HEIGHT]
    before = papers(page, last)
    for height in (LOW_ROW, ROW_HEIGHT):
        for row in usual:
            page.height(row, height)
        if papers(page, last) < before:
            return


def _draw_header(page: Page, form: FormLayout) -> None:
    styles, row = page.styles, form.header_row
    heads = [
        (LABEL_COLUMN, LABEL_HEADER, "甲"),
        (CODE_COLUMN, CODE_HEADER, "乙"),
        (UNIT_COLUMN, UNIT_HEADER, "丙"),
    ]
    for number, (column_id, column) in enumerate(form.columns.items(), start=1):
        heads.append((column, form.headers[column_id], str(number)))
    if form.note_column:
        heads.append((form.note_column, NOTE_HEADER, "丁"))
    heads = [(at, header_text(text, page.widths[at]), number) for at, text, number in heads]
    for column, text, number_text in heads:
        page.write(row, column, text, styles.header())
        page.write(row + 1, column, number_text, styles.number())
    page.height(row, row_height(*((text, page.widths[at], 11) for at, text, _ in heads)) + 4)
    page.height(row + 1, 15)


def shown_labels(page: Page) -> dict[str, str]:
    """The labels as printed, by field id: a field that must be filled in carries a star, one that
    is the sum of those below it 总计, and the first of its parts 其中：, as on official forms."""
    shown: dict[str, str] = {}
    fields = page.sheet.fields
    for at, field in enumerate(fields):
        label = field.label
        above = fields[at - 1] if at else None
        after = fields[at + 1].indent if at + 1 < len(fields) else field.indent
        whole = page.relations.wholes.get(field.id, frozenset())
        first = above is not None and field.indent > above.indent and above.id in whole
        if first and not label.startswith("其中"):
            label = f"其中：{label}"
        if field.id in page.relations.totals and after > field.indent and "计" not in label:
            label = f"{label}　总计"
        shown[field.id] = f"{label} *" if field.blank is Blank.MISSING else label
    return shown


def _draw_field(page: Page, form: FormLayout, field: Field, label: str, height: float) -> None:
    styles, row = page.styles, form.rows[field.id]
    page.write(row, LABEL_COLUMN, label, styles.label(field.indent))
    page.write(row, CODE_COLUMN, field.row_code, styles.centred())
    page.write(row, UNIT_COLUMN, field.unit, styles.centred())
    if form.note_column:
        page.write(row, form.note_column, field.note, styles.hint())
    page.height(row, height)

    number_format, align = NUMBER_FORMATS[field.type]
    style = styles.input(number_format, align)
    if _is_wide(form, field):
        last = FIRST_VALUE_COLUMN + len(form.columns) - 1
        style = styles.input(number_format, "left")
        page.merge(page.span(row, FIRST_VALUE_COLUMN, last), "", style)
    else:
        for column_id, column in form.columns.items():
            page.write(row, column, "", style if column_id in field.columns else styles.closed())
    columns = {column.id: column for column in page.sheet.columns}
    alike: dict[tuple[bool, bool], list[Area]] = {}
    for column_id in field.columns:
        at, column = form.columns[column_id], columns[column_id]
        page.name(field_name(field.id, column_id), page.span(row, at, at))
        kind = is_required(field, column), column.stage is not None
        alike.setdefault(kind, []).append(page.span(row, at, at))
    for (required, stage), cells in alike.items():
        _add_rule(page, cells, input_rule(field, required=required, stage=stage))
    if field.type in (FieldType.TEXT, FieldType.CODE):
        page.text_areas.extend(area for cells in alike.values() for area in cells)


def _is_wide(form: FormLayout, field: Field) -> bool:
    return (
        field.type in WIDE_TYPES
        and len(form.columns) > 1
        and [form.columns[column] for column in field.columns] == [FIRST_VALUE_COLUMN]
    )


def _add_rule(page: Page, cells: list[Area], rule: InputRule) -> None:
    corners = [[c.top - 1, c.left - 1, c.bottom - 1, c.right - 1] for c in cells]
    if len(corners) > 1:
        rule["other_cells"] = corners[1:]
    page.worksheet.data_validation(*corners[0], dict(rule))


def _grey_absent_stages(page: Page, form: FormLayout) -> None:
    """Empty cells of a stage that the school does not have look closed; a value in them does not,
    so that it is seen."""
    if page.template.split.field is None:
        return
    grey = page.styles.difference(bg_color=CLOSED_COLOUR)
    rows = sorted(form.rows.values())
    if not rows:
        return
    for column in page.sheet.columns:
        if column.stage is None:
            continue
        at = form.columns[column.id]
        area = Area(page.sheet.title, rows[0], at, rows[-1], at)
        page.worksheet.conditional_format(
            area.top - 1,
            at - 1,
            area.bottom - 1,
            at - 1,
            {
                "type": "formula",
                "criteria": f"=AND({stage_name(column.stage)}=FALSE,LEN({area.first})=0)",
                "format": grey,
            },
        )
