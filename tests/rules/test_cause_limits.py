"""先做这几件事 at its limits: how much a thing must explain before it is named as the cause."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest
from msgspec.structs import replace

from checker.judging.engine import judge
from checker.model.cells import CellRef
from checker.model.report import Cause, CauseKind, Report
from checker.model.rules import Plain
from checker.model.submission import FactRef, Problem, Submission
from checker.model.verdicts import Outcome
from checker.plugins.loading import Plugins
from checker.rules.profiles import build

Judge = Callable[..., Report]
Rows = list[dict[str, Plain]]
SHEET = "基本情况"


@pytest.fixture
def judged_in_place(
    plugin: Callable[..., Plugins], school: Callable[..., Submission]
) -> Callable[..., Report]:
    """Judges a form whose fields stand one below the other, a column beside the other."""

    def run(
        body: str,
        facts: Mapping[str, Plain],
        *,
        rooms: Rows | None = None,
        problems: Sequence[Problem] = (),
        stages: tuple[str, ...] = ("primary",),
    ) -> Report:
        form = school(facts, {"rooms": rooms or []})
        rows = {name: row for row, name in enumerate(form.template.fields(), 5)}
        columns = {
            name: place for place, name in enumerate(dict.fromkeys(r.column for r in form.facts), 3)
        }
        placed = {
            ref: replace(fact, cell=CellRef(SHEET, rows[ref.field], columns[ref.column]))
            for ref, fact in form.facts.items()
        }
        ruleset = plugin(body).ruleset
        report = judge(
            replace(form, facts=placed, problems=tuple(problems), stages=stages),
            ruleset,
            build(ruleset.thresholds),
        )
        assert report.errors == ()
        return report

    return run


def holds(number: int, check: str, severity: str = "hard", more: str = "") -> str:
    return (
        f'[[rules]]\nid = "TRY{number}"\nkind = "relation"\ntitle = "第{number}项"\n'
        f'severity = "{severity}"\ntemplates = ["small"]\nscope = "submission"\n'
        f"check = '{check}'\n{more}\n"
    )


def small_rooms(number: int) -> str:
    """Every room has at least 90 ㎡."""
    return (
        f'[[rules]]\nid = "TRY{number}"\nkind = "relation"\ntitle = "面积"\nseverity = "hard"\n'
        'templates = ["small"]\nscope = "row"\ntable = "rooms"\ncheck = "rooms.area >= 90"\n'
    )


def too_small(number: int) -> Rows:
    return [{"use": f"{n}室", "area": n} for n in range(number)]


def kinds(causes: Sequence[Cause]) -> list[tuple[CauseKind, int]]:
    return [(cause.kind, cause.gone) for cause in causes]


# -- one figure --------------------------------------------------------------------------------

AT_MOST_STAFF = [
    holds(1, "teachers.full_time <= staff.total"),
    holds(2, "teachers.pe <= staff.total"),
    holds(3, "students.boarders <= staff.total"),
]
PUPILS = {"teachers.full_time@primary": 5, "teachers.pe@primary": 5, "students.boarders@primary": 5}


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        (1, [(CauseKind.RULE, 1)]),
        (2, [(CauseKind.FIGURE, 2)]),
        (3, [(CauseKind.FIGURE, 3)]),
    ],
)
def test_two_findings_make_a_figure_a_cause(
    judged_in_place: Judge, rules: int, found: list[tuple[CauseKind, int]]
) -> None:
    """No staff at all: each rule is about another number of people, all of them about the staff."""
    report = judged_in_place("".join(AT_MOST_STAFF[:rules]), {**PUPILS, "staff.total": 0})
    assert kinds(report.causes) == found
    if rules > 1:
        (cause,) = report.causes
        assert cause.message == (f"先核对“教职工数”，现在填的是 0：{rules} 处问题都牵涉到它。")
        assert cause.place == report.submission.locate(FactRef("staff.total", "whole"))


def test_a_figure_of_a_stage_is_named_with_it_and_takes_what_is_below_standard_along(
    judged_in_place: Judge,
) -> None:
    """Two impossibilities make it a cause; the standard that fails with them is gone as well."""
    body = (
        holds(1, "teachers.pe <= teachers.full_time")
        + holds(2, "teachers.pe <= staff.total")
        + holds(3, "teachers.pe <= 4", "standard")
    )
    facts = {**PUPILS, "teachers.full_time@primary": 4, "staff.total": 4}
    (cause,) = judged_in_place(body, facts).causes
    assert (cause.kind, cause.gone) == (CauseKind.FIGURE, 3)
    assert "“体育专任教师”（小学段），现在填的是 5：2 处" in cause.message


def test_what_is_below_standard_alone_is_no_cause(judged_in_place: Judge) -> None:
    body = holds(1, "staff.total >= 4", "standard") + holds(2, "staff.total >= 5", "standard")
    report = judged_in_place(body, {"staff.total": 3})
    assert report.count(Outcome.UNMET) == 2
    assert report.causes == ()


def test_what_only_informs_is_no_cause(judged_in_place: Judge) -> None:
    body = holds(1, "staff.total >= 4", "info") + holds(2, "staff.total >= 5", "info")
    report = judged_in_place(body, {"staff.total": 3})
    assert report.count(Outcome.DOUBT) == 2
    assert report.causes == ()


def test_two_figures_are_two_causes_the_heavier_first(judged_in_place: Judge) -> None:
    body = small_rooms(4) + small_rooms(5).replace(">= 90", ">= 80") + "".join(AT_MOST_STAFF)
    report = judged_in_place(body, {**PUPILS, "staff.total": 0}, rooms=too_small(1))
    assert kinds(report.causes) == [(CauseKind.FIGURE, 3), (CauseKind.FIGURE, 2)]


def test_a_figure_in_a_table_is_named_by_its_row(judged_in_place: Judge) -> None:
    body = small_rooms(1) + small_rooms(2).replace(">= 90", ">= 80")
    (cause,) = judged_in_place(body, {}, rooms=[{"use": "音乐", "area": 96}, *too_small(1)]).causes
    assert (cause.kind, cause.gone) == (CauseKind.FIGURE, 2)
    assert "先核对专用教室第 2 行的“面积”，现在填的是 0：" in cause.message


# -- single rules, and how many things are named -----------------------------------------------


@pytest.mark.parametrize(("wrong", "named"), [(1, 1), (6, 6), (7, 7), (8, 7)])
def test_no_more_than_seven_things(judged_in_place: Judge, wrong: int, named: int) -> None:
    """Rules that each forbid another room."""
    body = "".join(holds(n, f'count(rooms, rooms.use == "{n}室") == 0') for n in range(wrong))
    report = judged_in_place(body, {}, rooms=too_small(wrong))
    assert report.count(Outcome.FAIL) == wrong
    assert kinds(report.causes) == [(CauseKind.RULE, 1)] * named


def test_what_must_be_mended_stands_before_what_is_asked_and_the_frequent_first(
    judged_in_place: Judge,
) -> None:
    body = holds(1, "money.budget == 1", "soft") + holds(2, "staff.total == 1") + small_rooms(3)
    report = judged_in_place(body, {"money.budget": 2, "staff.total": 2}, rooms=too_small(2))
    assert [cause.keys[0].partition("@")[0] for cause in report.causes] == ["TRY3", "TRY2", "TRY1"]
    assert [cause.gone for cause in report.causes] == [2, 1, 1]
    assert report.causes[0].message.endswith("（同样的问题共 2 处）")
    assert "同样的问题" not in report.causes[1].message


# -- the form itself ---------------------------------------------------------------------------


def test_lost_parts_and_blank_cells_are_gathered_by_sheet(judged_in_place: Judge) -> None:
    staff, budget = FactRef("staff.total", "whole"), FactRef("money.budget", "whole")
    problems = [
        Problem("FORM011", "少了第 5 行。", cell=CellRef("教师", 5, 1)),
        Problem("FORM012", "少了一列。", cell=CellRef(SHEET, 5, 1)),
        Problem("FORM012", "少了又一列。", cell=CellRef(SHEET, 5, 2)),
        Problem("FORM013", "少了一张表。"),
        Problem("FORM001", "必须填写。", staff),
        Problem("FORM001", "必须填写。", budget),
    ]
    causes = judged_in_place(holds(1, "1 == 1"), {}, problems=problems).causes
    assert kinds(causes) == [
        (CauseKind.STRUCTURE, 2),
        (CauseKind.STRUCTURE, 1),
        (CauseKind.STRUCTURE, 1),
        (CauseKind.BLANKS, 2),
    ]
    assert causes[0].message == "先恢复“基本情况”表的原样：少了一列。（这张表共 2 处）"
    messages = {cause.message for cause in causes[1:3]}
    assert messages == {
        "先恢复“教师”表的原样：少了第 5 行。",
        "先恢复工作簿的原样：少了一张表。",
    }
    assert causes[3].message == "填“基本情况”表里还空着的 2 格必填项。"


def test_a_form_of_another_year_is_not_to_be_restored(judged_in_place: Judge) -> None:
    """What to do then stands in its finding; no sheet of it has lost its shape."""
    said = "这份表是 2025 年的表样；请下载 2026 年的空白表重新填写。"
    problem = Problem("FORM015", said, sheet="填表说明")
    (cause,) = judged_in_place(holds(1, "1 == 1"), {}, problems=[problem]).causes
    assert (cause.kind, cause.message) == (CauseKind.STRUCTURE, said)


def test_one_blank_cell_is_said_by_its_own_name(judged_in_place: Judge) -> None:
    told = "“专任教师数”必须填写，现在是空的；没有的填 0。"
    problems = [Problem("FORM001", told, FactRef("staff.total", "whole"))]
    (cause,) = judged_in_place(holds(1, "1 == 1"), {}, problems=problems).causes
    assert (cause.kind, cause.gone, cause.message) == (CauseKind.BLANKS, 1, told)


# -- the school's type: five figures typed under 初中段 by a school that says it is a 小学 -------

JUNIOR = (
    "students.total",
    "students.boarders",
    "teachers.full_time",
    "teachers.pe",
    "area.teaching",
)


@pytest.mark.parametrize(
    ("typed", "others", "named"),
    [
        (5, 0, True),
        (4, 0, False),  # four findings are read one by one
        (4, 1, True),
        (5, 6, True),  # 5 of 11 is half, rounded down
        (5, 7, False),  # 5 of 12 is not
        (0, 5, False),  # nothing says that it is the type
    ],
)
def test_another_type_must_explain_half_of_at_least_five(
    judged_in_place: Judge, typed: int, others: int, named: bool
) -> None:
    problems = [
        Problem("FORM009", "本校没有初中段。", FactRef(field, "junior")) for field in JUNIOR[:typed]
    ]
    facts = {"school.type": "211", **{f"{field}@junior": 3 for field in JUNIOR}}
    report = judged_in_place(small_rooms(1), facts, rooms=too_small(others), problems=problems)
    assert report.count(Outcome.FAIL) == typed + others
    first = report.causes[0]
    assert (first.kind is CauseKind.TYPE) is named
    if named:
        assert first.message == (
            "先核对“办学类型”，现在是“211 小学”；表里填的数更像是“312 九年一贯制学校”。"
        )
        assert first.gone == typed


# -- figures one row too low -------------------------------------------------------------------

PINNED = [
    holds(1, "students.boarders == 20"),
    holds(2, "teachers.full_time == 10"),
    holds(3, "teachers.pe == 2"),
    holds(4, "area.teaching == 500"),
]
SHIFTED: dict[str, Plain] = {
    "students.boarders@primary": 100,
    "teachers.full_time@primary": 20,
    "teachers.pe@primary": 10,
    "area.teaching@primary": 2,
}
FIRST = Problem("FORM001", "必须填写。", FactRef("students.total", "primary"))


@pytest.mark.parametrize(("rules", "shifted"), [(4, True), (3, False)])
def test_five_findings_on_a_sheet_are_looked_at_for_a_shift(
    judged_in_place: Judge, rules: int, shifted: bool
) -> None:
    """100, 20, 10, 2 were typed a row too low: with the empty first cell five findings, or four."""
    report = judged_in_place("".join(PINNED[:rules]), SHIFTED, problems=[FIRST])
    first = report.causes[0]
    assert report.count(Outcome.FAIL) == rules + 1
    assert (first.kind is CauseKind.SHIFT) is shifted
    if shifted:
        assert (first.place, first.sheet) == (CellRef(SHEET, 5, 3), SHEET)
        assert first.message == (
            f"“{SHEET}”表从第 5 行起的数像是整体往下错了一行；往上移一行后多数问题消去。"
        )


def test_a_shift_upwards_is_moved_down(judged_in_place: Judge) -> None:
    """20, 10, 2, 500 stand a row too high; where 500 belongs nothing is left."""
    up: dict[str, Plain] = {
        "students.total@primary": 20,
        "students.boarders@primary": 10,
        "teachers.full_time@primary": 2,
        "teachers.pe@primary": 500,
    }
    empty = Problem("FORM001", "必须填写。", FactRef("area.teaching", "primary"))
    body = "".join([*PINNED, holds(5, "students.total != 20")])
    first = judged_in_place(body, up, problems=[empty]).causes[0]
    assert first.kind is CauseKind.SHIFT
    assert "整体往上错了一行；往下移一行" in first.message
