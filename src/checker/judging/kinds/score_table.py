"""Score table 评分表: scored items, one a row, add up to what is stated for their section."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from checker.judging.context import Context
from checker.judging.unit import Unit
from checker.judging.wording import gap_of, missed
from checker.model.rules import Rule
from checker.model.submission import FactRef
from checker.model.verdicts import Passed, Quantity, Requirement, Verdict
from checker.rules.values import NotApplicable, exact_sum
from checker.toml_files import texts


def evaluate(rule: Rule, unit: Unit, context: Context) -> Iterator[Verdict | Passed]:
    """A verdict for every section and score that does not come out; else one 通过.

    A section of which nothing is stated is not compared, nor is a table without rows. Raises
    MissingInput for a score that cannot be read or was not given.
    """
    spec = rule.spec
    section, stated = str(spec["section"]), texts(spec["stated"])
    table = section.rpartition(".")[0]
    rows = unit.rows(table)
    if not rows:
        raise NotApplicable("没有填各项的得分")
    members: dict[str, list[Unit]] = {}
    for row in rows:
        members.setdefault(row.text(section), []).append(row)
    compared = missed_any = False
    for code, field in zip(texts(spec["codes"]), texts(spec["sections"]), strict=True):
        own = members.get(code, [])
        for name, column in zip(texts(spec["columns"]), stated, strict=True):
            whole = FactRef(field, column)
            typed = unit.typed_in(whole)
            if typed is None:
                continue
            compared = True
            scores = [row.number(f"{table}.{name}") for row in own]
            together = exact_sum(scores)
            if typed != together:
                missed_any = True
                at = [whole, *(ref for row in own for ref in row.refs(f"{table}.{name}"))]
                yield _apart(context, whole, typed, together, scores, at)
    if not compared:
        raise NotApplicable("没有填各部分的得分")
    if not missed_any:
        yield context.passed(
            "各部分的得分等于所属各项之和。", required=Requirement("等于所属各项之和")
        )


def _apart(
    context: Context,
    whole: FactRef,
    typed: Fraction,
    together: Fraction,
    scores: list[Fraction],
    at: list[FactRef],
) -> Verdict:
    unit = context.unit
    measured = unit.unit_of(whole.field)
    actual, wanted = Quantity(typed, measured), Quantity(together, measured)
    column = unit.column_titles.get(whole.column, whole.column)
    gap = gap_of(
        context.rule, abs(typed - together), measured, "==", excess=typed > together, split=True
    )
    items = f"所属 {len(scores)} 项之和为 {wanted}" if scores else "下面没有列出任何一项"
    message = (
        f"“{unit.label_of(whole.field)}”的{column}为 {actual}，{items}，"
        f"相差 {Quantity(gap.exact, measured)}。"
    )
    required = Requirement(f"等于所属各项之和 {wanted}", "==", together, measured)
    return missed(context, message, at=at, actual=actual, required=required, gap=gap)
