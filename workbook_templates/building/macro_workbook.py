"""The workbook with the button: the same sheets, plus macros, and words on how to let them run."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from checker_templates.building.build import build_workbook
from checker_templates.building.check_relations import Relations
from checker_templates.building.indicator_formulas import IndicatorFormulas
from checker_templates.building.layout import Layout

from checker.model.template import Template

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

NOTICES = (
    "打开本表后，如果上方出现“受保护的视图”，请点“启用编辑”；出现“安全警告”或“宏已被禁用”，请点"
    "“启用内容”。否则“校验”按钮不起作用，填写不受影响。",
    "从网上或聊天工具里下载的表，如果没有“启用内容”可点，请关闭后在文件上点右键，选“属性”，勾选"
    "“解除锁定”，再打开。",
    "所用的软件不支持宏时照常填写，保存后把文件拖到校验程序的图标上，就能得到带标记的副本。",
)
"""What the first sheet says before the template's own paragraphs."""


def build_macro_workbook(
    template: Template,
    path: Path,
    *,
    formulas: IndicatorFormulas | None = None,
    relations: Relations | None = None,
) -> None:
    """Writes the .xlsm of a template to ``path``: buttons 校验 and 清除 on every sheet, and the
    macros they run. The same template gives the same bytes. Raises OSError."""
    from checker_xlsx.assembly import to_macro_workbook

    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.xlsx"
        build_workbook(
            template,
            plain,
            formulas=formulas,
            add_buttons=_add_buttons,
            notices=NOTICES,
            relations=relations,
        )
        to_macro_workbook(plain, path)


def _add_buttons(workbook: Workbook, worksheets: Mapping[str, Worksheet], layout: Layout) -> None:
    from checker_xlsx.assembly import add_buttons

    places = [
        (worksheets[sheet.id], layout.button_anchor(sheet).a1) for sheet in layout.template.sheets
    ]
    add_buttons(workbook, places)
