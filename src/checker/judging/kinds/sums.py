"""Sums: a total that must equal its parts (合计), rows and columns of a form that add up to stated
totals (表内合计), and scored items that add up to what is stated for their section (评分表)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import TypeAlias

from checker.judging.context import Context, limit_value
from checker.judging.marked_facts import marked
from checker.judging.unit import Unit
from checker.judging.wording import Words, gap_of, missed, please
from checker.model.rules import Rule
from checker.model.submission import FactRef
from checker.model.template import PREVIOUS_SUFFIX
from checker.model.verdicts import Passed, Quantity, Requirement, Said, Verdict
from checker.rules.expression import parse
from checker.rules.values import ZERO, NotApplicable, exact_sum
from checker.toml_files import texts

OF_PARTS, OF_ITEMS = "各部分之和", "所属各项之和"

Part: TypeAlias = tuple[str, FactRef]
"""What a part of a sum is called, and where it stands."""


def total_of_parts(rule: Rule, unit: Unit, context: Context) -> Iterable[Verdict | Passed]:
    """One verdict, marked at the total and then its parts."""
    total_text, parts = str(rule.spec["total"]), texts(rule.spec["parts"])
    total = context.number(total_text)
    together = exact_sum(context.number(part) for part in parts)
    tolerance = ZERO
    if "tolerance" in rule.spec:
        tolerance = limit_value(context, str(rule.spec["tolerance"]))
    if total == together or abs(total - together) <= tolerance:
        return (context.fulfilled(_said, marked, context, total, together),)
    words = Words(context)
    measured = words.unit_shown(parse(total_text))
    named = [(words.describe(parse(part)), context.number(part)) for part in parts]
    # a part that this form does not have is described by the number that stands for it
    listed = " + ".join(
        f"{label} {Quantity(value, '')}" for label, value in named if not label.isdigit()
    )
    head = (
        f"“{words.describe(parse(total_text))}”为 {Quantity(total, measured)}，"
        f"{OF_PARTS}为 {Quantity(together, measured)}（{listed}）"
    )
    return (_apart(context, head, total, together, measured, tail=f"{please(rule)}。"),)


def _said(context: Context, total: Fraction, together: Fraction) -> Said:
    """The words for a total that is what its parts make."""
    words, total_text = Words(context), str(context.rule.spec["total"])
    measured = words.unit_shown(parse(total_text))
    actual = Quantity(total, measured)
    message = f"“{words.describe(parse(total_text))}”为 {actual}，等于{OF_PARTS}。"
    return Said(message, actual, _equal(OF_PARTS, together, measured))


def table_sum(rule: Rule, unit: Unit, context: Context) -> Iterator[Verdict | Passed]:
    """A verdict for every sum that does not come out; else one 通过. A total that was left empty,
    or of which no part was filled in, is not compared; an empty part counts as 0."""
    label = unit.label_of(str(rule.spec["total"]))
    if rule.spec.get("columns") == []:  # only across
        column = str(rule.spec["total_column"])
        label = unit.column_titles.get(column, column)
    nothing = f"没有填“{label}”或它的各部分"
    return _compared(context, _of_table(rule, unit, context), nothing, f"“{label}”", OF_PARTS)


def _of_table(rule: Rule, unit: Unit, context: Context) -> Iterator[Verdict | None]:
    for where, label, whole, pieces in _sums_of_table(rule, unit):
        typed = unit.typed_in(whole)
        numbers = [unit.typed_in(ref) for _, ref in pieces]
        if typed is None or all(number is None for number in numbers):
            continue
        together = exact_sum(number or ZERO for number in numbers)
        found = None
        if typed != together:
            head = f"{where}：“{label}”为"
            found = _apart_in_table(context, head, typed, together, whole, pieces, numbers)
        yield found


def _sums_of_table(rule: Rule, unit: Unit) -> Iterator[tuple[str, str, FactRef, list[Part]]]:
    """Every sum: the column or row it is in, what its total is called and where that stands, and
    its parts."""
    total, parts = str(rule.spec["total"]), texts(rule.spec["parts"])
    labels = {name: unit.label_of(name) for name in (total, *parts)}
    titles = unit.column_titles
    own = unit.template.fields()[total].columns if total in unit.template.fields() else ()
    own = tuple(name for name in own if not name.endswith(PREVIOUS_SUFFIX))
    for column in texts(rule.spec.get("columns", own)):
        pieces = [(labels[name], FactRef(name, column)) for name in parts]
        yield f"{titles.get(column, column)}一栏", labels[total], FactRef(total, column), pieces
    across = texts(rule.spec.get("part_columns", []))
    for name in (*parts, total) if across else ():
        column = str(rule.spec["total_column"])
        pieces = [(titles.get(part, part), FactRef(name, part)) for part in across]
        yield f"“{labels[name]}”一行", titles.get(column, column), FactRef(name, column), pieces


def _apart_in_table(
    context: Context,
    head: str,
    typed: Fraction,
    together: Fraction,
    whole: FactRef,
    pieces: Sequence[Part],
    numbers: Sequence[Fraction | None],
) -> Verdict:
    measured = context.unit.unit_of(whole.field)
    given = list(zip(pieces, numbers, strict=True))
    listed = " + ".join(
        f"{name} {Quantity(number, '')}" for (name, _), number in given if number is not None
    )
    empty = [piece for piece, number in given if number is None]
    short = typed > together and empty
    at = [whole, *(ref for _, ref in pieces)]
    filled, tail = "", "。"
    if short:  # what was typed may well be right: the cells that are empty are to be filled
        at = [ref for _, ref in empty]
        filled = "已填的"
        tail = f"。{'、'.join(f'“{name}”' for name, _ in empty)}没有填，有的请补填。"
    head = (
        f"{head} {Quantity(typed, measured)}，"
        f"{filled}{OF_PARTS}为 {Quantity(together, measured)}（{listed}）"
    )
    return _apart(context, head, typed, together, measured, tail=tail, at=at)


def score_table(rule: Rule, unit: Unit, context: Context) -> Iterator[Verdict | Passed]:
    """A verdict for every section and score that does not come out; else one 通过.

    A section of which nothing is stated is not compared, nor is a table without rows. Raises
    MissingInput for a score that cannot be read or was not given.
    """
    found = _of_sections(rule, unit, context)
    return _compared(context, found, "没有填各部分的得分", "各部分的得分", OF_ITEMS)


def _of_sections(rule: Rule, unit: Unit, context: Context) -> Iterator[Verdict | None]:
    spec = rule.spec
    section, stated = str(spec["section"]), texts(spec["stated"])
    table = section.rpartition(".")[0]
    rows = unit.rows(table)
    if not rows:
        raise NotApplicable("没有填各项的得分")
    members: dict[str, list[Unit]] = {}
    for row in rows:
        members.setdefault(row.text(section), []).append(row)
    for code, field in zip(texts(spec["codes"]), texts(spec["sections"]), strict=True):
        own = members.get(code, [])
        for name, column in zip(texts(spec["columns"]), stated, strict=True):
            whole = FactRef(field, column)
            typed = unit.typed_in(whole)
            if typed is None:
                continue
            scores = [row.number(f"{table}.{name}") for row in own]
            together = exact_sum(scores)
            if typed == together:
                yield None
                continue
            measured = unit.unit_of(field)
            wanted = Quantity(together, measured)
            items = f"所属 {len(scores)} 项之和为 {wanted}" if scores else "下面没有列出任何一项"
            head = (
                f"“{unit.label_of(field)}”的{unit.column_titles.get(column, column)}"
                f"为 {Quantity(typed, measured)}，{items}"
            )
            at = [whole, *(ref for row in own for ref in row.refs(f"{table}.{name}"))]
            yield _apart(context, head, typed, together, measured, of=OF_ITEMS, at=at)


def _compared(
    context: Context, found: Iterable[Verdict | None], nothing: str, what: str, of: str
) -> Iterator[Verdict | Passed]:
    """The verdicts on sums that were compared (None: it comes out), or that all of them come out.
    Raises NotApplicable (``nothing``) if none was compared."""
    compared = list(found)
    if not compared:
        raise NotApplicable(nothing)
    wrong = [verdict for verdict in compared if verdict is not None]
    yield from wrong
    if not wrong:
        yield context.passed(f"{what}等于{of}。", required=Requirement(f"等于{of}"))


def _apart(
    context: Context,
    head: str,
    total: Fraction,
    together: Fraction,
    measured: str,
    *,
    of: str = OF_PARTS,
    tail: str = "。",
    at: Sequence[FactRef] | None = None,
) -> Verdict:
    """A total that is not the sum; what was said of both so far, and by how much they differ."""
    gap = gap_of(
        context.rule, abs(total - together), measured, "==", excess=total > together, split=True
    )
    message = f"{head}，相差 {Quantity(gap.exact, gap.unit)}{tail}"
    said = Said(message, Quantity(total, measured), _equal(of, together, measured))
    return missed(context, said, at=at, gap=gap)


def _equal(of: str, together: Fraction, measured: str) -> Requirement:
    return Requirement(f"等于{of} {Quantity(together, measured)}", "==", together, measured)
