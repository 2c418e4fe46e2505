"""The test kit: a plugin's rules asked about facts, and workbooks really filled, judged, marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TypeAlias
from warnings import catch_warnings, simplefilter

from checker_templates.building.fill_data import FillData, FillValue
from msgspec import Struct
from msgspec.structs import replace

from checker.authoring.examples import (
    ExampleResult,
    form_with,
    run_examples,
    verdicts_of,
    with_definitions,
)
from checker.judging.engine import judge
from checker.marking import changes_for
from checker.marking.result_rows import RESULT_SHEET
from checker.model.cells import CellRef
from checker.model.report import Report
from checker.model.rules import Plain, Rule
from checker.model.submission import FactState, Submission
from checker.model.template import Template
from checker.model.verdicts import Outcome, RuleError, Verdict
from checker.session import Session, SessionOptions
from checker.trouble import UserMistake

Facts: TypeAlias = Mapping[str, "Plain | float"]
Rows: TypeAlias = Mapping[str, Sequence[Mapping[str, "Plain | float"]]]


class KitError(UserMistake):
    """The kit was asked for something that is not there; the text is a Chinese sentence."""


class MarkedWorkbook(Struct, frozen=True):
    """A workbook that was filled, judged from the file, and marked. ``path`` is the marked copy."""

    path: Path
    source: Path
    report: Report
    notes: Mapping[tuple[str, str], str]
    """Text of the notes by sheet title and cell: ("教师", "E17")."""
    colours: Mapping[tuple[str, str], str]
    """Fill colours of the cells with a note, as RRGGBB."""
    result_rows: tuple[tuple[str, ...], ...]
    """The rows of the sheet 校验结果."""

    def cell_of(self, field: str, column: str | None = None, row: int = 0) -> tuple[str, str]:
        """Sheet title and cell of a field (in a column), or of ``table.column`` in a row."""
        places = [
            fact.cell
            for ref, fact in self.report.submission.facts.items()
            if ref.field == field and column in (None, ref.column)
        ]
        table, _, name = field.rpartition(".")
        for each in self.report.submission.tables.get(table, ()):
            if name in each.facts and row in (0, each.ordinal):
                places.append(each.facts[name].cell)
        found = [place for place in places if isinstance(place, CellRef)]
        if not found:
            raise KitError(f"工作簿中没有 {field}" + (f" 的 {column} 栏。" if column else "。"))
        return found[0].sheet, found[0].a1

    def note(self, field: str, column: str | None = None, row: int = 0) -> str:
        """The note on a field's cell; "" if it has none."""
        return self.notes.get(self.cell_of(field, column, row), "")

    def colour(self, field: str, column: str | None = None, row: int = 0) -> str:
        """The colour a field's cell was given, as RRGGBB; "" if it was not marked."""
        return self.colours.get(self.cell_of(field, column, row), "")


