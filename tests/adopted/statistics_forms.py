"""Workbooks as the statistics system exports them, made after what is known of the forms."""

from __future__ import annotations

from collections.abc import Sequence

from checker.model.snapshot import SheetSnapshot, Snapshot

Row = Sequence[object]
KIND = "九年一贯制学校"
NAME = "某某县第二学校"


def _sheet(number: str, title: str, rows: Sequence[Row], merged: Sequence[str] = ()) -> Snapshot:
    width = max(len(row) for row in rows)
    heading: list[Row] = [[title], [f"表号：{number}", *[""] * (width - 2), "统计时点：2026学年"]]
    lines = [[*row, *[""] * (width - len(row))] for row in (*heading, *rows)]
    areas = tuple(_area(text) for text in merged)
    name = f"{number}_{KIND}"
    sheet = SheetSnapshot(name, lines, merged=((1, 1, 1, width), *areas))
    return Snapshot(name, {name: sheet})


def _area(text: str) -> tuple[int, int, int, int]:
    top, left, bottom, right = map(int, text.split())
    return top, left, bottom, right


def _basic() -> Snapshot:
    names = ("学校（机构）名称", "学校（机构）标识码", "英文名称", "管理部门代码", "办学类型")
    more = ("举办者类型", "城乡类型", "成立年份")
    values = (NAME, "3136000002", "", "360000000000", "312", "811", "121", 1990.0)
    rows = [
        [f"{number:02}", name, value]
        for number, (name, value) in enumerate(zip((*names, *more), values, strict=True), 1)
    ]
    return _sheet("教基1001", "学校（机构）基本情况", rows)


def _primary() -> Snapshot:
    """Six grades, where the sample has four."""
    grades = [f"{number}年级" for number in "一二三四五六"]
    top = ["", "编号", "毕业生数", "招生数", "", "", "在校生数", *[""] * 6, "预计毕业生数"]
    low = ["", "", "", "合计", "其中：女", "受过学前教育", "合计", *grades, ""]
    signs = ["甲", "乙", *[str(number) for number in range(1, 13)]]
    of_grades = [100.0, 100.0, 100.0, 100.0, 90.0, 110.0]
    total = ["总计", "01", 95.0, 100.0, 48.0, 99.0, 600.0, *of_grades, 110.0]
    girls = ["其中：女", "02", 45.0, 48.0, "", 47.0, 290.0, *[48.0] * 5, 50.0, 50.0]
    rest = [
        [label, code, *[0.0] * 12]
        for label, code in (
            ("其中：少数民族", "03"),
            ("其中：寄宿生", "04"),
            ("其中：随迁子女", "05"),
            ("其中：残疾人", "06"),
        )
    ]
    rows = [top, low, signs, total, girls, *rest]
    return _sheet("教基3112", "小学分类型学生数", rows, ("3 4 3 6", "3 7 3 13"))


def _junior() -> Snapshot:
    top = ["", "编号", "毕业生数", "招生数", "在校生数", "", "", ""]
    low = ["", "", "", "", "合计", "一年级", "二年级", "三年级"]
    signs = ["甲", "乙", *[str(number) for number in range(1, 7)]]
    rows = [top, low, signs, ["总计", "01", 90.0, 100.0, 300.0, 100.0, 100.0, 100.0]]
    return _sheet("教基3115", "初中分类型学生数", rows, ("3 5 3 8",))


def _subjects(number: str) -> Snapshot:
    """The printing of 2021, the subjects in columns: 体育 in L, 艺术 in N, 音乐 in O, 美术 in P."""
    subjects = [
        *("合计", "其中：女", "道德与法治", "语文", "数学", "外语", "科学", "历史", "地理"),
        *("体育", "信息科技", "艺术", "音乐", "美术"),
    ]
    top = ["", "编号", *["专任教师"] + [""] * 13]
    low = ["", "", *subjects]
    signs = ["甲", "乙", *[str(number) for number in range(1, 15)]]
    values = [36.0, 20.0, 3.0, 9.0, 9.0, 3.0, 2.0, 0.0, 0.0, 2.0, 1.0, 1.0, 3.0, 3.0]
    rows = [top, low, signs, ["总计", "01", *values], ["其中：女", "02", *[1.0] * 14]]
    return _sheet(number, "小学专任教师", rows, ("3 3 3 16",))


def _degrees(number: str) -> Snapshot:
    """The printing of the sample, in which the degrees are columns."""
    degrees = ["合计", "研究生毕业", "本科毕业", "专科毕业", "高中阶段毕业"]
    subjects = ["体育", "音乐", "美术"]
    rows: list[Row] = [
        ["", "编号", *degrees],
        ["甲", "乙", "1", "2", "3", "4", "5"],
        ["总计", "01", 30.0, 3.0, 25.0, 2.0, 0.0],
        ["其中：女", "02", 18.0, 2.0, 15.0, 1.0, 0.0],
        *[[name, f"{at:02}", 2.0, 0.0, 2.0, 0.0, 0.0] for at, name in enumerate(subjects, 8)],
    ]
    return _sheet(number, "初中专任教师学历情况", rows)


def _buildings() -> Snapshot:
    """The printing of 2021: 教学及辅助用房 in C10, the gymnasium in C17."""
    labels = [
        "总计",
        "其中：租借",
        "其中：危房",
        "其中：新增",
        "教学及辅助用房",
        "普通教室",
        "实验室",
    ]
    labels += ["图书室", "微机室", "语音室", "心理辅导室", "体育馆", "行政办公用房", "生活用房"]
    values = [9000.0, 0.0, 0.0, 0.0, 6000.0, 3000.0, 800.0, 500.0, 300.0, 200.0, 200.0, 1000.0]
    rows: list[Row] = [
        ["", "编号", "学校产权", "非学校产权"],
        ["", "", "建筑面积", "建筑面积"],
        ["甲", "乙", "1", "2"],
    ]
    for code, (label, value) in enumerate(zip(labels, [*values, 1500.0, 1500.0], strict=True), 1):
        rows.append([label, f"{code:02}", value, 0.0])
    return _sheet("教基5170", "中小学校舍情况", rows)


def _conditions() -> Snapshot:
    """运动场地 in D7, 网络多媒体教室 in D17, 仪器设备 in D19."""
    labels = [
        "占地面积",
        "绿化用地面积",
        "运动场地面积",
        "图书",
        "数字资源",
        "计算机",
        "教学用计算机",
    ]
    labels += ["平板电脑", "教室", "普通教室", "专用教室", "录播教室", "网络多媒体教室", "固定资产"]
    labels += ["教学仪器设备资产值"]
    values = [20000.0, 3000.0, 9000.0, 30000.0, 1.0, 100.0, 80.0, 0.0, 40.0, 30.0, 10.0, 1.0]
    rows: list[Row] = [["", "编号", "计量单位", "合计", "其中：新增"], ["甲", "乙", "丙", "1", "2"]]
    for code, (label, value) in enumerate(
        zip(labels, [*values, 24.0, 900.0, 250.0], strict=True), 1
    ):
        rows.append([label, f"{code:02}", "见说明", value, 0.0])
    return _sheet("教基5176", "中小学办学条件", rows)


def nine_year_school() -> Snapshot:
    """A 九年一贯制学校 with 600 and 300 pupils."""
    parts = [_basic(), _primary(), _junior(), _subjects("教基4155"), _degrees("教基4156")]
    parts += [_buildings(), _conditions()]
    sheets = {title: sheet for part in parts for title, sheet in part.sheets.items()}
    return Snapshot(f"{NAME}({KIND}).xlsx", sheets)
