"""The launcher's VBA where LibreOffice cannot take it: Excel's branches, in other interpreters.

pyOpenVBA brings a VBA interpreter with a model of Excel; it knows every member that Excel has and
implements many, sheet protection among them. What it cannot do (files, environment, other
programs, a few members) is replaced by procedures of a module FakeMachine; each replacement must
be found in the source, so that the test cannot drift away from it. elixcee, a third interpreter,
knows far less of VBA: it runs the decisions of ``Launch`` and ``RunAndWait``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from checker_xlsx import assembly
from checker_xlsx.assembly import launcher_modules
from checker_xlsx.description import described, target
from checker_xlsx.looks import Look
from checker_xlsx.orders import Orders, Step, Verb, answered, lines_of
from checker_xlsx.vba.project import Module, ModuleKind
from checker_xlsx.vba.texts import launcher_texts

from checker.model.cells import CellRef
from checker.writing.text_size import text_pixels

pyopenvba_excel = pytest.importorskip("pyopenvba.apps.excel")

TEXTS = launcher_texts()


def line_of(order: Look | Step) -> str:
    return lines_of(Orders([order])).splitlines()[0]


REPLACED = {
    "CheckerLauncher": [
        ("Application.Hwnd", '"4711"'),
        ("Application.Version", "FakeVersion()"),
        ("Application.OperatingSystem", "FakeSystem()"),
        ("ThisWorkbook.ReadOnly", "FakeReadOnly()"),
        ("Environ(", "FakeEnviron("),
        ("Dir(", "FakeDir("),
        ('    Set host = CreateObject("WScript.Shell")\n', ""),
        ('host.Environment("PROCESS").Item("PERCENT_SIGN_OF_CHECKER") = "%"', 'theSign = "%"'),
        ("    host.Run Replace(", "    FakeRun Replace("),
        ('"%PERCENT_SIGN_OF_CHECKER%"), 0, True\n', '"%PERCENT_SIGN_OF_CHECKER%")\n'),
        ('CreateObject("WScript.Shell").ExpandEnvironmentStrings(', "FakeExpanded("),
        ('CreateObject("Scripting.FileSystemObject").FileExists(', "FakeExists("),
        ('    Set files = CreateObject("Scripting.FileSystemObject")\n', ""),
        (
            "If files.FolderExists(place) Then brief = files.GetFolder(place).ShortPath",
            "brief = FakeShort(place)",
        ),
        ("    If files.FileExists(place) Then brief = files.GetFile(place).ShortPath\n", ""),
        ("FileThere(orders)", '(theFiles <> "")'),
        ("Application.Path", '"C:\\Office"'),
        ("Application.EnableCancelKey = 0", 'noted = noted & "keys off "'),
        ("Application.EnableCancelKey = 1", 'noted = noted & "keys on "'),
        ("ThisWorkbook.FullName", "FakeFullName()"),
        ("ThisWorkbook.FileFormat", "52"),
        ("    ThisWorkbook.SaveCopyAs copy\n", '    noted = noted & "saved " & copy & " "\n'),
        ("Checker_DescribeBook(book)", '""'),
        ("Checker_Paint(orders,", "FakePaint(orders,"),
        ("    Shell command & ", "    FakeShell command & "),
        ("told = AnswerIn(", "told = FakeAnswer("),
        ("FromSettings(folder)", "FakeSettings(folder)"),
    ],
    "CheckerSheets": [
        ("    target = FreeFile\n", ""),
        ("    Open answers For Output As #target\n", ""),
        ("    Close #target\n", ""),
        ("Print #target, ", "printed = printed & vbLf & "),
        ("ThisWorkbook.CustomDocumentProperties", "ThisWorkbook.Names"),
        ("item.Value", "item.Name"),
        ("ThisWorkbook.MultiUserEditing", "FakeShared()"),
        ("ActiveWindow.SelectedSheets.Count", "selected"),
        ("If Grouped() Then ActiveSheet.Select", 'If Grouped() Then noted = noted & "ungrouped "'),
    ],
    "CheckerMarks": [  # the model has boxes, but their size cannot be set
        ("(cell.CommentThreaded Is Nothing)", '(cell.Address <> "$D$4")'),
        ("cell.FormatConditions.Count = 0", 'cell.Address <> "$D$5"'),
        ("cell.DisplayFormat.Interior.Color", "1"),
        ("    cell.Comment.Shape.TextFrame.AutoSize = False\n", ""),
        ("cell.Comment.Shape.Width = Val(size(0))", "boxes = boxes & Val(size(0))"),
        ("cell.Comment.Shape.Height = Val(size(1))", 'boxes = boxes & "x" & Val(size(1)) & ";"'),
    ],
}
MACHINE = """
Public theSystem As String
Public theVersion As String
Public theFiles As String
Public theVariables As String
Public theAnswer As String
Public theSettings As String
Public broken As Boolean
Public ran As String
Public shelled As String
Public boxes As String
Public noted As String
Public printed As String
Public shared As Boolean
Public selected As Long
Public theFullName As String
Public theFailure As String
Public theSign As String
Public theWideFiles As String
Public theWideVariables As String
Public theShort As String

