"""The launcher's decisions in elixcee, a VBA interpreter of its own.

How far it goes: procedures, branches, string building, On Error GoTo. It knows neither files,
environment, other programs, ChrW, Hex nor most members of Application and of ranges, and calls a
procedure only when the statement says Call; so those are replaced here, and only ``Launch``,
``Answered`` and ``ShowAnswer`` are run. pyOpenVBA (see test_launcher_in_excel_model.py) runs nearly
all the rest.
"""

from __future__ import annotations

import re

import pytest
from checker_xlsx.assembly import launcher_modules

elixcee = pytest.importorskip("elixcee")

ON_LIBREOFFICE, PROGRAM, ANSWER, BROKEN = range(1, 5)
SAID, RAN, SHELLED = (10, 1), (11, 1), (12, 1)
REPLACED = (
    ("Application.Hwnd", '"4711"'),
    ("Application.Path", '"C:\\Office"'),
    ("ThisWorkbook.Path", '"C:\\forms"'),
    ("ThisWorkbook.Name", '"a.xlsm"'),
    ("ThisWorkbook.ReadOnly", "False"),
    ('Typable(Variable("TEMP"))', '"C:\\Temp"'),
    ('Format(Now, "yyyymmddhhnnss")', '"now"'),
    ("Shell command & ", "FakeShell command & "),
    ('AnswerIn(stem & ".txt")', "FakeAnswer()"),
    ("& Unpainted()", ""),
    ("Err.Description", '"reason"'),
    ("Chr(34)", '"\'"'),
    ("vbHide", "0"),
    ("vbExclamation", "48"),
    ("vbInformation", "64"),
)
FAKES = f"""
Function OnLibreOffice()
    OnLibreOffice = (Cells({ON_LIBREOFFICE}, 1).Value = 1)
End Function
Function FindProgram(folder)
    FindProgram = Cells({PROGRAM}, 1).Value
End Function
Function FakeAnswer()
    FakeAnswer = Cells({ANSWER}, 1).Value
End Function
Function Text(key)
    Text = key
End Function
Function Attachable()
    Attachable = True
End Function
Function ThroughCopy(command, stem)
    ThroughCopy = "through the copy"
End Function
Sub HoldStill()
    Cells(13, 1).Value = "held"
End Sub
Sub LetGo()
    Cells(13, 1).Value = "let go"
End Sub
Function Separator()
    Separator = "\\"
End Function
Sub Say(message, icon)
    Cells(10, 1).Value = message & " " & icon
End Sub
Sub RunHidden(command)
    If Cells({BROKEN}, 1).Value = 1 Then x = 1 / 0
    Cells(11, 1).Value = command
End Sub
Sub FakeShell(command, style)
    Cells(12, 1).Value = command
End Sub
"""


def launcher() -> str:
    module = next(m.source for m in launcher_modules() if m.name == "CheckerLauncher")
    procedures = []
    for name in ("Checker_Check", "Checker_Clean", "Launch", "ShowAnswer", "Answered", "Quoted"):
        found = re.search(
            rf"^(?:Public|Private) (Sub|Function) {name}\(.*?^End \1", module, re.S | re.M
        )
        assert found
        procedures.append(found[0])
    source = "\n".join(procedures)
    for old, new in REPLACED:
        assert old in source, f"{old!r} is gone"
        source = source.replace(old, new)
    called = r"^(\s*)(Say|Launch|ShowAnswer|RunHidden|FakeShell) (.+)$"
    return re.sub(called, r"\1Call \2(\3)", source, flags=re.M) + FAKES


def click(macro: str, cells: dict[int, object]) -> dict[tuple[int, int], object]:
    machine = elixcee.Vm()
    for row, value in cells.items():
        machine.set_cell(row, 1, value)
    machine.run(launcher(), macro)
    return {place: value for place, value in machine.cells().items() if place[0] >= SAID[0]}


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({PROGRAM: ""}, "missing 48"),
        ({PROGRAM: "p.exe", BROKEN: 1}, "blocked\np.exe\nreason 48"),
        ({PROGRAM: "p.exe", ANSWER: ""}, "silent 48"),
        ({PROGRAM: "p.exe", ANSWER: "all right"}, "all right 64"),
        ({PROGRAM: "p.exe", ANSWER: "!not all"}, "not all 48"),
        ({PROGRAM: "p.exe", ANSWER: "~"}, "through the copy 64"),
    ],
)
def test_what_is_said_on_excel(cells: dict[int, object], said: str) -> None:
    assert click("Checker_Check", {ON_LIBREOFFICE: 0, **cells})[SAID] == said


def test_what_is_run() -> None:
    ran = click("Checker_Check", {ON_LIBREOFFICE: 0, PROGRAM: "p.exe", ANSWER: "x"})[RAN]
    assert ran == (
        "'p.exe' button check --from_xl=1 --launcher=3 '--wb=a.xlsm' "
        "'--app=C:\\Office\\EXCEL.EXE' --hwnd=4711 "
        "'--answer=C:\\Temp\\checker-now.txt'"
    )
    shelled = click("Checker_Clean", {ON_LIBREOFFICE: 1, PROGRAM: "p"})
    assert set(shelled) == {SHELLED}, "LibreOffice is not waited for, and says nothing itself"
    assert "button clean" in str(shelled[SHELLED])
