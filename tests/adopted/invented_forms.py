"""Forms as counties draw them by hand, made up: what is drafted of each, and where it stands."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import openpyxl
from msgspec import Struct

from checker.model.snapshot import Snapshot
from checker.reading import read_snapshot_bytes


class Invented(Struct, frozen=True):
    """A form: rows of its sheets, merged areas, hidden columns; (label, column, row of a list or
    ledger) -> the cell that must be read of it; how many cells are read in all."""

    rows: Sequence[Sequence[object]]
    merged: Sequence[str]
    cells: Mapping[tuple[str, str, int], str]
    read: int
    sheets: Sequence[str] = ("Sheet1",)
    hidden: Sequence[str] = ()


CROSS_TAB = Invented(
    rows=[
        ["某某县2026年学校办学条件统计表"],
        ["学校名称：某某小学（公章）", "", "", "", "", "填表日期：2026年9月"],
        ["类别", "项目", "单位", "小学", "初中", "高中", "合计"],
        ["学生", "在校生", "人", 300, 200, 0, 500],
        ["", "其中：女", "人", 150, 95, 0, 245],
        ["", "其中：寄宿生", "人", 50, 60, 0, 110],
        ["教师", "专任教师", "人", 20, 18, 0, 38],
        ["", "工勤", "人", 3, 2, 0, 5],
        ["", "小计", "人", 23, 20, 0, 43],
        ["房屋", "教室", "㎡", 1200, 800, 0, 2000],
        ["", "实验室", "㎡", 100, 200, 0, 300],
        ["", "小计", "㎡", 1300, 1000, 0, 2300],
        ["合计", "", "㎡", 1300, 1000, 0, 2300],
        ["注：1.本表一式两份。"],
        ["校长：张三　　填表人：李四　　电话：13800000000"],
    ],
    merged=["A1:G1", "A4:A6", "A7:A9", "A10:A12", "A13:B13"],
    cells={
        ("学校名称", "whole", 0): "A2",
        ("学生/在校生", "primary", 0): "D4",
        ("教师/小计", "junior", 0): "E9",
        ("房屋/小计", "junior", 0): "E12",
        ("合计", "primary", 0): "D13",
        ("填表人", "whole", 0): "A15",
    },
    read=45,
)
SIDE_BY_SIDE = Invented(
    rows=[
        ["学校基本情况表"],
        ["学校：某某县第三小学"],
        ["项目", "数量", "备注", "", "项目", "数量", "备注"],
        ["班级数", 12, "", "", "计算机", 60, ""],
        ["学生数", 480, "", "", "图书", 9600, ""],
        ["教师数", 30, "", "", "多媒体教室", 11, ""],
        ["填表人：王五"],
    ],
    merged=["A1:G1"],
    cells={
        ("学生数", "whole", 0): "B5",
        ("图书", "whole", 0): "F5",
        ("学校", "whole", 0): "A2",
    },
    read=8,
)
THREE_YEARS = Invented(
    rows=[
        ["近三年教育经费投入情况表"],
        ["单位：万元"],
        ["项目", "2024年", "", "2025年", "", "2026年", ""],
        ["", "小学", "初中", "小学", "初中", "小学", "初中"],
        ["一、公用经费", 10.5, 8, 11, 8.5, 12, 9],
        ["其中：培训费", 0.5, 0.4, 0.6, 0.5, 0.7, 0.6],
        ["二、人员经费", 200, 150, 210, 155, 220, 160],
        ["合计", 210.5, 158, 221, 163.5, 232, 169],
        ["填报单位：", "某某县第三小学"],
    ],
    merged=["A1:G1", "A3:A4", "B3:C3", "D3:E3", "F3:G3"],
    cells={
        ("一、公用经费", "primary", 0): "F5",
        ("一、公用经费", "primary.previous", 0): "D5",
        ("合计", "junior_2024", 0): "C8",
        ("填报单位", "whole", 0): "B9",
    },
    read=25,
)
TICKS = Invented(
    rows=[
        ["学校食堂安全检查表"],
        ["学校名称：某某小学（盖章）　　检查日期：2026年9月1日"],
        ["序号", "检查项目", "检查结果", "", "", "备注"],
        ["", "", "合格", "基本合格", "不合格", ""],
        ["一、从业人员"],
        [1, "健康证齐全", "√", "", "", ""],
        [2, "着装规范", "", "√", "", ""],
        ["二、设施设备"],
        [3, "冷藏设备正常", "√", "", "", ""],
        [4, "消毒柜正常", "", "", "√", "已报修"],
        ["检查人员签字："],
    ],
    merged=["A1:F1", "A2:F2", "A3:A4", "B3:B4", "C3:E3", "F3:F4", "A5:F5", "A8:F8"],
    cells={
        ("检查日期", "whole", 0): "A2",
        ("明细：检查项目", "", 3): "B9",
        ("明细：检查结果", "", 2): "D7",
        ("明细：检查结果", "", 4): "E10",
    },
    read=15,
)
CARD = Invented(
    rows=[
        ["学校基本信息登记表"],
        ["学校名称", "某某县第五小学", "", "学校代码", "2136000005", ""],
        ["校长姓名", "赵六", "", "联系电话", "13900000000", ""],
        ["占地面积（㎡）", 12000, "", "建筑面积（㎡）", 6000, ""],
        ["班级数", 18, "学生数", 800, "教师数", 45],
        ["地址", "某某县某某镇人民路1号", "", "", "", ""],
    ],
    merged=["A1:F1", "B2:C2", "E2:F2", "B3:C3", "E3:F3", "B4:C4", "E4:F4", "B6:F6"],
    cells={
        ("学校代码", "whole", 0): "E2",
        ("建筑面积（㎡）", "whole", 0): "E4",
        ("学生数", "whole", 0): "D5",
        ("教师数", "whole", 0): "F5",
    },
    read=10,
)
MANY_SHEETS = Invented(
    rows=[
        ["教师配备情况表"],
        ["学校：某某小学"],
        ["学科", "核定数", "实有数", "缺编"],
        ["语文", 10, 9, 1],
        ["数学", 8, 8, 0],
        ["合计", 18, 17, 1],
    ],
    merged=["A1:D1"],
    cells={},
    read=0,
    sheets=("第1小学", "第2小学", "第3小学"),
)
TOWNSHIPS = Invented(
    rows=[
        ["某某县各乡镇小学情况一览表"],
        ["制表单位：某某县教育局"],
        ["乡镇", "学校", "班数", "学生数", "", "教师数"],
        ["", "", "", "计", "女", ""],
        ["城关镇", "城关一小", 18, 810, 400, 45],
        ["", "城关二小", 12, 540, 260, 30],
        ["小计", "", 30, 1350, 660, 75],
        ["河口乡", "河口小学", 6, 200, 99, 14],
        ["小计", "", 6, 200, 99, 14],
        ["总计", "", 36, 1550, 759, 89],
        ["制表人：李"],
    ],
    merged=["A1:F1", "A3:A4", "B3:B4", "C3:C4", "D3:E3", "F3:F4", "A5:A6"],
    cells={
        ("乡镇", "whole", 2): "A5",
        ("学校", "whole", 2): "B6",
        ("学生数/女", "whole", 2): "E6",
        ("教师数", "whole", 3): "F8",
    },
    read=18,
    hidden=["E"],
)
GRADES = Invented(
    rows=[
        ["中小学班额情况表"],
        ["学校：某某实验学校", "", "", "", "", "填表时间：2026.9.1"],
        ["年级", "班数", "学生数", "", "", "最大班额"],
        ["", "", "小计", "男", "女", ""],
        ["一年级", 4, 180, 95, 85, 46],
        ["二年级", 4, 176, 90, 86, 45],
        ["三年级", 4, 170, 88, 82, 44],
        ["小学小计", 12, 526, 273, 253, 46],
        ["七年级", 3, 150, 76, 74, 50],
        ["初中小计", 3, 150, 76, 74, 50],
        ["总计", 15, 676, 349, 327, 50],
    ],
    merged=["A1:F1", "A3:A4", "B3:B4", "C3:E3", "F3:F4"],
    cells={
        ("一年级", "c2", 0): "C5",
        ("小学小计", "c3", 0): "D8",
        ("总计", "c5", 0): "F11",
    },
    read=37,
)
ALL = {
    "交叉表": CROSS_TAB,
    "左右两表": SIDE_BY_SIDE,
    "三年并列": THREE_YEARS,
    "打勾三选一": TICKS,
    "登记表": CARD,
    "乡镇一览表": TOWNSHIPS,
    "班额": GRADES,
}


def content(form: Invented) -> bytes:
    """The workbook."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title in form.sheets:
        sheet = book.create_sheet(title)
        for row in form.rows:
            sheet.append([None if value == "" else value for value in row])
        for area in form.merged:
            sheet.merge_cells(area)
        for column in form.hidden:
            sheet.column_dimensions[column].hidden = True
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def snapshot(name: str, form: Invented) -> Snapshot:
    """The workbook as it is read."""
    return read_snapshot_bytes(f"{name}.xlsx", content(form))