Public Sub SetWide(files As String, variables As String, short As String)
    theShort = short
    theWideFiles = files
    theWideVariables = variables
End Sub
Public Function FakeExists(path As String) As Boolean
    FakeExists = InStr(vbLf & theFiles & vbLf & theWideFiles & vbLf, vbLf & path & vbLf) > 0
End Function
Public Function FakeShort(place As String) As String
    FakeShort = theShort
End Function
Public Function FakeExpanded(text As String) As String
    Dim parts As Variant, line As Variant, index As Long, found As String, known As Boolean
    Dim lines As String
    lines = theWideVariables & vbLf & theVariables & vbLf & "PERCENT_SIGN_OF_CHECKER=" & theSign
    parts = Split(text, "%")
    FakeExpanded = parts(0)
    index = 1
    Do While index <= UBound(parts)
        known = False
        If index < UBound(parts) Then
            For Each line In Split(lines, vbLf)
                If Not known And Left(line, Len(parts(index)) + 1) = parts(index) & "=" Then
                    found = Mid(line, Len(parts(index)) + 2)
                    known = True
                End If
            Next line
        End If
        If known Then
            FakeExpanded = FakeExpanded & found & parts(index + 1)
            index = index + 2
        Else
            FakeExpanded = FakeExpanded & "%" & parts(index)
            index = index + 1
        End If
    Loop
End Function
Public Function FakeReadOnly() As Boolean
    FakeReadOnly = True
End Function
Public Function FakeVersion() As String
    FakeVersion = theVersion
End Function
Public Function FakeSystem() As String
    FakeSystem = theSystem
End Function
Public Function FakeEnviron(name As String) As String
    Dim line As Variant
    For Each line In Split(theVariables, vbLf)
        If Left(line, Len(name) + 1) = name & "=" Then FakeEnviron = Mid(line, Len(name) + 2)
    Next line
End Function
Public Function FakeDir(path As String) As String
    If InStr(vbLf & theFiles & vbLf, vbLf & path & vbLf) > 0 Then FakeDir = path
End Function
Public Function FakeSettings(folder As String) As String
    FakeSettings = theSettings
End Function
Public Function FakeAnswer(path As String) As String
    FakeAnswer = theAnswer
    If theAnswer = "~" Then theAnswer = "through the copy"
End Function
Public Function FakeFullName() As String
    FakeFullName = theFullName
    If theFullName = "" Then FakeFullName = "C:/forms/a.xlsm"
End Function
Public Sub SetFullName(fullName As String)
    theFullName = fullName
End Sub
Public Function FakePaint(orders As String, answers As String) As String
    noted = noted & "painted "
    FakePaint = theFailure
End Function
Public Sub SetFailure(failure As String)
    theFailure = failure
End Sub
Public Function FakeShared() As Boolean
    FakeShared = shared
End Function
Public Sub SetShared(value As Boolean)
    shared = value
