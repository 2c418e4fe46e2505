"""Template 模板: a declared form. The TOML is its source; workbooks are built from it.

Rules speak of fields and columns, never of cells. A *field* is one row of a form sheet; it has one
value per *column* of that sheet (a stage, the whole school, last year's figure ...).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct
from msgspec import field as made_by

from checker.model.adopted import AdoptedLayout

PREVIOUS_SUFFIX = ".previous"
"""Column ids ending so hold last year's figure (上年数) of the column named before it."""

WHOLE = "whole"
"""Column id of a figure that belongs to the whole school or county (全校 / 全县)."""

SHARED = "shared"
"""Column id of what several stages of one school use together (共用); it is apportioned."""


class FieldType(StrEnum):
    """What may be typed into a field."""

    COUNT = "count"  # whole number >= 0
    AMOUNT = "amount"  # decimal number >= 0 (money, areas, volumes)
    SIGNED = "signed"  # decimal number of either sign (growth, differences)
    PERCENT = "percent"  # 95.5 means 95.5 %; a cell formatted as % holding 0.955 is read as 95.5
    FLAG = "flag"  # 是 / 否
    TEXT = "text"
    CODE = "code"  # one of a code list
    DATE = "date"  # a day
    YEAR = "year"  # 2026
    MONTH = "month"  # a year and a month: 2019.09, 201909; the value is its first day


class Blank(StrEnum):
    """What an empty cell means."""

    MISSING = "missing"  # must be filled; rules that need it are incomplete
    ZERO = "zero"  # 无数据留空: counts as 0 (numbers) or 否 (flags)
    NONE = "none"  # optional; rules that need it do not apply


class Column(Struct, frozen=True):
    """One value column of a form sheet. ``stage`` is None for whole, shared and 上年 of those;
    ``year`` is the year of its figures, where an adopted form shows several side by side."""

    id: str
    title: str
    stage: str | None = None
    previous: bool = False
    year: int | None = None
    own: bool = False  # neither a stage nor the whole: a quantity of this sheet (学校数, 学生数)


class Field(Struct, frozen=True):
    """One named quantity 字段. ``columns`` are the ids of the sheet columns that it fills."""

    id: str
    label: str
    row_code: str
    type: FieldType
    unit: str
    columns: tuple[str, ...]
    note: str = ""  # 口径, shown as input prompt
    codes: str | None = None  # id of a code list
    blank: Blank = Blank.MISSING
    minimum: str | None = None  # decimal text; only for the input validation of the sheet
    maximum: str | None = None
    indent: int = 0  # visual nesting of the label ("其中:")
    added: bool = False  # came to an edition that was given out already: forms without it are right
    sheet: str = ""  # id of the sheet it is on


class TableColumn(Struct, frozen=True):
    """One column of a table; its fact id is ``<table>.<column>``, e.g. ``classes.total``."""

    id: str
    title: str
    type: FieldType
    unit: str = ""
    codes: str | None = None
    blank: Blank = Blank.MISSING
    note: str = ""
    width: float = 10.0


class Table(Struct, frozen=True):
    """A list of like rows (班级, 专用教室). Rows with every cell empty do not count. ``required``:
    it has to have a row at least; without one it is not filled in, rather than empty. ``none_by``
    is the field whose 0 says that there is nothing to list; without that 0, a table without rows
    was left empty, and says nothing."""

    id: str
    title: str
    capacity: int  # rows prepared in the built workbook; more may be inserted
    columns: tuple[TableColumn, ...]
    note: str = ""
    sheet: str = ""
    required: bool = False
    none_by: str = ""


class SheetKind(StrEnum):
    """How a sheet is laid out."""

    GUIDE = "guide"  # 填表说明
    FORM = "form"  # 甲 / 乙 / 单位 / columns
    TABLE = "table"  # one table
    INDICATORS = "indicators"  # 指标, live formulas
    EXPLANATIONS = "explanations"  # 说明


