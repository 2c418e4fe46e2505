"""What a clerk sees of a report: one colour per cell, a note in words, a list, a sheet 说明."""

from __future__ import annotations

from msgspec.structs import replace
from sample_report import PE, RULES, TOTAL, report, short_of_teachers, verdict

from checker.marking import changes_for
from checker.marking.cell_marks import MOST_RELATED, marks_for
from checker.marking.findings import findings_of
from checker.model.cells import CellRef
from checker.model.marks import Fill, Mark
from checker.model.rules import Citation, sources_in_words
from checker.model.submission import Explanation
from checker.model.verdicts import Outcome, Scope, UnitRef, Verdict


def marks(*verdicts: Verdict) -> dict[str, Mark]:
    """Marks by "sheet!cell"."""
    changes = changes_for(report(*verdicts), RULES)
    return {f"{mark.sheet}!{mark.cell}": mark for mark in changes.marks}


def test_a_note_says_what_is_wrong_and_how_to_mend_it_and_no_more() -> None:
    """The clause and the details stand in 校验结果; a note is read in the cell."""
    mark = marks(short_of_teachers())["教师!E30"]
    assert mark.fill is Fill.FAIL
    assert mark.note == "不通过：每百名学生只有 0.87 名体育、艺术专任教师。\n补足教师。"


def test_a_note_is_never_longer_than_120_characters() -> None:
    long = replace(short_of_teachers(), message="很长的一句话，" * 40)
    for note in (mark.note for mark in marks(long, verdict("TEA101", Outcome.FAIL, PE)).values()):
        assert note is None or len(note) <= 120
    (note,) = [mark.note for place, mark in marks(long).items() if place == "教师!E30"]
    assert note is not None
    assert note.endswith("…")


def test_the_other_cells_of_a_finding_point_to_the_first() -> None:
    mark = marks(short_of_teachers())["基本情况!E28"]
    assert mark.fill is Fill.FAIL
    assert mark.note is not None
    assert "教师!E30" in mark.note


def test_the_indicator_cell_takes_the_colour_of_its_verdict() -> None:
    assert marks(short_of_teachers())["指标!E8"].fill is Fill.FAIL
    assert marks(verdict("RES3", Outcome.PASS, PE))["指标!E8"] == Mark(
        "指标", "E8", Fill.PASS, None
    )


def test_several_findings_on_one_cell_become_one_mark_with_the_worst_colour() -> None:
    found = marks(
        verdict("FORM003", Outcome.DOUBT, PE),
        verdict("TEA201", Outcome.DOUBT, PE),
        verdict("TEA101", Outcome.FAIL, PE),
        verdict("RES3", Outcome.PASS, PE),
    )
    mark = found["教师!E30"]
    assert mark.fill is Fill.FAIL
    assert mark.note is not None
    assert mark.note == "不通过：TEA101说的话。\n此处另有 2 条，见“校验结果”表。"


def test_a_passed_cell_is_green_without_a_note() -> None:
    assert marks(verdict("TEA101", Outcome.PASS, PE))["教师!E30"] == Mark(
        "教师", "E30", Fill.PASS, None
    )


def test_missing_data_and_not_applicable_colour_nothing() -> None:
    found = marks(
        verdict("TEA101", Outcome.INCOMPLETE, PE), verdict("TEA201", Outcome.NOT_APPLICABLE, PE)
    )
    assert found == {}


def test_the_number_of_marks_is_bounded_and_the_worst_stay() -> None:
    whole = report(verdict("TEA101", Outcome.PASS, PE), verdict("TEA201", Outcome.DOUBT, TOTAL))
    kept = marks_for(whole, findings_of(whole, RULES), most=1)
    assert [(mark.sheet, mark.cell, mark.fill) for mark in kept] == [
        ("基本情况", "E28", Fill.DOUBT)
    ]
    assert MOST_RELATED < 100


def test_a_finding_about_the_form_points_at_its_cell_or_stays_in_the_list() -> None:
    whole_school = UnitRef(Scope.SUBMISSION, "全校")
    overwritten = Verdict(
        "TEA101", Outcome.FAIL, whole_school, message="公式被改。", cell=CellRef("指标", 9, 5)
    )
    missing = Verdict("TEA101", Outcome.FAIL, whole_school, message="缺表。", sheet="安全")
    changes = changes_for(report(overwritten, missing), RULES)
    assert [mark.cell for mark in changes.marks] == ["E9"]
    listed = [[cell.value for cell in row] for row in changes.sheets[0].rows]
    assert any("安全" in row for row in listed)