End Sub
Public Sub Group_(count As Long)
    selected = count
End Sub
Public Function Printed_() As String
    Printed_ = Mid(printed, 2)
    printed = ""
End Function
Public Function Noted_() As String
    Noted_ = noted
    noted = ""
End Function
Public Sub FakeRun(command As String)
    If broken Then Err.Raise 70
    ran = FakeExpanded(command)
End Sub
Public Sub FakeShell(command As String, style As Long)
    shelled = command
End Sub
Public Sub SetUp(system As String, version As String, files As String, variables As String)
    theSystem = system
    theVersion = version
    theFiles = files
    theVariables = variables
End Sub
Public Sub SetAnswer(answer As String, isBroken As Boolean, settings As String)
    theAnswer = answer
    broken = isBroken
    theSettings = settings
End Sub
Public Function Ran_() As String
    Ran_ = ran
End Function
Public Function Boxes_() As String
    Boxes_ = boxes
End Function
Public Function Shelled_() As String
    Shelled_ = shelled
End Function
"""
WINDOWS = "Windows (64-bit) NT 10.00"
PROGRAM = "C:\\Users\\wang\\AppData\\Local\\checker\\checker.exe"
OFFICE = "C:\\Office\\EXCEL.EXE"
VARIABLES = (
    "LOCALAPPDATA=C:\\Users\\wang\\AppData\\Local\nTEMP=C:\\Temp\nPATH=C:\\Windows;D:\\tools"
)


def launcher_source(name: str) -> str:
    source = next(m.source for m in launcher_modules() if m.name == name)
    for old, new in REPLACED.get(name, ()):
        assert old in source, f"{old!r} is gone from {name}"
        source = source.replace(old, new)
    return source


class Excel:
    """The macro workbook in the model of Excel, on a PC that is made up."""

    def __init__(
        self, plain: Path, monkeypatch: pytest.MonkeyPatch, name: str = "表 1.xlsm"
    ) -> None:
        modules = [
            Module(module.name, ModuleKind.STANDARD, launcher_source(module.name))
            for module in launcher_modules()
        ]
        modules.append(Module("FakeMachine", ModuleKind.STANDARD, MACHINE))
        monkeypatch.setattr(assembly, "launcher_modules", lambda: modules)
        path = plain.with_name(name)
        assembly.to_macro_workbook(plain, path)
        self.app: Any = pyopenvba_excel.ExcelApplication.open(path)
        self.pc()
        self.will()

    def pc(
        self, files: str = f"{PROGRAM}\n{OFFICE}", variables: str = VARIABLES, system: str = WINDOWS
    ) -> None:
        version = "16.0" if "Windows" in system else "11.0"
        self.app.run("SetUp", system, version, files, variables)

    def will(self, answer: str = "", broken: bool = False, settings: str = "") -> None:
        self.app.run("SetAnswer", answer, broken, settings)

    def said(self) -> list[str]:
        said = [str(dialog[1]) for dialog in self.app.dialogs]
        self.app.dialogs.clear()
        return said


@pytest.fixture
def excel(plain_workbook: Path, monkeypatch: pytest.MonkeyPatch) -> Excel:
    return Excel(plain_workbook, monkeypatch)


def test_a_click_runs_the_program_and_shows_its_answer(excel: Excel) -> None:
    excel.will(answer="3 处必须修改，2 处需要说明。")
    excel.app.run("Checker_Check")
    command = excel.app.run("Ran_")
    assert command.startswith(f'"{PROGRAM}" button check --from_xl=1 --launcher=3 "--wb=')
    assert re.search(r'"--wb=表 1\.xlsm" --read-only "--app=[^"]*EXCEL\.EXE" --hwnd=4711 ', command)
    assert re.search(r' "--answer=C:\\Temp\\checker-\d{14}\.txt"$', command)
    assert excel.said() == ["3 处必须修改，2 处需要说明。"]
    excel.app.run("Ribbon_Clean", excel.app.application)
    assert " button clean " in excel.app.run("Ran_")


def test_a_book_named_like_a_variable_keeps_its_name(
    plain_workbook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WScript.Shell's Run puts in the value of every %NAME% that it knows."""
    excel = Excel(plain_workbook, monkeypatch, "完成100%TEMP%的表.xlsm")
    excel.will(answer="没有问题。")
    excel.app.run("Checker_Check")
    assert '"--wb=完成100%TEMP%的表.xlsm"' in excel.app.run("Ran_")
    assert excel.app.run("FakeExpanded", "%TEMP%") == "C:\\Temp", "it would have been put in"


