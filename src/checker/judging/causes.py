"""Causes: what a person should mend first, and which findings go away with it.

A cause is tried by judging again with it taken away: the school's type changed, a shifted column
moved back, one figure unknown. What is then no longer said follows from it. Blank cells and lost
parts of the form cannot be guessed; they are gathered by sheet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from math import ceil, floor
from typing import TypeVar

from checker.judging.blank_cells import BLANK_CELL
from checker.judging.changed_submissions import (
    OTHER_STAGE,
    as_type,
    moved_back,
    with_figure,
    with_unknown,
)
from checker.model.cells import CellRef
from checker.model.report import Cause, CauseKind
from checker.model.submission import Fact, FactRef, FactState, Submission
from checker.model.template import Field, Sheet, SheetKind
from checker.model.verdicts import (
    Outcome,
    Passed,
    Quantity,
    Severity,
    UnitRef,
    Verdict,
    finding_key,
)

T = TypeVar("T")

MOST = 7
"""Things to do that are named; the rest follows when these are done."""

STRUCTURE = frozenset(
    {"FORM010", "FORM011", "FORM012", "FORM013", "FORM014", "FORM015", "FORM018", "FORM024"}
)
"""FORM rules about the form's own parts: rows, columns, sheets, edition."""

PLACES_DISAGREE = "FORM012"
"""The form rule about rows and cells whose number, header and name do not agree."""

OTHER_EDITION = "FORM015"
"""The form rule about the year of a form; its finding says what to do as it stands."""

NOT_ASKED = "FORM036"
"""The form rule about numbers in cells that are not asked for: the ones that are stay blank."""

TELLS_ITSELF = frozenset({OTHER_EDITION, "FORM024"})
"""Form rules whose finding says what to do, which is not to restore the sheet."""

_FEW = 2
"""Findings that a figure must explain before it is called a cause: fewer are read one by one."""

_MANY = 5
"""Findings from which on a moved column or a wrong school type is looked for."""

_FAULTS = frozenset({Outcome.FAIL, Outcome.DOUBT})
"""What is to be mended. 未达标 is no fault, but follows from one where a figure is wrong."""

_SHOWN = _FAULTS | {Outcome.UNMET}

_TRIES = 40
"""Judgements again that one workbook may cost."""

_LIKELY = 8
"""Figures that are tried for one cell, besides slips of digits and units."""

_ASKED = 12
"""Cells that are tried before one is called a cause."""

_Worth = tuple[int, int]
"""How many faults fewer there are when a cell is set right, and how many standards are met then."""

_Tried = tuple[_Worth, FactRef, Submission, dict[str, Verdict]]
"""What is gained without what a cell holds, the cell, the submission then, and the findings
left."""

JudgeAgain = Callable[[Submission, frozenset[str] | None], Sequence[Verdict | Passed]]
"""The verdicts on a changed submission, under the same rules and profile: all of them, or those of
the rules with these ids and of the form itself."""

FieldsRead = Callable[[str], Set[str]]
"""Ids of the fields that the rule with this id reads."""