FILLED_IN = (SheetKind.FORM, SheetKind.TABLE)
"""Kinds of sheet that a school fills in."""


class Sheet(Struct, frozen=True):
    """One sheet of the template."""

    id: str
    title: str
    kind: SheetKind
    form_number: str = ""  # 表号
    period: str = ""  # 统计时点 / 统计时期
    source: str = ""  # where its figures are usually taken from, for the first sheet
    columns: tuple[Column, ...] = ()
    fields: tuple[Field, ...] = ()
    tables: tuple[Table, ...] = ()
    indicators: tuple[str, ...] = ()  # rule ids shown on an indicators sheet, in order
    paragraphs: tuple[str, ...] = ()  # text of a guide sheet
    optional: bool = False  # filled in by who has it; left unused it is not handed in


class Stage(Struct, frozen=True):
    """学段. ``weight`` (decimal text) apportions what several stages share (1 : 1.1 : 1.32)."""

    id: str
    title: str
    weight: str = "1"


class StageSplit(Struct, frozen=True):
    """Which stage units a submission is judged as.

    ``field`` (a code field) chooses by ``by_code``; ``attached`` maps a FLAG field to the stage
    that it adds (附设班). Without ``field`` every stage of the template is a unit.
    ``enrolment`` is the field whose stage values weigh the apportioning of shared figures.
    """

    field: str | None = None
    by_code: Mapping[str, tuple[str, ...]] = made_by(default_factory=dict)
    attached: Mapping[str, str] = made_by(default_factory=dict)
    enrolment: str | None = None


class Identity(Struct, frozen=True):
    """Fields that say whose submission this is, when it was filled in, and of which year."""

    code: str | None = None
    name: str | None = None
    date: str | None = None
    year: str | None = None  # the year that the figures are of


WHOLE_WORDS = {
    "school": "全校",
    "kindergarten": "全园",
    "institution": "全单位",
    "township": "全乡镇",
    "county": "全县",
    "city": "全市",
    "province": "全省",
    "statement": "全县",  # of a county about its own work
}
"""Level of a template -> what the whole of it is called."""

SCHOOL_LEVELS = frozenset({"school", "kindergarten", "institution"})
"""Levels of the forms that a county adds up; the others are summaries themselves."""


class Lasting(Struct, frozen=True):
    """What stays as it is from year to year: ids of fields and of tables."""

    fields: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()


class Template(Struct, frozen=True):
    """A whole template, one edition."""

    id: str
    title: str
    edition: int
    level: str  # one of WHOLE_WORDS
    stages: tuple[Stage, ...]
    split: StageSplit
    identity: Identity
    sheets: tuple[Sheet, ...]
    code_lists: Mapping[str, Mapping[str, str]]  # list id -> code -> meaning
    layout: AdoptedLayout | None = None  # None: built by us from what stands here
    lasting: Lasting = Lasting()

    def fields(self) -> dict[str, Field]:
        """All form fields by id."""
        return {item.id: item for sheet in self.sheets for item in sheet.fields}

    def tables(self) -> dict[str, Table]:
        """All tables by id."""
        return {item.id: item for sheet in self.sheets for item in sheet.tables}

    def declared(self, name: str) -> Field | TableColumn | None:
        """The field of this id, or the column of ``table.column``; None if there is none."""
        table_id, _, column_id = name.rpartition(".")
        table = self.tables().get(table_id)
        columns = table.columns if table is not None else ()
        column = next((each for each in columns if each.id == column_id), None)
        return self.fields().get(name) or column

    def sheet(self, sheet_id: str) -> Sheet:
        """The sheet with this id. Raises KeyError."""
        for sheet in self.sheets:
            if sheet.id == sheet_id:
                return sheet
        raise KeyError(sheet_id)

    def stage_title(self, stage_id: str) -> str:
        """小学段 for "primary"; the id itself if the template does not name it."""
        return next((stage.title for stage in self.stages if stage.id == stage_id), stage_id)
