"""The sheet 指标 computed by real Calc says what checker says, to the last digit that is shown."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest
from checker_templates.building.build import build_workbook
from checker_templates.building.excel_expression import ExcelTranslator, NotInExcelError, grouped
from checker_templates.building.fill import fill_template
from checker_templates.building.fill_data import FillData, FillValue
from checker_templates.building.live_formulas import live_formulas

from checker.model.cells import CellKind
from checker.model.verdicts import Outcome, Quantity, Severity
from checker.rules.expression import parse
from checker.rules.values import plain
from checker.session import Session

pytestmark = pytest.mark.real

SCHOOL = "compulsory_school"
EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def session() -> Session:
    return Session()


def both(primary: FillValue, junior: FillValue, **more: FillValue) -> dict[str, FillValue]:
    return {"primary": primary, "junior": junior, **more}


NINE_YEAR_SCHOOL = FillData(
    facts={
        "school.name": "上石桥九年一贯制学校",
        "school.code": "3141152401",
        "school.type": "312",
        "students.total": both(1301, 742),
        "teachers.full_time": both(61, 57),
        "teachers.above_degree": both(57, 40),
        "teachers.backbone": both(13, 7),
        "teachers.pe": both(5, 0),
        "teachers.arts": both(7, 4),
        "teachers.certified": both(61, 56),
        "teachers.trained_360": both(61, 57),
        "area.teaching": both("5210.55", None, shared="3300.5"),
        "area.indoor_sports": both(None, None, shared=850),
        "area.sports_ground": both(None, "9100.25"),
        "equipment.value": both("210.36", "168.9", shared="11.07"),
        "rooms.multimedia": both(30, 18, shared=3),
        "school.urban_rural": "121",
        "students.boarders": both(100, 200),
        "students.nearby": both(1290, 742),
        "students.final_grade": both(200, 240),
        "students.cohort_start": {"junior": 250},
        "students.cohort_in": {"junior": 4},
        "students.cohort_out": {"junior": 6},
        "students.cohort_died": {"junior": 0},
        "students.cohort_graduates": {"junior": 240},
        "staff.total": 130,
        "staff.quota": 128,
        "area.dormitory": 1000,
        "money.public_budget": 1500000,
        "money.training_budget": 70000,
        "safety.cameras_required": 40,
        "safety.cameras_connected": 36,
        "teachers.chinese": 30,
        "teachers.mandarin_chinese": 29,
        "teachers.mandarin_others": 88,
    }
)
PRIMARY_SCHOOL = FillData(
    facts={"school.name": "小学", "school.type": "211", "students.total": {"primary": 2400}}
)
"""GOV4 is asked only of schools with one stage of the two."""


@pytest.fixture(scope="module")
def computed(session: Session, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The forms, built, filled, and computed and saved by LibreOffice."""
    soffice = shutil.which("soffice")
    if soffice is None:
        if os.environ.get("CI"):
            pytest.fail("LibreOffice is needed")
        pytest.skip("LibreOffice is not installed")
    example = json.loads((EXAMPLES / "laian.json").read_text("utf-8"), parse_float=Decimal)
    county = FillData(facts=example["facts"], tables=example.get("tables", {}))
    filled = {
        SCHOOL: {"nine years": NINE_YEAR_SCHOOL, "primary": PRIMARY_SCHOOL, "empty": FillData()},
        "county": {"county": county},
    }
    folder = tmp_path_factory.mktemp("computed")
    for form, cases in filled.items():
        template = next(item for item in session.templates if item.id == form)
        empty = folder / f"{form}.xlsx"
        build_workbook(
            template, empty, formulas=live_formulas(template, session.ruleset, session.profile)
        )
        for name, data in cases.items():
            fill_template(template, empty, folder / f"{name} filled.xlsx", data)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    files = sorted(folder.glob("* filled.xlsx"))
    subprocess.run(
        [*command, "--outdir", folder / "out", *files],
        check=True,
        capture_output=True,
        timeout=500,
    )
    return {path.stem.removesuffix(" filled"): folder / "out" / path.name for path in files}


@pytest.mark.parametrize(("name", "elsewhere"), [("nine years", {"GOV4"}), ("primary", None)])
def test_the_sheet_says_what_checker_says(
    session: Session, computed: dict[str, Path], name: str, elsewhere: set[str] | None
) -> None:
    file = computed[name]
    judgement = session.judge_file(file)
    report = judgement.report
    assert report is not None
    assert [v.message for v in report.verdicts if v.rule in ("FORM016", "FORM017")] == []
    shown = {
        (item.rule, item.stage): plain(item.content.value)
        for item in report.submission.indicators
        if item.content.kind is CellKind.NUMBER
    }
    verdicts = {
        (verdict.rule, verdict.unit.stage or ""): verdict.actual.value
        for verdict in report.verdicts
        if isinstance(verdict.actual, Quantity)
        and (verdict.rule, verdict.unit.stage or "") in shown
    }
    indicators = [rule for sheet in report.submission.template.sheets for rule in sheet.indicators]
    silent = {rule for rule in indicators if all(rule != known for known, _ in shown)}
    assert silent == (set(indicators) - {"GOV4"} if elsewhere is None else elsewhere)
    bars = verdicts_shown(file)
    outcomes = {(v.rule, v.unit.stage or ""): v.outcome for v in report.verdicts}
    for key in shown:
        word, _, bar = bars[key].partition("\n")
        reached = outcomes[key] is Outcome.PASS
        assert word == ("达标" if reached else "未达标"), key
        assert (bar == "███") is reached, f"{key}: a bar is full only where it is reached"
    if elsewhere is not None:
        assert bars["RES3", "junior"] == "未达标\n█▊", "0.539 of 0.9: 14 of 24 eighths"
    assert shown.keys() == {key for key in verdicts if key[0] in indicators}
    for key, value in shown.items():
        assert isinstance(value, Fraction)
        assert abs(value - verdicts[key]) < Fraction(1, 10**9), key


