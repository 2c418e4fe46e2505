"""Draws the hidden sheet 代码: choices of the code lists, and which stages the school has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker_templates.building.hidden_names import (
    code_choice,
    code_list_name,
    share_name,
    stage_name,
)
from checker_templates.building.page_styles import Styles

from checker.forms.names import CODES_SHEET, field_name
from checker.model.template import SHARED, Template

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

FIRST_ROW = 3  # 1-based; a remark and the headings stand above
TYPE_CELL = "$A$3"
STAGE_COLUMN, SWITCH_COLUMN, SHARE_COLUMN, FIRST_LIST_COLUMN = 1, 2, 3, 4  # 0-based


def draw_codes(workbook: Workbook, template: Template, styles: Styles) -> None:
    """Adds the sheet, hidden and protected, and the names C_<list>, S_<stage>, W_<stage>."""
    sheet = workbook.add_worksheet(CODES_SHEET)
    sheet.hide()
    sheet.write_string(0, 0, "本页由程序使用，请勿改动。", styles.line())
    plain, bold = styles.get(), styles.get(bold=True)
    for column, text in enumerate(("办学类型代码", "学段", "有此学段", "共用分摊")):
        sheet.write_string(FIRST_ROW - 2, column, text, bold)
    split = template.split
    if split.field is not None:
        typed = field_name(split.field, template.fields()[split.field].columns[0])
        code = f'=LEFT({typed}&"",FIND(" ",{typed}&" ")-1)'
        sheet.write_formula(TYPE_CELL.replace("$", ""), code, plain, "")
    for index, stage in enumerate(template.stages):
        row = FIRST_ROW - 1 + index
        sheet.write_string(row, STAGE_COLUMN, stage.title, plain)
        if split.field is None:
            sheet.write_boolean(row, SWITCH_COLUMN, True, plain)
        else:
            formula = stage_switch(template, stage.id)
            sheet.write_formula(row, SWITCH_COLUMN, f"={formula}", plain, "")
        workbook.define_name(stage_name(stage.id), f"='{CODES_SHEET}'!$C${row + 1}")
        share = stage_share(template, stage.id)
        if share:
            sheet.write_formula(row, SHARE_COLUMN, f"={share}", plain, "")
            workbook.define_name(share_name(stage.id), f"='{CODES_SHEET}'!$D${row + 1}")
    for index, (name, codes) in enumerate(template.code_lists.items()):
        column = FIRST_LIST_COLUMN + index
        sheet.write_string(FIRST_ROW - 2, column, name, bold)
        for offset, (code_, meaning) in enumerate(codes.items()):
            text = code_choice(code_, meaning)
            sheet.write_string(FIRST_ROW - 1 + offset, column, text, plain)
        letter = chr(ord("A") + column)
        last = FIRST_ROW + max(len(codes), 1) - 1
        area = f"${letter}${FIRST_ROW}:${letter}${last}"
        workbook.define_name(code_list_name(name), f"='{CODES_SHEET}'!{area}")
    sheet.protect()


def stage_switch(template: Template, stage: str) -> str:
    """Excel expression (no "=") over the code in A3: TRUE when the school has the stage, FALSE when
    it has not, "" while the school type is not chosen. A type typed in words counts as its code."""
    split = template.split
    field = template.fields()[split.field or ""]
    meanings = template.code_lists.get(field.codes or "", {})
    tests: list[str] = []
    for code, stages in split.by_code.items():
        if stage in stages:
            tests.append(f'{TYPE_CELL}="{code}"')
            if code in meanings:
                tests.append(f'{TYPE_CELL}="{meanings[code]}"')
    for flag, attached in split.attached.items():
        if attached == stage:
            tests.append(f'{field_name(flag, template.fields()[flag].columns[0])}="是"')
    return f'IF({TYPE_CELL}="","",OR({",".join(tests) or "FALSE"}))'


def stage_share(template: Template, stage: str) -> str:
    """Excel expression (no "="): the stage's weighted enrolment over that of all stages of the
    school; "" while an enrolment is missing. Empty if nothing is apportioned in this template."""
    enrolment = template.fields().get(template.split.enrolment or "")
    shared = any(SHARED in field.columns for field in template.fields().values())
    if not shared or enrolment is None or stage not in enrolment.columns:
        return ""
    weighted: dict[str, str] = {}
    for item in template.stages:
        if item.id in enrolment.columns:
            name = field_name(enrolment.id, item.id)
            pupils = name if item.weight == "1" else f"{name}*{item.weight}"
            weighted[item.id] = f'IF({stage_name(item.id)}=TRUE,IF({name}="",NA(),{pupils}),0)'
    return f'IFERROR({weighted[stage]}/({"+".join(weighted.values())}),"")'
