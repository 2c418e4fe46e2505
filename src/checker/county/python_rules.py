"""County rules in Python: the forms of all schools as pandas tables, and what may be said of them.

pandas is imported only where such a rule runs: all other county rules are data and exact
arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec.structs import replace

from checker.county.conclusions import CountyFinding
from checker.county.question import Conclusion, HandedIn, Question
from checker.forms.stage_units import stages_of
from checker.forms.typed_value import blank_fact
from checker.judging.context import Context
from checker.judging.engine import Run
from checker.judging.unit import Unit
from checker.marking.file_record import FileRecord
from checker.model.rules import Rule
from checker.model.submission import Fact, FactRef, FactState, FactValue, Submission, TableRow
from checker.model.template import Blank, Field, FieldType, TableColumn, Template
from checker.model.verdicts import Outcome, Quantity
from checker.plugins.failure import PluginFailure
from checker.plugins.verdict_check import number_problems, shown, text_problems
from checker.rules.expression import parse
from checker.rules.profiles import Profile
from checker.rules.ruleset import RuleSet
from checker.rules.syntax import Name
from checker.rules.values import MissingInput, NotApplicable, RuleDefect, Value
from checker.toml_files import texts

if TYPE_CHECKING:
    import pandas as pd

NAN = float("nan")
"""What stands in a table where nothing usable was filled in."""


class CountyData:
    """What ``def check(county, context)`` is given: tables of every school's form.

    Numbers are exact ``Fraction`` objects, so sums and quotients are exact; 是/否 is True or False,
    a day is a ``datetime.date``; what is blank or cannot be read is NaN (``.isna()``), except that
    無数据留空 counts as 0, as everywhere. Every table is the caller's own copy.
    """

    def __init__(
        self,
        forms: Sequence[HandedIn],
        rule: Rule,
        ruleset: RuleSet,
        profile: Profile,
        last_year: CountyData | None = None,
    ) -> None:
        self._forms = [form for form in forms if form.template in rule.templates]
        self._rule = rule
        self._ruleset = ruleset
        self._profile = profile
        self.last_year = last_year

    @property
    def units(self) -> pd.DataFrame:
        """One row for each stage of each school: index ``code`` (标识码) and ``stage`` ("" in forms
        without stages), columns ``name``, ``type`` and the rule's ``inputs`` (every field of the
        form where it names none), for the stage as in rules with scope = "stage"."""
        return self._tables["units"].copy()

    @property
    def schools(self) -> pd.DataFrame:
        """The same with one row for each school (index ``code``): figures of the whole school."""
        return self._tables["schools"].copy()

    def table(self, name: str) -> pd.DataFrame:
        """The rows of a table of all schools: index ``code`` and ``row`` (from 1), one column for
        each column of the table. Raises KeyError for a table that no form has."""
        columns: dict[str, None] = {}
        rows: Rows = {}
        for form in self._forms:
            run = self._run(form)
            declared = run.submission.template.tables().get(name)
            if declared is not None:
                own = [column.id for column in declared.columns]
                columns |= dict.fromkeys(own)
                for number, unit in enumerate(_rows(run.whole, name), 1):
                    read = {column: _read(unit.value, f"{name}.{column}") for column in own}
                    rows[form.code, number] = read
        if not columns:
            raise KeyError(f"没有表 {name}")
        return _frame(rows, ["code", "row"], columns)

    def _run(self, form: HandedIn) -> Run:
        return Run(form.read(), self._ruleset, self._profile)

    @cached_property
    def _tables(self) -> Mapping[str, pd.DataFrame]:
        units: Rows = {}
        schools: Rows = {}
        columns: dict[str, None] = dict.fromkeys(("name", "type"))
        for form in self._forms:
            run = self._run(form)
            asked = self._asked(run.submission.template)
            columns |= dict.fromkeys(asked)
            for unit in (run.whole, *run.stages.values()):
                context = Context(run.plan, self._rule, unit)
                if self._rule.when and _read(context.evaluate, self._rule.when) is not True:
                    continue
                read = {text: _read(context.evaluate, text) for text in asked}
                row = {"name": form.name, "type": form.type} | read
                if unit is run.whole:
                    schools[form.code,] = row
                if unit is not run.whole or not run.stages:
                    units[form.code, unit.stage or ""] = row
        return {
            "units": _frame(units, ["code", "stage"], columns),
            "schools": _frame(schools, ["code"], columns),
        }

    def _asked(self, template: Template) -> list[str]:
        """The rule's inputs as far as this form has them (a table is no figure)."""
        named = self._rule.spec.get("inputs")
        fields = template.fields()
        if not isinstance(named, list):
            return list(fields)
        return [
            text for text in texts(named) if not isinstance(parse(text), Name) or text in fields
        ]