def test_a_user_whose_name_the_code_page_lacks(excel: Excel) -> None:
    """Environ and Dir see question marks; the program and the place of the answer are found."""
    home = "C:\\Users\\𠀀\\AppData\\Local"
    excel.pc(OFFICE, "LOCALAPPDATA=C:\\Users\\??\\AppData\\Local\nTEMP=C:\\Users\\??\\Temp\nPATH=")
    wide = f"{home}\\checker\\checker.exe"
    variables = f"LOCALAPPDATA={home}\nTEMP=C:\\Users\\𠀀\\Temp"
    excel.app.run("SetWide", wide, variables, "C:\\Users\\WANG~1\\TEMP")
    excel.will(answer="没有问题。")
    excel.app.run("Checker_Check")
    command = excel.app.run("Ran_")
    assert command.startswith(f'"{wide}" button check')
    assert '"--answer=C:\\Users\\WANG~1\\TEMP\\checker-' in command
    assert excel.said() == ["没有问题。"]


def test_what_the_clerk_is_told_when_it_does_not_work(excel: Excel) -> None:
    excel.will(answer="")
    excel.app.run("Checker_Check")
    assert excel.said() == [TEXTS["silent"]]
    excel.will(broken=True)
    excel.app.run("Checker_Check")
    assert [said.rstrip("\n") for said in excel.said()] == [f"{TEXTS['blocked']}\n{PROGRAM}"]
    excel.will()
    excel.pc(files="")
    excel.app.run("Checker_Check")
    assert excel.said() == [TEXTS["missing"]]


@pytest.mark.parametrize(
    ("files", "variables", "settings", "found"),
    [
        ("E:\\own.exe", "CHECKER_PROGRAM=E:\\own.exe", "E:\\ini.exe", "E:\\own.exe"),
        (f"{PROGRAM}\nE:\\ini.exe", VARIABLES, "E:\\ini.exe", PROGRAM),
        ("E:\\ini.exe", "CHECKER_PROGRAM=E:\\gone.exe", "E:\\ini.exe", "E:\\ini.exe"),
        (f"{PROGRAM}\nD:\\tools\\checker.exe", VARIABLES, "", PROGRAM),
        ("D:\\tools\\checker.exe", VARIABLES, "", "D:\\tools\\checker.exe"),
        ("C:\\elsewhere.exe", VARIABLES, "", ""),
    ],
)
def test_where_the_program_is_looked_for(
    excel: Excel, files: str, variables: str, settings: str, found: str
) -> None:
    excel.pc(files, variables)
    excel.will(settings=settings)
    assert excel.app.run("FindProgram", "C:\\forms") == found


READING = """
Public Function AsText(numbers As String) As String
    Dim data() As Byte, parts As Variant, index As Long
    parts = Split(numbers, " ")
    ReDim data(UBound(parts))
    For index = 0 To UBound(parts)
        data(index) = CByte(parts(index))
    Next index
    AsText = FromUtf8(data)
End Function
"""


@pytest.mark.parametrize(
    "text",
    [
        "program=D:\\校验程序\\checker.exe",
        "\ufeffprogram=D:\\校验程序\\checker.exe\r\n",
        "program=C:\\Users\\wang\\checker.exe",
        "program=D:\\𠀀村小\\é\\checker.exe",
    ],
)
def test_settings_in_utf8_are_read_with_their_chinese_path(excel: Excel, text: str) -> None:
    """As Notepad saves checker.ini today, with or without a mark at the beginning."""
    excel.app.add_module(READING, name="Reading")
    told = excel.app.run("AsText", " ".join(map(str, text.encode("utf-8"))))
    assert told.encode("utf-16", "surrogatepass").decode("utf-16") == text


