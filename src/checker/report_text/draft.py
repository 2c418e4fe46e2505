"""A draft of the self-evaluation (docx): the county form's verified figures and their sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from io import BytesIO

from msgspec import Struct

from checker.extras import need
from checker.model.report import Report
from checker.model.rules import Rule, sources_in_words
from checker.model.submission import Fact, FactRef, FactState
from checker.model.template import FieldType, Sheet
from checker.model.verdicts import Outcome, Quantity, Severity

_SECTIONS = "一二三四五六七八九十"
_DOUBTED = frozenset({Outcome.FAIL, Outcome.DOUBT})


class Line(Struct, frozen=True):
    """One sentence of the draft and where it comes from."""

    text: str
    source: str


class Section(Struct, frozen=True):
    title: str
    lines: tuple[Line, ...]


class Draft(Struct, frozen=True):
    """``left_out`` are the figures that the rules call wrong or doubtful, with what they say."""

    title: str
    sections: tuple[Section, ...]
    left_out: tuple[Line, ...]


def draft_of(report: Report, rules: Mapping[str, Rule]) -> Draft:
    """What can be said of a county whose form was judged: every figure that no rule calls wrong or
    doubtful, and every indicator that was judged on such figures."""
    submission = report.submission
    doubted: dict[FactRef, str] = {}
    for verdict in report.verdicts:
        rule = rules.get(verdict.rule)
        told_only = rule is not None and rule.severity is Severity.INFO  # the figure stands
        if verdict.outcome in _DOUBTED and not told_only:
            for ref in verdict.worded().at:
                doubted.setdefault(ref, f"规则 {verdict.rule}：{verdict.worded().message}")
    sections = [
        Section(sheet.title, tuple(_figures(report, sheet, doubted)))
        for sheet in submission.template.sheets
        if sheet.fields
    ]
    sections.append(Section("指标与达标情况", tuple(_indicators(report, rules, doubted))))
    columns = {
        FactRef(field.id, column.id): f"{field.label}：{column.title}"
        for sheet in submission.template.sheets
        for field in sheet.fields
        for column in sheet.columns
    }
    units = {field.id: field.unit for field in submission.template.fields().values()}
    left_out = [
        Line(
            f"{columns.get(ref, ref.field)}{_said(submission.fact(ref), units.get(ref.field, ''))}",
            why,
        )
        for ref, why in doubted.items()
        if submission.fact(ref).state is FactState.GIVEN and submission.fact(ref).value is not None
    ]
    name = submission.identity("name") or "（县名）"
    year = submission.identity("year")
    return Draft(
        f"{name}{f'{year}年' if year else ''}履行教育职责自评报告（草稿）",
        tuple([section for section in sections if section.lines]),
        tuple(left_out),
    )


def _said(fact: Fact, unit: str) -> str:
    if isinstance(fact.value, bool):
        return "是" if fact.value else "否"
    if isinstance(fact.value, date):
        return fact.value.isoformat()
    if isinstance(fact.value, Decimal):
        return f"{fact.value:f}{unit}"
    return str(fact.value)


def _in_words(required: str) -> str:
    """≥ 95% as a report puts it: 不低于95%."""
    for sign, words in (
        ("≥ ", "不低于"),
        ("≤ ", "不超过"),
        ("= ", "为"),
        ("> ", "高于"),
        ("< ", "低于"),
    ):
        if required.startswith(sign):
            return f"{words}{required.removeprefix(sign)}"
    return required


def _figures(report: Report, sheet: Sheet, doubted: Mapping[FactRef, str]) -> Iterator[Line]:
    own = report.submission.template.identity
    for field in sheet.fields:
        if field.id in (own.code, own.name, own.date, own.year) or field.type is FieldType.TEXT:
            continue
        said: list[str] = []
        cells: list[str] = []
        for column in sheet.columns:
            ref = FactRef(field.id, column.id)
            fact = report.submission.fact(ref)
            if column.id not in field.columns or fact.state is not FactState.GIVEN:
                continue
            if ref in doubted or fact.value is None:
                continue
            said.append(f"{column.title}{_said(fact, field.unit)}")
            cells.append(str(fact.cell))
        if said:
            yield Line(f"{field.label}：{'，'.join(said)}。", "、".join(cells))


def _indicators(
    report: Report, rules: Mapping[str, Rule], doubted: Mapping[FactRef, str]
) -> Iterator[Line]:
    for passed in report.verdicts:
        rule = rules.get(passed.rule)
        if rule is None or rule.severity is not Severity.STANDARD:
            continue
        if passed.outcome not in (Outcome.PASS, Outcome.UNMET):
            continue
        verdict = passed.worded()
        if not isinstance(verdict.actual, Quantity) or any(ref in doubted for ref in verdict.at):
            continue
        required = f"，要求{_in_words(verdict.required.text)}" if verdict.required else ""
        reached = "达标" if verdict.outcome is Outcome.PASS else "未达标"
        gap = f"，{verdict.gap}" if verdict.gap else ""
        cells = [report.submission.locate(ref) for ref in verdict.at]
        where = "、".join(str(cell) for cell in cells if cell is not None)
        clause = sources_in_words(rule.citations[:1])
        yield Line(
            f"{rule.title}（{verdict.unit.label}）：{verdict.actual}{required}，{reached}{gap}。",
            "；".join(filter(None, (f"规则 {rule.id}", clause, where))),
        )


def as_docx(draft: Draft) -> bytes:
    """The draft as a .docx file. Raises MissingExtra."""
    need("report", "docx")
    from docx import Document
    from docx.shared import Pt, RGBColor

    document = Document()
    document.add_heading(draft.title, 0)
    document.add_paragraph(
        "本草稿由校验程序按县级自查表写出，只写进了没有查出问题的数；每句后面注明数在哪一格、"
        "由哪条规则判断。文字部分请补写，定稿前请删去来源。"
    )

    def write(line: Line) -> None:
        paragraph = document.add_paragraph(line.text)
        source = paragraph.add_run(f"〔{line.source}〕")
        source.font.size = Pt(8)
        source.font.color.rgb = RGBColor(0x70, 0x70, 0x70)

    for number, section in enumerate(draft.sections):
        ordinal = _SECTIONS[number] if number < len(_SECTIONS) else str(number + 1)
        document.add_heading(f"{ordinal}、{section.title}", 1)
        for line in section.lines:
            write(line)
    if draft.left_out:
        document.add_heading("没有写入正文的数（先改正或核实）", 1)
        for line in draft.left_out:
            write(line)
    target = BytesIO()
    document.save(target)
    return target.getvalue()