Rows: TypeAlias = "dict[tuple[str | int, ...], Mapping[str, Value | float]]"
"""The rows of a table by their places in its index."""


def _frame(rows: Rows, names: list[Hashable], columns: Iterable[str]) -> pd.DataFrame:
    import pandas as pd

    levels = list(map(list, zip(*rows, strict=True))) or [[] for _ in names]
    if len(names) > 1:
        index: Any = pd.MultiIndex.from_arrays(levels, names=names)
    else:
        index = pd.Index(levels[0], name=names[0], dtype=object)
    return pd.DataFrame(list(rows.values()), index, list(columns), dtype=object)


def _read(ask: Callable[[str], Value], text: str) -> Value | float:
    try:
        return ask(text)
    except (MissingInput, NotApplicable):
        return NAN


def _rows(unit: Unit, table: str) -> Sequence[Unit]:
    try:
        return unit.rows(table)
    except (MissingInput, NotApplicable):
        return ()


class CountyContext:
    """What a county rule in Python may ask beside the tables, and how it says its conclusions.

    ``form`` is the county's own form as a Unit (None: it was not handed in); ``absent`` so many
    schools of the roster handed nothing in.
    """

    rule: Rule
    edition: int
    form: Unit | None
    absent: int

    def __init__(self, question: Question, profile: Profile, form: Unit | None):
        self._question = question
        self._profile = profile
        self.rule = question.rule
        self.edition = profile.year(question.county.edition)
        self.form = form
        self.absent = question.county.absent

    def threshold(self, threshold_id: str, stage: str | None = None) -> Fraction:
        """The exact value of a limit. Raises NotApplicable where the profile has none for it."""
        found = self._profile.value(threshold_id, stage, self.edition)
        if found is None:
            raise NotApplicable(f"没有限值 {threshold_id}")
        return found

    def definition(self, name: str) -> str:
        """The definition chosen by the profile; "" if it chose none."""
        return self._profile.definitions.get(name, "")

    def name(self, code: str) -> str:
        """A school's name; its 标识码 where none is known."""
        return self._question.name(code)

    def passed(self, message: str, **said: Any) -> CountyFinding:
        """通过: ``message`` is one Chinese sentence; further words as for ``failed``."""
        return self._say(Outcome.PASS, message, **said)

    def failed(self, message: str, **said: Any) -> CountyFinding:
        """Not as it should be: 不通过, 存疑 or 未达标 by the rule's severity. ``schools`` are the
        标识码 it is about, ``stage`` a stage's id, ``actual`` (a Quantity or a text) and
        ``required`` (a text) what is there and what should be. Without ``schools`` it is about the
        county, and provisional as long as schools are missing."""
        return self._say(Outcome.FAIL, message, **said)

    def not_applicable(self, reason: str) -> CountyFinding:
        """不适用, with a Chinese clause saying why."""
        return self._say(Outcome.NOT_APPLICABLE, f"不适用：{reason}。")

    def incomplete(self, message: str, **said: Any) -> CountyFinding:
        """缺数据: ``message`` says what is missing."""
        return self._say(Outcome.INCOMPLETE, message, **said)

    def _say(
        self,
        outcome: Outcome,
        message: str,
        *,
        schools: Iterable[str] = (),
        stage: str = "",
        actual: Quantity | str = "",
        required: str = "",
    ) -> CountyFinding:
        for problem in _said_wrong(message, actual, required):
            raise RuleDefect(problem)
        codes = (schools,) if isinstance(schools, str) else tuple(schools)
        figure = Fraction(actual.value) if isinstance(actual, Quantity) else None
        of_some = bool(codes) or outcome is Outcome.NOT_APPLICABLE
        say = self._question.finding if of_some else self._question.of_all
        found = say(outcome, str(actual), required, message, codes, figure=figure)
        return replace(found, stage=stage)


def _said_wrong(message: object, actual: object, required: object) -> Iterator[str]:
    """What cannot be put into words, said before anything is done with it."""
    yield from text_problems("message", message)
    yield from text_problems("required", required)
    if isinstance(actual, Quantity):
        yield from number_problems("actual 的 Quantity", actual.value)
        yield from text_problems("actual 的单位", actual.unit)
    else:
        yield from text_problems("actual", actual, expected=" Quantity 或文字")


