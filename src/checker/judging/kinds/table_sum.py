"""Table sum 表内合计: rows of a form that add up to a stated total in every column, and columns
that add up to a total column in every row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from checker.judging.context import Context
from checker.judging.unit import Unit
from checker.judging.wording import gap_of, missed
from checker.model.rules import Rule
from checker.model.submission import FactRef
from checker.model.template import PREVIOUS_SUFFIX
from checker.model.verdicts import Passed, Quantity, Requirement, Verdict
from checker.rules.values import ZERO, NotApplicable, exact_sum
from checker.toml_files import texts

Part = tuple[str, FactRef]
"""What a part of a sum is called, and where it stands."""


def evaluate(rule: Rule, unit: Unit, context: Context) -> Iterator[Verdict | Passed]:
    """A verdict for every sum that does not come out; else one 通过. A total that was left empty,
    or of which no part was filled in, is not compared; an empty part counts as 0."""
    total, parts = str(rule.spec["total"]), texts(rule.spec["parts"])
    labels = {name: unit.label_of(name) for name in (total, *parts)}
    titles = unit.column_titles
    own = unit.template.fields()[total].columns if total in unit.template.fields() else ()
    columns = texts(rule.spec.get("columns", [])) or tuple(
        name for name in own if not name.endswith(PREVIOUS_SUFFIX)
    )
    compared = missed_any = False
    sums: list[tuple[str, str, FactRef, list[Part]]] = [
        (
            f"{titles.get(column, column)}一栏",
            labels[total],
            FactRef(total, column),
            [(labels[name], FactRef(name, column)) for name in parts],
        )
        for column in columns
    ]
    across = texts(rule.spec.get("part_columns", []))
    if across:
        column = str(rule.spec["total_column"])
        sums += [
            (
                f"“{labels[name]}”一行",
                titles.get(column, column),
                FactRef(name, column),
                [(titles.get(part, part), FactRef(name, part)) for part in across],
            )
            for name in (*parts, total)
        ]
    for where, label, whole, pieces in sums:
        typed = unit.typed_in(whole)
        numbers = [unit.typed_in(ref) for _, ref in pieces]
        if typed is None or all(number is None for number in numbers):
            continue
        compared = True
        together = exact_sum(number or ZERO for number in numbers)
        if typed != together:
            missed_any = True
            yield _apart(context, where, label, typed, together, whole, pieces, numbers)
    if not compared:
        raise NotApplicable(f"没有填“{labels[total]}”或它的各部分")
    if not missed_any:
        yield context.passed(
            f"“{labels[total]}”等于各部分之和。", required=Requirement("等于各部分之和")
        )


def _apart(
    context: Context,
    where: str,
    label: str,
    typed: Fraction,
    together: Fraction,
    whole: FactRef,
    pieces: Sequence[Part],
    numbers: Sequence[Fraction | None],
) -> Verdict:
    measured = context.unit.unit_of(whole.field)
    actual, wanted = Quantity(typed, measured), Quantity(together, measured)
    listed = " + ".join(
        f"{name} {Quantity(number, '')}"
        for (name, _), number in zip(pieces, numbers, strict=True)
        if number is not None
    )
    gap = gap_of(
        context.rule, abs(typed - together), measured, "==", excess=typed > together, split=True
    )
    empty = "、".join(
        f"“{name}”" for (name, _), number in zip(pieces, numbers, strict=True) if number is None
    )
    short = typed > together and empty
    filled = "已填的" if short else ""
    message = (
        f"{where}：“{label}”为 {actual}，{filled}各部分之和为 {wanted}（{listed}），"
        f"相差 {Quantity(gap.exact, gap.unit)}。"
    )
    if short:
        message += f"{empty}没有填，有的请补填。"
    at = [whole, *(ref for _, ref in pieces)]
    if short:  # what was typed may well be right: the cells that are empty are to be filled
        at = [ref for (_, ref), number in zip(pieces, numbers, strict=True) if number is None]
    required = Requirement(f"等于各部分之和 {wanted}", "==", together, measured)
    return missed(context, message, at=at, actual=actual, required=required, gap=gap)