def verdicts_shown(file: Path) -> dict[tuple[str, str], str]:
    """What stands beside each value on 指标, by rule and stage ("" for the whole school)."""
    book = openpyxl.load_workbook(file, data_only=True)
    found = {}
    for name, item in book.defined_names.items():
        if name.startswith("I_"):
            rule, _, stage = name.removeprefix("I_").partition("__")
            cell = book["指标"][item.attr_text.partition("!")[2].replace("$", "")]
            text = cell.offset(0, 1).value
            found[rule, "" if stage == "whole" else stage] = str(text or "")
    return found


def test_what_only_informs_is_not_called_unmet(session: Session, computed: dict[str, Path]) -> None:
    """A county's mean is judged by no clause: 供参考, and not counted among 未达标."""
    file = computed["county"]
    shown = {key: text.partition("\n")[0] for key, text in verdicts_shown(file).items()}
    assert shown["RES3m", "primary"] == "供参考"
    words: dict[Severity, set[str]] = {Severity.STANDARD: set(), Severity.INFO: set()}
    for (rule, _), word in shown.items():
        words[session.rules[rule].severity].add(word)
    assert words[Severity.INFO] <= {"达到", "供参考", "待填", "不适用", ""}
    assert words[Severity.STANDARD] <= {"达标", "未达标", "待填", "不适用", ""}
    page = openpyxl.load_workbook(file, data_only=True)["指标"]
    counts = Counter(shown.values())
    counted = [text for row in page["A3:Z3"] for cell in row if (text := str(cell.value or ""))]
    told = f"达标 {counts['达标']} 项，未达标 {counts['未达标']} 项"
    assert any(told in text for text in counted), (counted, counts)


def test_an_empty_form_shows_nothing_and_no_error(
    session: Session, computed: dict[str, Path]
) -> None:
    judgement = session.judge_file(computed["empty"])
    assert judgement.report is not None
    submission = judgement.report.submission
    assert [item for item in submission.indicators if item.content.kind is CellKind.ERROR] == []
    assert [item for item in submission.indicators if item.content.kind is CellKind.NUMBER] == []


def test_limits_are_those_of_the_profile(session: Session) -> None:
    template = next(item for item in session.templates if item.id == SCHOOL)
    formulas = live_formulas(template, session.ruleset, session.profile)
    assert formulas["RES1", "primary"].limit_text == "≥ 4.2"
    assert formulas["RES1", "junior"].limit_text == "≥ 5.3"
    assert ("RES1", "senior") not in formulas, "no limit for senior schools"


@pytest.mark.parametrize(
    ("expression", "excel"),
    [
        ("teachers.music + teachers.fine_arts",
         "(F_teachers_music__primary+F_teachers_fine_arts__primary)"),
        ("teachers.music - (teachers.fine_arts - 1)",
         "(F_teachers_music__primary-(F_teachers_fine_arts__primary-1))"),
        ("teachers.music / (teachers.fine_arts * 2)",
         "F_teachers_music__primary/(F_teachers_fine_arts__primary*2)"),
        ("-teachers.music * 0.1", "(-F_teachers_music__primary)*0.1"),
        ("ceil(teachers.music / 12)", "-INT(-(F_teachers_music__primary/12))"),
        ("school.boarding and not school.private",
         'IF((F_school_boarding__whole="是"),NOT((F_school_private__whole="是")),FALSE)'),
        ("school.type in ['211', '218']",
         'OR(LEFT(F_school_type__whole&"",FIND(" ",F_school_type__whole&" ")-1)="211",'
         'LEFT(F_school_type__whole&"",FIND(" ",F_school_type__whole&" ")-1)="218")'),
        ("threshold('RES1')", "4.2"),
        ("threshold('RES1', 'junior')", "5.3"),
        ("has_stage('junior')", "(S_junior=TRUE)"),
        ("not given(no.such_field) or teachers.music > 1", "TRUE"),
        ("stage(teachers.music, 'junior')", "F_teachers_music__junior"),
        ("students.total", 'IF(F_students_total__primary="",NA(),F_students_total__primary)'),
        ("previous(students.total)",
         'IF(F_students_total__primary_previous="",NA(),F_students_total__primary_previous)'),
        ("school.address == '甲\"乙'", '(F_school_address__whole&"")="甲""乙"'),
    ],
)  # fmt: skip
def test_expressions_are_translated(session: Session, expression: str, excel: str) -> None:
    template = next(item for item in session.templates if item.id == SCHOOL)
    translator = ExcelTranslator(template, session.profile, "primary")
    assert translator.translate(parse(expression)) == excel


def test_what_excel_is_not_asked_is_left_out(session: Session) -> None:
    template = next(item for item in session.templates if item.id == SCHOOL)
    translator = ExcelTranslator(template, session.profile, "primary")
    for expression in ("count(classes)", "no.such_field", "previous(area.teaching)"):
        with pytest.raises(NotInExcelError):
            translator.translate(parse(expression))


def test_grouping_keeps_what_is_one_thing() -> None:
    for one in ("F_a__b", "4.2", "IF(a,b)", "(a+b)", 'f("(")'):
        assert grouped(one) == one
    for many in ("a*b", "(a)+(b)", "-a", "f(a)/f(b)", '"a"'):
        assert grouped(many) == f"({many})"