def ask_function(question: Question, ruleset: RuleSet, profile: Profile) -> Conclusion:
    """What a plugin's function says of the county. Raises PluginFailure if it went wrong, or where
    pandas is not installed."""
    rule, asked = question.rule, question.county
    functions = ruleset.functions
    if functions is None:
        raise PluginFailure("这一组规则没有带上插件的代码")
    if find_spec("pandas") is None:
        raise PluginFailure(
            "这条规则用到 pandas，这里没有安装，没有运行；"
            'pip install "checker-edu[county]" 之后就会运行'
        )
    earlier = (
        CountyData(asked.earlier_forms, rule, ruleset, profile) if asked.earlier_forms else None
    )
    county = CountyData(asked.forms, rule, ruleset, profile, earlier)
    own = Run(asked.form, ruleset, profile).whole if asked.form is not None else None
    context = CountyContext(question, profile, own)
    present = {each.code for each in asked.forms}
    known = present | {each.code for each in asked.earlier_forms}

    def checked(given: object) -> CountyFinding:
        if type(given) is not CountyFinding or given.rule != rule.id:
            raise ValueError(
                f"给出的应是结论（用 context.passed、context.failed 等得到），却是 {shown(given)}"
            )
        for code in given.schools:
            if type(code) is not str or code not in known:
                raise ValueError(f"schools 里应是学校的标识码（表的 index），却有 {shown(code)}")
        if given.stage != "" and given.stage not in asked.stages:
            raise ValueError(f"stage 应是学段的编号，却是 {shown(given.stage)}")
        return replace(given, of_school=len(given.schools) == 1 and given.schools[0] in present)

    name = str(rule.spec["function"])
    try:
        given = functions.call_county(rule.plugin, name, (county, context), checked)
    except NotApplicable as reason:
        given = [context.not_applicable(reason.reason)]
    except MissingInput:
        given = [context.incomplete("县级自查表缺少要用的数，暂不能判断。")]
    return Conclusion(tuple(given))


# -- a form from its record --------------------------------------------------------------------

_NOT_READ = frozenset(
    f"FORM{number:03}" for number in (2, 4, 5, 6, 7, 8, 11, 12, 18, 22, 25, 26, 27)
)
"""Findings of cells that hold something, or are not there: none of them is blank."""


def submission_of(record: FileRecord, template: Template) -> Submission:
    """The submission that a record was made of, as far as rules read it. Where something in it
    could not be read, no empty cell is taken for a 0: a record does not say which one it was."""
    unread = any(finding.rule in _NOT_READ for finding in record.findings)
    fields = template.fields()
    tables = template.tables()
    facts: dict[FactRef, Fact] = {
        ref: _blank(ref, field, unread)
        for field in fields.values()
        for ref in (FactRef(field.id, column) for column in field.columns)
    }
    rows: dict[str, dict[int, dict[str, Fact]]] = {name: {} for name in tables}
    columns = {
        f"{table.id}.{column.id}": column for table in tables.values() for column in table.columns
    }
    used: set[str] = set()
    for given in record.facts:
        entry: Field | TableColumn | None = columns.get(given.field) if given.row else None
        entry = entry or fields.get(given.field)
        if entry is None:
            continue
        ref = FactRef(given.field, given.column, given.row)
        fact = Fact(ref, FactState.GIVEN, _value(given.value, entry.type), None, given.value)
        if isinstance(entry, TableColumn):
            table = given.field.rpartition(".")[0]
            rows[table].setdefault(given.row, {})[entry.id] = fact
            used.add(tables[table].sheet)
        else:
            facts[ref] = fact
            used.add(entry.sheet)
    return Submission(
        name=record.name,
        template=template,
        facts=facts,
        tables={
            name: tuple(
                TableRow(
                    row,
                    {
                        column.id: own.get(column.id)
                        or _blank(FactRef(f"{name}.{column.id}", "", row), column, unread)
                        for column in tables[name].columns
                    },
                )
                for row, own in sorted(found.items())
            )
            for name, found in rows.items()
        },
        stages=stages_of(template, fields, facts),
        not_handed_in=tuple(
            sheet.id for sheet in template.sheets if sheet.optional and sheet.id not in used
        ),
    )


def _blank(ref: FactRef, entry: Field | TableColumn, unread: bool) -> Fact:
    if unread and entry.blank is Blank.ZERO:
        return Fact(ref, FactState.UNBOUND)
    return blank_fact(ref, entry)


_TEXTS = frozenset({FieldType.TEXT, FieldType.CODE})


def _value(text: str, kind: FieldType) -> FactValue:
    """The typed value that was put into a record as text."""
    if kind is FieldType.FLAG:
        return text == "True"
    if kind in (FieldType.DATE, FieldType.MONTH):
        return date.fromisoformat(text)
    return text if kind in _TEXTS else Decimal(text)
