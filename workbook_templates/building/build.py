"""Builds the workbook of a template with XlsxWriter; the same template gives the same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from checker_templates.building.check_relations import Relations
from checker_templates.building.code_page import draw_codes
from checker_templates.building.explanation_page import draw_explanations
from checker_templates.building.form_page import draw_form
from checker_templates.building.guide_page import draw_guide
from checker_templates.building.indicator_formulas import IndicatorFormulas
from checker_templates.building.indicator_page import draw_indicators
from checker_templates.building.layout import Layout, lay_out
from checker_templates.building.page_frame import Page
from checker_templates.building.page_styles import Styles
from checker_templates.building.table_page import draw_table_sheet

from checker.forms.names import EDITION_PROPERTY, TEMPLATE_PROPERTY
from checker.model.template import SheetKind, Template

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

TAB_COLOURS = {
    SheetKind.GUIDE: "#7F7F7F",
    SheetKind.FORM: "#F2C94C",
    SheetKind.TABLE: "#F2C94C",
    SheetKind.INDICATORS: "#5B9BD5",
    SheetKind.EXPLANATIONS: "#F2C94C",
}


class AddButtons(Protocol):
    """Puts buttons (and the macros they run) into a workbook that is drawn but not yet saved.
    ``worksheets`` are by sheet id; ``layout.button_anchor`` says where there is room."""

    def __call__(
        self, workbook: Workbook, worksheets: Mapping[str, Worksheet], layout: Layout
    ) -> None: ...


def build_workbook(
    template: Template,
    path: Path,
    *,
    formulas: IndicatorFormulas | None = None,
    add_buttons: AddButtons | None = None,
    notices: Sequence[str] = (),
    relations: Relations | None = None,
) -> None:
    """Writes the empty workbook of a template to ``path`` (.xlsx, or .xlsm with buttons).

    ``formulas`` are the live formulas of the sheet 指标; ``notices`` are paragraphs put before the
    template's own on the sheet 填表说明; ``relations`` are printed under the forms, by sheet id
    (see `check_relations`). Raises OSError when the file cannot be written.
    """
    from xlsxwriter.exceptions import FileCreateError
    from xlsxwriter.workbook import Workbook

    workbook = Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    _describe(workbook, template)
    layout, styles = lay_out(template), Styles(workbook)
    worksheets = {sheet.id: workbook.add_worksheet(sheet.title) for sheet in template.sheets}
    for sheet in template.sheets:
        page = Page(
            workbook,
            worksheets[sheet.id],
            layout,
            sheet,
            styles,
            relations=relations or Relations(),
        )
        page.worksheet.set_tab_color(TAB_COLOURS[sheet.kind])
        match sheet.kind:
            case SheetKind.GUIDE:
                draw_guide(page, notices, with_button=add_buttons is not None)
            case SheetKind.FORM:
                draw_form(page)
            case SheetKind.TABLE:
                draw_table_sheet(page)
            case SheetKind.INDICATORS:
                draw_indicators(page, formulas or {})
            case SheetKind.EXPLANATIONS:
                draw_explanations(page)
    draw_codes(workbook, template, styles)
    if add_buttons is not None:
        add_buttons(workbook, worksheets, layout)
    try:
        workbook.close()
    except FileCreateError as error:
        raise OSError(str(error)) from error


def _describe(workbook: Workbook, template: Template) -> None:
    """Properties; the fixed date keeps a rebuilt file equal to the one before."""
    day = datetime(template.edition, 1, 1)
    workbook.set_properties({"title": template.title, "author": "", "created": day})
    workbook.set_custom_property(TEMPLATE_PROPERTY, template.id, "text")
    workbook.set_custom_property(EDITION_PROPERTY, str(template.edition), "text")
    workbook.set_calc_mode("auto")