def test_on_libreoffice_the_launcher_does_not_wait(excel: Excel) -> None:
    program = "/home/wang/.local/share/checker/checker"
    excel.pc(program, "HOME=/home/wang", "Unix")
    excel.app.run("Checker_Check")
    assert excel.app.run("Ran_") == ""
    assert excel.app.run("Shelled_").startswith(
        f'"{program}" button check --from_xl=1 --launcher=3 "--wb='
    )
    assert excel.said() == []


def test_marks_go_through_a_protected_sheet_and_protect_it_again(excel: Excel) -> None:
    line = excel.app.run("Obeyed", line_of(Look("教师", "B2", "FFC7CE", "不通过", "=文字")))
    excel.app.run("LeaveSheet")
    assert answered(line).seen.looks == (Look("教师", "B2", "FFF2CC", "填 9 月 1 日的人数"),)
    excel.app.add_module(
        """
        Public Function About() As String
            With Worksheets(Decoded("\\u6559\\u5E08"))
                About = .ProtectContents & "|" & .Range("B2").Comment.Text
                About = About & "|" & .Range("B2").Value
                About = About & "|" & Hex(.Range("B2").Interior.Color)
                About = About & "|" & .Protection.AllowFormattingCells
            End With
        End Function
        """,
        name="Asking",
    )
    assert excel.app.run("About") == "True|不通过|=文字|CEC7FF|False"
    width, height = text_pixels("不通过")
    assert excel.app.run("Boxes_") == f"{width * 0.75:g}x{height * 0.75:g};"
    line = excel.app.run("Obeyed", line_of(Look("教师", "B2", "FFF2CC", "")))
    excel.app.run("LeaveSheet")
    assert answered(line).seen.looks == (Look("教师", "B2", "FFC7CE", "不通过"),)


def test_a_strangers_password_refuses_the_sheet(excel: Excel) -> None:
    excel.app.add_module(
        """
        Public Sub Lock_()
            Worksheets(Decoded("\\u6559\\u5E08")).Unprotect
            Worksheets(Decoded("\\u6559\\u5E08")).Protect "secret"
        End Sub
        """,
        name="Locking",
    )
    excel.app.run("Lock_")
    told = answered(excel.app.run("Obeyed", line_of(Look("教师", "B2", "FFC7CE"))))
    assert told.seen.refused == {"教师"}
    assert excel.app.run("Obeyed", line_of(Look("教师", "C3", "FFC7CE"))) == ""


def test_patterns_come_back(excel: Excel) -> None:
    look = Look("填表说明", "C4", "FFC000;13;FF0000", None)
    excel.app.run("Obeyed", line_of(look))
    line = excel.app.run("Obeyed", line_of(Look("填表说明", "C4")))
    assert answered(line).seen.looks == (Look("填表说明", "C4", "FFC000;13;FF0000", ""),)


def test_next_and_previous_walk_the_listed_problems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import xlsxwriter

    workbook = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    workbook.add_worksheet("教师")
    results = workbook.add_worksheet("校验结果")
    for row, line in enumerate(
        [
            ("校验结果",),
            ("序号", "结论", "单元格"),
            (1, "不通过", "教师!C7"),
            (2, "不通过", "教师!C7"),
            (3, "存疑", "教师!D9"),
            (4, "已说明", "教师!E9"),
            (5, "不通过", "没有!A1"),
        ]
    ):
        results.write_row(row, 0, line)
    workbook.close()
    excel = Excel(tmp_path / "a.xlsx", monkeypatch)
    excel.app.add_module(
        "Public Function Here() As String\n"
        "    Here = ActiveSheet.Name & ActiveCell.Address\nEnd Function",
        name="Where",
    )
    seen_places = []
    for macro in ("Checker_Next", "Checker_Next", "Checker_Previous"):
        excel.app.run(macro)
        seen_places.append(excel.app.run("Here"))
    assert seen_places == ["教师$C$7", "教师$D$9", "教师$C$7"]
    excel.app.run("Checker_Previous")
    assert excel.said() == [TEXTS["gone"]]
    excel.app.run("Checker_Results")
    assert excel.app.run("Here").startswith("校验结果")