class Checked(Struct, frozen=True):
    """What one rule said: one verdict for each unit it was asked about."""

    rule: str
    verdicts: tuple[Verdict, ...]
    errors: tuple[RuleError, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The one verdict. Raises KitError if there is none or more than one, or if it crashed."""
        if self.errors:
            error = self.errors[0]
            raise KitError(
                f"规则 {self.rule} 出错：{error.message}（{error.where}）\n{error.trace}"
            )
        if len(self.verdicts) != 1:
            told = "、".join(f"{item.unit.label} {item.outcome.value}" for item in self.verdicts)
            raise KitError(
                f"规则 {self.rule} 给出了 {len(self.verdicts)} 条结论（{told or '无'}）；"
                "请用 stage 指定学段，或自己查看 verdicts。"
            )
        return self.verdicts[0]

    @property
    def outcome(self) -> Outcome:
        """pass, fail, doubt, explained, not_applicable or incomplete."""
        return self.verdict.outcome

    @property
    def message(self) -> str:
        """The sentence the clerk reads."""
        return self.verdict.message

    @property
    def actual(self) -> str:
        """What is there, as shown: "0.87人"."""
        return "" if self.verdict.actual is None else str(self.verdict.actual)

    @property
    def required(self) -> str:
        """What is required, as shown."""
        return "" if self.verdict.required is None else self.verdict.required.text

    @property
    def gap(self) -> str:
        """What is missing, as shown: "缺 7 名体育、艺术专任教师"."""
        return "" if self.verdict.gap is None else str(self.verdict.gap)

    @property
    def fields(self) -> tuple[str, ...]:
        """Ids of the fields that would be marked, foremost first."""
        return tuple(dict.fromkeys(ref.field for ref in self.verdict.at))


class Tried(Struct, frozen=True):
    """A workbook filled from an example of a rule, and what the plugin's rules say of it, without
    what passed or does not apply."""

    rule: str
    example: int
    book: MarkedWorkbook
    verdicts: tuple[Verdict, ...]


class PluginKit:
    """Rules of the plugins in ``folders`` (and all others that are installed)."""

    def __init__(self, folders: Sequence[Path], profile: str | None = None) -> None:
        self.folders = tuple(Path(folder) for folder in folders)
        self.session = Session(
            SessionOptions(profile=profile, plugin_dirs=tuple(map(str, self.folders)))
        )
        self._kits: dict[str, PluginKit] = {}

    def under(self, profile: str | None) -> PluginKit:
        """The same under another profile."""
        if profile is None:
            return self
        if profile not in self._kits:
            self._kits[profile] = PluginKit(self.folders, profile)
        return self._kits[profile]

    @cached_property
    def templates(self) -> dict[str, Template]:
        """All templates by id."""
        return {template.id: template for template in self.session.templates}

    def rule(self, rule_id: str) -> Rule:
        """A rule. Raises KitError, with the reasons why plugins were refused."""
        found = self.session.rules.get(rule_id)
        if found is None:
            raise KitError(f"没有规则 {rule_id}。{self.session.plugins.why_off()}")
        return found

    def own_rules(self) -> Iterator[Rule]:
        """The rules of the plugins in this kit's folders. Raises KitError if one was refused."""
        places = {folder.resolve() for folder in self.folders}
        for error in self.session.errors:
            if any(str(folder) in error.where for folder in (*places, *self.folders)):
                raise KitError(f"插件 {error.plugin} 没有启用：{error.message}")
        for manifest in self.session.plugins.manifests:
            if manifest.folder.resolve() in places:
                yield from manifest.rules

    def submission(
        self,
        facts: Facts,
        tables: Rows | None = None,
        *,
        template: str | None = None,
        stage: str | None = None,
    ) -> Submission:
        """The form with these facts typed in and all else left empty. Keys of ``facts`` are field
        ids, or "field@column"; without a column the figure goes to the stage, else to 全校.

        Raises KitError, ExampleError.
        """
        return form_with(self._template(template), _plain(facts), _rows(tables), stage)

    def check(
        self,
        rule_id: str,
        facts: Facts,
        *,
        stage: str | None = None,
        tables: Rows | None = None,
        template: str | None = None,
        previous: Facts | None = None,
        profile: str | None = None,
        definitions: Mapping[str, str] | None = None,
    ) -> Checked:
        """What one rule says of a form with these facts; see the fixture ``check_rule``."""
        session = self.under(profile).session
        rule = self.rule(rule_id)
        form = self._template(template or (rule.templates[0] if rule.templates else None))
        filled = form_with(form, _plain(facts), _rows(tables), stage)
        earlier = form_with(form, _plain(previous), {}, stage) if previous else None
        used = with_definitions(session.profile, definitions or {})
        only = replace(session.ruleset, chosen=frozenset({rule_id}))
        report = judge(filled, only, used, earlier)
        errors = tuple(error for error in report.errors if error.rule == rule_id)
        return Checked(rule_id, verdicts_of(report, rule_id, stage), errors)

    def examples(self) -> Iterator[ExampleResult]:
        """Every example of every rule of this kit's plugins, judged."""
        for rule in self.own_rules():
            yield from run_examples(rule, self.session.ruleset, self.templates)

    def marked_workbook(
        self,
        folder: Path,
        facts: Facts,
        tables: Rows | None = None,
        *,
        template: str | None = None,
        stage: str | None = None,
    ) -> MarkedWorkbook:
        """Build the template's workbook in ``folder``, fill it, judge the file, mark a copy."""
        form = self.submission(facts, tables, template=template, stage=stage)
        return make_marked(self.session, folder, form)

    def tried(self, folder: Path, rule_id: str | None = None) -> Tried:
        """The workbook of the first example that is not to pass, of this rule or of the first one
        that has one. Raises KitError, ExampleError, OSError."""
        own = list(self.own_rules())
        for rule in own if rule_id is None else [self.rule(rule_id)]:
            for number, example in enumerate(rule.examples, 1):
                if example.schools or example.expect in (Outcome.PASS, Outcome.NOT_APPLICABLE):
                    continue
                folder.mkdir(parents=True, exist_ok=True)
                form = self._template(rule.templates[0])
                facts = _of_a_school_with(form, example.stage, example.facts)
                filled = form_with(form, facts, example.tables, example.stage)
                book = make_marked(self.session, folder, filled)
                ids = {each.id for each in own}
                told = tuple(
                    verdict.worded()
                    for verdict in book.report.verdicts
                    if verdict.rule in ids
                    and verdict.outcome not in (Outcome.PASS, Outcome.NOT_APPLICABLE)
                )
                return Tried(rule.id, number, book, told)
        raise KitError("没有可以试填的例子：要有一个不通过的、填在一所学校表上的例子。")

    def _template(self, template_id: str | None) -> Template:
        if template_id is None:
            used = {name for rule in self.own_rules() for name in rule.templates}
            if len(used) != 1:
                raise KitError(f"请用 template 写明模板：{'、'.join(sorted(used))}。")
            (template_id,) = used
        found = self.templates.get(template_id)
        if found is None:
            raise KitError(f"没有模板 {template_id}；有 {'、'.join(self.templates)}。")
        return found


def _of_a_school_with(
    form: Template, stage: str | None, facts: Mapping[str, Plain]
) -> Mapping[str, Plain]:
    """The facts, with a school's type that has the stage they are of, where none is given."""
    split = form.split
    if split.field is None or split.field in facts:
        return facts
    named = {name.partition("@")[2].partition(".")[0] for name in facts} | {stage or ""}
    known = {each.id for each in form.stages}
    wanted = (named & known) or {form.stages[0].id}
    fits = [code for code, stages in split.by_code.items() if wanted <= set(stages)]
    return (
        {**facts, split.field: min(fits, key=lambda code: len(split.by_code[code]))}
        if fits
        else facts
    )


def _plain(facts: Facts | None) -> dict[str, Plain]:
    return {
        name: Decimal(str(value)) if isinstance(value, float) else value
        for name, value in (facts or {}).items()
    }


def _rows(tables: Rows | None) -> dict[str, list[dict[str, Plain]]]:
    return {name: [_plain(row) for row in rows] for name, rows in (tables or {}).items()}


# -- a real workbook -------------------------------------------------------------------------


def make_marked(session: Session, folder: Path, filled: Submission) -> MarkedWorkbook:
    """The workbook of a form that is filled in, marked, and what stands in it, read back from the
    file. Raises KitError if the file cannot be judged."""
    from checker_templates.building.build import build_workbook
    from checker_templates.building.fill import fill_template
    from checker_templates.building.live_formulas import live_formulas

    from checker.writing import write_changes

    template = filled.template
    folder.mkdir(parents=True, exist_ok=True)
    blank = folder / f"{template.title}.xlsx"
    source, target = folder / "填好的表.xlsx", folder / "带标记的表.xlsx"
    build_workbook(
        template, blank, formulas=live_formulas(template, session.ruleset, session.profile)
    )
    fill_template(template, blank, source, _fill_data(filled))
    judgement = session.judge_file(source)
    if judgement.report is None:
        raise KitError(f"填好的表没有得出结论：{judgement.message}")
    changes = changes_for(judgement.report, session.rules, session.profile.title)
    write_changes(source, target, changes)
    notes, colours, rows = _read_back(target)
    return MarkedWorkbook(target, source, judgement.report, notes, colours, rows)


def _fill_data(submission: Submission) -> FillData:
    """The facts with the columns they belong to, as the filler takes them."""
    given: dict[str, dict[str, FillValue]] = {}
    for ref, fact in submission.facts.items():
        if fact.state is FactState.GIVEN:
            given.setdefault(ref.field, {})[ref.column] = fact.value
    rows = {
        name: [
            {
                column: fact.value
                for column, fact in row.facts.items()
                if fact.state is FactState.GIVEN
            }
            for row in entries
        ]
        for name, entries in submission.tables.items()
    }
    return FillData(given, rows)


Cells = dict[tuple[str, str], str]


def _read_back(path: Path) -> tuple[Cells, Cells, tuple[tuple[str, ...], ...]]:
    """Notes, colours of the cells with notes, and the rows of the result sheet."""
    from openpyxl import load_workbook

    with catch_warnings():
        simplefilter("ignore")  # of print areas that openpyxl does not know
        workbook = load_workbook(path)
    notes: Cells = {}
    colours: Cells = {}
    for sheet in workbook.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.comment is not None:
                    place = (sheet.title, cell.coordinate)
                    notes[place] = str(cell.comment.text)
                    colours[place] = str(cell.fill.fgColor.rgb or "")[-6:]
    rows: tuple[tuple[str, ...], ...] = ()
    if RESULT_SHEET in workbook.sheetnames:
        rows = tuple(
            tuple("" if value is None else str(value) for value in values)
            for values in workbook[RESULT_SHEET].iter_rows(values_only=True)
        )
    workbook.close()
    return notes, colours, rows