def test_the_result_sheet_counts_first_then_lists_the_worst_first_with_links() -> None:
    sheet = changes_for(
        report(verdict("TEA201", Outcome.DOUBT, TOTAL), short_of_teachers()), RULES
    ).sheets[0]
    assert sheet.title == "校验结果"
    counts = [cell.value for cell in sheet.rows[3]]
    assert "不通过 1" in counts
    assert "存疑 1" in counts
    first, second = sheet.rows[5], sheet.rows[6]
    assert [first[1].value, second[1].value] == ["不通过", "存疑"]
    assert first[2].value == "教师!E30"
    assert first[2].link == "'教师'!E30"
    texts = [cell.value for cell in first]
    assert "0.87人" in texts
    assert "≥ 0.9人" in texts
    assert "缺 7 名体育、艺术专任教师" in texts


def test_soft_findings_are_entered_in_the_sheet_of_explanations() -> None:
    edits = changes_for(report(verdict("TEA201", Outcome.DOUBT, PE)), RULES).edits
    values = {edit.cell: edit.value for edit in edits}
    assert values["A6"] == "TEA201@teachers.pe@primary"
    assert values["B6"] == "教师!E30"
    assert "D6" not in values


def test_the_keys_stand_in_a_column_of_their_own_and_every_entry_names_its_text() -> None:
    area = (CellRef("说明", 6, 1), CellRef("说明", 8, 5))
    edits = changes_for(report(verdict("TEA201", Outcome.DOUBT, PE), area=area), RULES).edits
    assert [edit.cell for edit in edits] == ["A6", "E6", "B6", "C6"]
    assert edits[0].value == 1
    assert {edit.beside for edit in edits} == {"D6"}


def test_what_was_explained_stays_and_what_is_gone_is_taken_away() -> None:
    edits = changes_for(
        report(
            verdict("TEA201", Outcome.EXPLAINED, PE),
            verdict("TEA201", Outcome.DOUBT, TOTAL),
            explanations=(
                Explanation("TEA201@teachers.pe@primary", "今年新调入。", 6, "偏少", "教师!E30"),
                Explanation("TEA299@gone", "", 7),
                Explanation("TEA298@gone", "", 8),
            ),
        ),
        RULES,
    ).edits
    values = {edit.cell: edit.value for edit in edits}
    row = {cell: value for cell, value in values.items() if cell.endswith("6")}
    assert row == {"A6": "TEA201@teachers.pe@primary", "B6": "教师!E30", "C6": "偏少"}
    assert values["A7"] == "TEA201@students.total@primary"
    assert values["A8"] is None


def test_no_finding_is_entered_beside_a_text_that_belongs_to_none() -> None:
    """Its key was cleaned away or typed over: the next finding would count as explained by it."""
    edits = changes_for(
        report(
            verdict("TEA201", Outcome.DOUBT, TOTAL),
            explanations=(Explanation("", "今年新调入。", 6),),
        ),
        RULES,
    ).edits
    values = {edit.cell: edit.value for edit in edits}
    assert values["A7"] == "TEA201@students.total@primary"
    assert "A6" not in values


def test_a_workbook_without_the_sheet_gets_no_edits() -> None:
    assert changes_for(report(verdict("TEA201", Outcome.DOUBT, PE), area=None), RULES).edits == ()


def test_hard_and_informing_findings_need_no_explanation() -> None:
    edits = changes_for(
        report(short_of_teachers(), verdict("FORM003", Outcome.DOUBT, PE)), RULES
    ).edits
    assert edits == ()


def test_what_only_reports_of_other_places_say_is_called_local_practice() -> None:
    """A clerk is not held to another county's report as if it were a clause."""
    clause = Citation("国家义务教育质量监测方案", clause="第三条")
    told = Citation("某县义务教育发展情况报告", clause="第9项", local=True)
    assert sources_in_words((told,)) == (
        "各地自查的做法，没有条文规定，参见《某县义务教育发展情况报告》第9项"
    )
    both = sources_in_words((clause, told))
    assert both == "《国家义务教育质量监测方案》第三条；《某县义务教育发展情况报告》第9项"
    assert sources_in_words(()) == ""