def test_without_results_the_clerk_is_told(excel: Excel) -> None:
    for macro in ("Checker_Next", "Checker_Results"):
        excel.app.run(macro)
        assert excel.said() == [TEXTS["no_results"]]


def test_the_book_is_described_in_one_call(excel: Excel) -> None:
    excel.app.add_module(
        "Public Sub Format_()\n"
        '    Worksheets(1).Range("B3:C3").NumberFormat = "0.00%"\n'
        '    Worksheets(1).Range("A1").Value = 1\n    Worksheets(1).Range("D4").Value = 1\n'
        '    Worksheets(1).Range("B2").NumberFormat = "0%"\n'
        '    Worksheets(1).Range("B4:C5").Merge\nEnd Sub',
        name="Describing",
    )
    excel.app.run("Format_")
    assert excel.app.run("Checker_Describe", "") == ""
    about = described(excel.app.run("Printed_"))
    assert target(about.names["teachers_full_time"]) == (CellRef("教师", 2, 2),) * 2
    assert about.percent["填表说明"] == ("B2", "B3", "C3")
    assert about.merged == {"填表说明": ("B4:C5",)}
    assert about.book == "表 1.xlsm"
    assert not about.shared
    excel.app.run("SetShared", True)
    assert excel.app.run("Checker_DescribeBook", "") == ""
    about = described(excel.app.run("Printed_"))
    assert about.shared
    assert not about.refused


def test_a_sheet_formatted_to_the_last_row_is_described_as_far_as_it_is_filled(
    excel: Excel,
) -> None:
    excel.app.add_module(
        "Public Sub Fill_()\n"
        '    Worksheets(1).Range("B3").Value = 1\n'
        '    Worksheets(1).Range("A9000").Interior.Color = 255\nEnd Sub',
        name="Filling",
    )
    excel.app.run("Fill_")
    assert excel.app.run("Checker_Describe", "") == ""
    used = described(excel.app.run("Printed_")).used["填表说明"]
    assert used in ("A1:B3", "B3"), used


STATE = """
Public Sub State_(calculation As Long)
    Application.Calculation = calculation
    Application.EnableEvents = True
    Application.DisplayAlerts = True
    Application.ScreenUpdating = True
End Sub
Public Function Told_() As String
    Told_ = Application.Calculation & " " & Application.EnableEvents & " "
    Told_ = Told_ & Application.DisplayAlerts & " " & Application.ScreenUpdating
End Function
"""


@pytest.mark.parametrize("calculation", [-4105, -4135, 2])
@pytest.mark.parametrize(("answer", "broken"), [("good", False), ("", False), ("", True)])
def test_settings_come_back_whatever_became_of_the_program(
    excel: Excel, calculation: int, answer: str, broken: bool
) -> None:
    excel.app.add_module(STATE, name="State")
    excel.app.run("State_", calculation)
    before = excel.app.run("Told_")
    excel.will(answer=answer, broken=broken)
    excel.app.run("Checker_Check")
    assert excel.app.run("Told_") == before
    assert str(calculation) in before
    assert excel.app.run("Noted_") == "keys off keys on "