class Search:
    """What to do first about the findings among these verdicts: those that no cause explains yet,
    and the submission without the causes found."""

    def __init__(
        self,
        submission: Submission,
        verdicts: Sequence[Verdict | Passed],
        severity_of: Callable[[str], Severity | None],
        judge_again: JudgeAgain,
        fields_read: FieldsRead,
    ) -> None:
        self.submission = submission
        self.severity_of = severity_of
        self.judge_again = judge_again
        self.fields_read = fields_read
        self.open = self._findings(verdicts)
        self.known = frozenset(self.open)
        self.tries = _TRIES

    def causes(self) -> tuple[Cause, ...]:
        """At most `MOST`, one after the other, each on what the ones before left open."""
        steps = (
            self._school_type,
            self._structure,
            self._shift,
            self._not_asked,
            self._figures,
            self._blanks,
            self._single_rules,
        )
        return tuple(islice((cause for step in steps for cause in step()), MOST))

    @property
    def faults(self) -> dict[str, Verdict]:
        """What is still open and has to be mended."""
        return {key: each for key, each in self.open.items() if each.outcome in _FAULTS}

    def _findings(self, verdicts: Sequence[Verdict | Passed]) -> dict[str, Verdict]:
        """What is wrong, doubtful or below standard, by key; what only informs is left out."""
        found: dict[str, Verdict] = {}
        for verdict in verdicts:
            if isinstance(verdict, Passed) or verdict.outcome not in _SHOWN:
                continue
            if self.severity_of(verdict.rule) is not Severity.INFO:
                found.setdefault(finding_key(verdict), verdict)
        return found

    def _without(self, changed: Submission) -> tuple[dict[str, Verdict], int]:
        """The findings on a changed submission, and how many fewer they are."""
        self.tries -= 1
        left = self._findings(self.judge_again(changed, None))
        return left, self._fewer(left, frozenset())

    def _put_right(self, changed: Submission) -> tuple[dict[str, Verdict], int]:
        """As `_without`, but what cannot be judged any more does not count as gone."""
        self.tries -= 1
        again = self.judge_again(changed, None)
        left = self._findings(again)
        unjudged = {(each.rule, each.unit) for each in again if each.outcome is Outcome.INCOMPLETE}
        return left, self._fewer(left, unjudged)

    def _fewer(self, left: dict[str, Verdict], unjudged: Set[tuple[str, UnitRef]]) -> int:
        """How many more faults are gone than came anew."""
        gone = sum(
            key not in left and (each.rule, each.unit) not in unjudged
            for key, each in self.faults.items()
        )
        return gone - sum(
            key not in self.known and each.outcome in _FAULTS for key, each in left.items()
        )

    def _at_most(self, changed: Submission) -> int:
        """How many fewer findings a changed submission can have: as many as go away of those that
        are open. Only their rules are judged; what comes anew is not known."""
        faults = self.faults
        rules = frozenset(verdict.rule for verdict in faults.values())
        left = self._findings(self.judge_again(changed, rules))
        return sum(key not in left for key in faults)

    def _accept(
        self, kind: CauseKind, message: str, place: CellRef | None, left: dict[str, Verdict]
    ) -> Cause:
        keys = tuple(key for key in self.open if key not in left)
        self.open = {key: verdict for key, verdict in self.open.items() if key in left}
        return Cause(kind, message, place, place.sheet if place else "", keys)

    def _gather(self, kind: CauseKind, message: str, keys: Sequence[str]) -> Cause:
        """The cause of these findings, at the first of them."""
        left = {key: each for key, each in self.open.items() if key not in keys}
        return self._accept(kind, message, self._place(self.open[keys[0]]), left)

    # -- the school's type -------------------------------------------------------------------

    def _school_type(self) -> Iterator[Cause]:
        template, submission = self.submission.template, self.submission
        field_id = template.split.field
        others = sum(verdict.rule == OTHER_STAGE for verdict in self.open.values())
        if field_id is None or len(self.faults) < _MANY or not others:
            return
        typed = next(
            (fact for ref, fact in submission.facts.items() if ref.field == field_id), None
        )
        if typed is None or typed.cell is None:
            return
        best: tuple[int, str, Submission, dict[str, Verdict]] | None = None
        tried = {submission.stages}
        for code, stages in template.split.by_code.items():
            if stages in tried:
                continue
            tried.add(stages)
            changed = as_type(submission, typed, code, stages)
            left, fewer = self._without(changed)
            if best is None or fewer > best[0]:
                best = fewer, code, changed, left
        if best is None or best[0] < len(self.faults) // 2:
            return
        _, code, changed, left = best
        meaning = template.code_lists.get(template.fields()[field_id].codes or "", {})
        now = f"{typed.value} {meaning.get(str(typed.value), '')}".strip()
        message = (
            f"先核对“{template.fields()[field_id].label}”，现在是“{now}”；表里填的数更像是"
            f"“{code} {meaning.get(code, '')}”。"
        )
        yield self._accept(CauseKind.TYPE, message, typed.cell, left)
        self.submission = changed

    # -- parts of the form -------------------------------------------------------------------

    def _structure(self) -> Iterator[Cause]:
        groups = _grouped(
            ((each.rule, self._sheet(each)), key)
            for key, each in self.open.items()
            if each.rule in STRUCTURE
        )
        for (rule, sheet), keys in sorted(groups.items(), key=lambda item: -len(item[1])):
            first = self.open[keys[0]]
            more = f"（这张表共 {len(keys)} 处）" if len(keys) > 1 else ""
            message = f"先恢复{f'“{sheet}”表' if sheet else '工作簿'}的原样：{first.message}{more}"
            if rule in TELLS_ITSELF or self.submission.template.layout is not None:
                message = first.message
            elif rule == PLACES_DISAGREE and len(keys) >= _MANY:
                message = (
                    f"先看“{sheet}”表的表头和行号是不是改过、对调过，有没有整栏、整行剪切移动过："
                    f"有 {len(keys)} 处按表头、行号找到的与表内记号不是同一格，所以没有读。"
                    "请恢复成空白表里的样子。"
                )
            yield self._gather(CauseKind.STRUCTURE, message, keys)

    def _not_asked(self) -> Iterator[Cause]:
        """Figures beside the cells that ask for them: the blank ones of the sheet go with them."""
        for verdict in [each for each in self.open.values() if each.rule == NOT_ASKED]:
            sheet = self._sheet(verdict)
            left = self._but(sheet, NOT_ASKED, BLANK_CELL)
            yield self._accept(CauseKind.STRUCTURE, verdict.message, self._place(verdict), left)

    def _but(self, sheet: str, *rules: str) -> dict[str, Verdict]:
        """What is open but for the findings of these rules on one sheet."""
        return {
            key: each
            for key, each in self.open.items()
            if each.rule not in rules or self._sheet(each) != sheet
        }

    # -- shifted figures ---------------------------------------------------------------------

    def _shift(self) -> Iterator[Cause]:
        on_sheet = Counter(
            place.sheet for verdict in self.faults.values() if (place := self._place(verdict))
        )
        for sheet in self.submission.template.sheets:
            title = self.submission.sheet_titles.get(sheet.id, sheet.title)
            if sheet.kind is not SheetKind.FORM or on_sheet[title] < _MANY:
                continue
            found = self._best_shift(sheet)
            if found is not None:
                fewer, place, step, changed, left = found
                figure = self._best_figure(set())
                if figure is not None and figure[0][0] >= fewer:
                    continue  # one cell explains as much
                word = "下" if step > 0 else "上"
                message = (
                    f"“{title}”表从第 {place.row} 行起的数像是整体往{word}错了一行；"
                    f"往{'上' if step > 0 else '下'}移一行后多数问题消去。"
                )
                beside = self.open.keys() - self._but(title, NOT_ASKED).keys()
                left = {key: each for key, each in left.items() if key not in beside}
                yield self._accept(CauseKind.SHIFT, message, place, left)
                self.submission = changed

    def _best_shift(
        self, sheet: Sheet
    ) -> tuple[int, CellRef, int, Submission, dict[str, Verdict]] | None:
        rows = [fact.cell.row for field in sheet.fields for fact in self._facts(field) if fact.cell]
        wrong = {place.row for verdict in self.faults.values() if (place := self._place(verdict))}
        starts = sorted({min(rows), *(row for row in rows if row in wrong)})[:4] if rows else []
        best: tuple[int, int, int, Submission, dict[str, Verdict]] | None = None
        least = max(_MANY // 2, len(self.faults) // 3)
        for start in starts:
            for step in (1, -1):
                changed = moved_back(self.submission, sheet, start, step)
                if self._at_most(changed) < least or self.tries <= 0:
                    continue
                left, fewer = self._put_right(changed)
                if fewer >= least:
                    best = fewer, start, step, changed, left
                    least = fewer + 1
        if best is None:
            return None
        fewer, start, step, changed, left = best
        column = min(
            fact.cell.column
            for field in sheet.fields
            for fact in self._facts(field)
            if fact.cell and fact.cell.row == start
        )
        title = self.submission.sheet_titles.get(sheet.id, sheet.title)
        return fewer, CellRef(title, start, column), step, changed, left

    def _facts(self, field: Field) -> Iterator[Fact]:
        for column in field.columns:
            fact = self.submission.facts.get(FactRef(field.id, column))
            if fact is not None:
                yield fact

    # -- one figure --------------------------------------------------------------------------

    def _figures(self) -> Iterator[Cause]:
        refused: set[FactRef] = set()
        while (found := self._best_figure(refused)) is not None:
            _, ref, changed, left = found
            fact = self.submission.fact(ref)
            gone = [each.outcome for key, each in self.open.items() if key not in left]
            met = gone.count(Outcome.UNMET)
            message = (
                f"先核对{self._label(ref)}，现在填的是 {fact.typed or fact.value}："
                f"{len(gone) - met} 处问题{f'、{met} 项未达标' if met else ''}都牵涉到它。"
            )
            yield self._accept(CauseKind.FIGURE, message, fact.cell, left)
            self.submission = changed

    def _best_figure(self, refused: set[FactRef]) -> _Tried | None:
        """The cell with which most is gained when it holds another figure. Cells for which there is
        none are added to ``refused``."""
        while self.tries > 0:
            best: _Tried | None = None
            for ref in self._asked(refused)[: self.tries]:
                changed = with_unknown(self.submission, ref)
                if self._at_most(changed) < (best[0][0] if best else 1):
                    continue
                left, fewer = self._without(changed)
                worth = self._worth(left, fewer)
                if worth is not None and (best is None or worth > best[0]):
                    best = worth, ref, changed, left
            if best is None:
                return None
            refused.add(best[1])
            mended = self._mended(best)
            if mended is not None:
                return mended
        return None

    def _asked(self, refused: Set[FactRef]) -> list[FactRef]:
        """Cells on which several findings hang, the most told of first, then the first told: those
        that the findings point at, and the others that their rules read."""
        near: Counter[FactRef] = Counter()
        far: Counter[FactRef] = Counter()
        below: Counter[FactRef] = Counter()
        for verdict in self.open.values():
            at = _once(verdict.at)
            read = _once((*at, *self._read_by(verdict)))
            if verdict.outcome in _FAULTS:
                near.update(at)
                far.update(read)
            else:
                below.update(read)
        asked = [
            ref
            for ref, times in far.items()
            if times + bool(below[ref]) >= _FEW and ref not in refused and self._given(ref)
        ]
        asked.sort(key=lambda ref: (-far[ref], -near[ref], -below[ref]))
        return asked[:_ASKED]

    def _read_by(self, verdict: Verdict) -> Iterator[FactRef]:
        """The cells of the form that the rule of a verdict reads of its unit."""
        fields = self.submission.template.fields()
        for field_id in sorted(self.fields_read(verdict.rule)):
            field = fields.get(field_id)
            if field is not None:
                stage = verdict.unit.stage
                columns = (stage,) if stage in field.columns else field.columns
                yield from (FactRef(field_id, column) for column in columns if column)

    def _worth(self, left: dict[str, Verdict], fewer: int) -> _Worth | None:
        """What is gained with these findings left; None if that makes no cause: several faults do,
        and one impossibility on which a standard hangs."""
        gone = [each for key, each in self.open.items() if key not in left]
        met = sum(each.outcome is Outcome.UNMET for each in gone)
        impossible = any(each.outcome is Outcome.FAIL for each in gone)
        if fewer >= _FEW or (fewer == 1 and met and impossible):
            return fewer, met
        return None

    def _mended(self, unknown: _Tried) -> _Tried | None:
        """The same with a figure instead of none: the one with which most findings go away
        together. Findings that contradict each other on one cell are not promised to go away with
        it. None if no figure takes away enough; what is no figure is taken as it is."""
        _, ref, _, left = unknown
        gone = {key: each for key, each in self.open.items() if key not in left}
        faults = [key for key, each in gone.items() if each.outcome in _FAULTS]
        figures = self._figures_for(ref, faults)
        if figures is None:
            return unknown if len(faults) >= _FEW else None
        rules = frozenset(each.rule for each in gone.values())
        most, chosen = (0, 0), None
        for figure in figures:
            changed = with_figure(self.submission, ref, figure)
            still = self._findings(self.judge_again(changed, rules))
            fewer = sum(key not in still for key in faults)
            worth = fewer, sum(key not in still for key in gone) - fewer
            if fewer and worth > most:
                most, chosen = worth, changed
                if sum(most) == len(gone):
                    break
        if chosen is None:
            return None
        left, fewer = self._without(chosen)
        gained = self._worth(left, fewer)
        return None if gained is None else (gained, ref, chosen, left)

    def _figures_for(self, ref: FactRef, keys: Sequence[str]) -> list[Decimal] | None:
        """Figures that may be the right one for a cell, the likeliest first: those that just fulfil
        one of the findings, and slips of digits and units. None if it holds no figure."""
        typed = self.submission.fact(ref).value
        if not isinstance(typed, Decimal):
            return None
        other = typed * 2 + 3
        rules = frozenset(self.open[key].rule for key in keys)
        changed = with_figure(self.submission, ref, other)
        again = {finding_key(each): each for each in self.judge_again(changed, rules)}
        wanted: Counter[Decimal] = Counter()
        for key in keys:
            one, two = _apart(self.open[key]), _apart(again.get(key))
            if one is None or two is None or one == two:
                continue
            wanted.update(set(_roots(Fraction(typed), Fraction(other), one, two)))
        slips = [typed / 10, typed * 10, typed / 10000, typed * 10000]
        whole = typed == typed.to_integral_value()
        likely = [figure for figure, _ in wanted.most_common(_LIKELY)]
        return [each for each in (*likely, *slips) if not whole or each == each.to_integral_value()]

    def _given(self, ref: FactRef) -> bool:
        return self.submission.fact(ref).state is FactState.GIVEN

    def _label(self, ref: FactRef) -> str:
        template = self.submission.template
        declared = template.declared(ref.field)
        if isinstance(declared, Field):
            where = template.stage_title(ref.column) if ref.column in self.submission.stages else ""
            return f"“{declared.label}”{f'（{where}）' if where else ''}"
        if declared is None:
            return f"“{ref.field}”"
        table = template.tables()[ref.field.rpartition(".")[0]]
        return f"{table.title}第 {ref.row} 行的“{declared.title}”"

    # -- blanks, and what is left ------------------------------------------------------------

    def _blanks(self) -> Iterator[Cause]:
        blank = ((self._sheet(v), key) for key, v in self.open.items() if v.rule == BLANK_CELL)
        for sheet, keys in _grouped(blank).items():
            first = self.open[keys[0]]
            message = f"填“{sheet}”表里还空着的 {len(keys)} 格必填项。"
            if len(keys) == 1 and first.message:
                message = first.message
            yield self._gather(CauseKind.BLANKS, message, keys)

    def _single_rules(self) -> Iterator[Cause]:
        groups = _grouped((verdict.rule, key) for key, verdict in self.faults.items())
        hard = {
            rule: any(self.open[key].outcome is Outcome.FAIL for key in keys)
            for rule, keys in groups.items()
        }
        for rule_id, keys in sorted(
            groups.items(), key=lambda item: (not hard[item[0]], -len(item[1]))
        ):
            first = self.open[keys[0]]
            message = first.message or rule_id
            if len(keys) > 1:
                message += f"（同样的问题共 {len(keys)} 处）"
            yield self._gather(CauseKind.RULE, message, keys)

    def _place(self, verdict: Verdict) -> CellRef | None:
        if verdict.cell is not None:
            return verdict.cell
        located = (self.submission.locate(ref) for ref in verdict.at)
        return next((cell for cell in located if cell is not None), None)

    def _sheet(self, verdict: Verdict) -> str:
        place = self._place(verdict)
        return place.sheet if place else verdict.sheet or ""


def _apart(verdict: Verdict | Passed | None) -> Fraction | None:
    """How far the value of a verdict lies from what is required."""
    if verdict is None or not isinstance(verdict.actual, Quantity) or verdict.required is None:
        return None
    wanted = verdict.required.value
    return None if wanted is None else verdict.actual.value - wanted


def _roots(one: Fraction, two: Fraction, apart: Fraction, then: Fraction) -> Iterator[Decimal]:
    """Figures at which a value is as required, if it is ``apart`` from it at one figure and
    ``then`` at another: it grows with the figure, or with its reciprocal. Rounded both ways."""
    found = [one - apart * (two - one) / (then - apart)]
    if one:
        slope = (then - apart) / (1 / two - 1 / one)
        inverse = 1 / one - apart / slope
        if inverse > 0:
            found.append(1 / inverse)
    for root in found:
        if root >= 0:
            yield from {Decimal(floor(root)), Decimal(ceil(root))}
            yield round(Decimal(root.numerator) / Decimal(root.denominator), 2)


def _once(cells: Iterable[FactRef]) -> list[FactRef]:
    """Each cell once, in the order given; a set has another order in every process."""
    return list(dict.fromkeys(cells))


def _grouped(named: Iterable[tuple[T, str]]) -> dict[T, list[str]]:
    """Keys of findings by what they have in common, in the order given."""
    found: dict[T, list[str]] = {}
    for name, key in named:
        found.setdefault(name, []).append(key)
    return found