@pytest.mark.parametrize(
    ("files", "full_name", "answer", "runs"),
    [
        (f"{PROGRAM}\n{OFFICE}", "C:\\forms\\a.xlsm", "~", "attach refused, then the copy"),
        (f"{PROGRAM}\n{OFFICE}", "https://d.docs.live.net/1/a.xlsm", "done", "OneDrive"),
        (PROGRAM, "C:\\forms\\a.xlsm", "done", "WPS has no EXCEL.EXE"),
    ],
)
def test_where_the_book_cannot_be_attached_to_a_copy_is_asked(
    excel: Excel, files: str, full_name: str, answer: str, runs: str
) -> None:
    excel.pc(files)
    excel.app.run("SetFullName", full_name)
    excel.will(answer=answer)
    excel.app.run("Checker_Check")
    assert "--copy=C:\\Temp\\checker-" in excel.app.run("Ran_"), runs
    noted = excel.app.run("Noted_")
    assert re.match(r"keys off saved C:\\Temp\\checker-\d+\.xlsm painted keys on ", noted)
    assert excel.said() == ["through the copy" if answer == "~" else "done"]
    excel.app.run("SetFailure", "1004 refused")
    excel.will(answer=answer)
    excel.app.run("Checker_Check")
    assert excel.said() == [f"{TEXTS['unpainted']}\n1004 refused"]


def test_new_sheets_stand_after_the_last_that_can_be_seen(excel: Excel) -> None:
    excel.app.add_module(
        """
        Public Sub Hide_()
            Worksheets.Add(, Worksheets(Worksheets.Count)).Name = "memory"
            Worksheets("memory").Visible = 2
        End Sub
        Public Function Tabs_() As String
            Dim sheet As Object
            For Each sheet In Worksheets
                Tabs_ = Tabs_ & sheet.Name & sheet.Visible & " "
            Next sheet
        End Function
        """,
        name="Tabs",
    )
    excel.app.run("Hide_")
    excel.app.run("Group_", 3)  # Excel would add three; the model knows no groups
    for step in (
        Step(Verb.ADD, "校验中~0"),
        Step(Verb.PUT, "校验中~0", "2", entries=("'=1+1", 1.5, None, "=1+2", True)),
        Step(Verb.NAME, "校验中~0", "校验结果"),
    ):
        excel.app.run("Obeyed", line_of(step))
    assert excel.app.run("Noted_") == "ungrouped "
    tabs = excel.app.run("Tabs_").split()
    assert tabs == ["填表说明-1", "教师-1", "校验结果-1", "memory2"]
    excel.app.run("Obeyed", line_of(Step(Verb.HIDE, "校验结果")))
    assert "校验结果2" in excel.app.run("Tabs_")
    excel.app.run("Obeyed", line_of(Step(Verb.DROP, "校验结果")))
    assert "校验结果" not in excel.app.run("Tabs_")


def test_what_cannot_be_shown_is_said(excel: Excel) -> None:
    """A conversation takes the note's place (D4), a conditional format covers the colour (D5)."""
    told = ""
    for address in ("D4", "D5", "D6"):
        told += excel.app.run("Obeyed", line_of(Look("填表说明", address, "FFC7CE", "不通过")))
        told += "\n"
    answer = answered(told)
    assert answer.without_note == ("填表说明!D4",)
    assert answer.covered == ("填表说明!D5",)
    said = excel.app.run("Unpainted").split("\n")
    assert said[1:] == [TEXTS[key].replace("{n}", "1") for key in ("noteless", "covered")]
    assert excel.app.run("Unpainted") == "", "said once"


def test_what_cannot_be_shown_is_known_before_anything_is_marked(excel: Excel) -> None:
    """Only asked how cells look, the launcher tells the conversation; the plan then gives no note
    there, and the result sheet names the place, as the file way does."""
    told = "\n".join(
        excel.app.run("Obeyed", line_of(Look("填表说明", address))) for address in ("D4", "D6")
    )
    seen = answered(told).seen
    assert [(look.address, look.threaded) for look in seen.looks] == [("D4", True), ("D6", False)]
    assert excel.app.run("Unpainted") == "", "nothing was asked to be given"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_settings_in_utf16_are_read(excel: Excel, encoding: str) -> None:
    """What Notepad calls Unicode."""
    excel.app.add_module(READING.replace("FromUtf8", "FromBytes"), name="Reading")
    text = "program=D:\\校验程序\\checker.exe"
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    told = excel.app.run("AsText", " ".join(map(str, mark + text.encode(encoding))))
    assert told == text
