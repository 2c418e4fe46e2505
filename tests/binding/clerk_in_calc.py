"""Run by the system's Python (which has UNO): what a clerk does to a workbook in real Calc.

    clerk_in_calc.py SOFFICE WORKBOOK FOLDER

Unprotects the sheets; inserts a row and a column, renames a sheet, deletes a name, moves a cell by
cut and paste, copies a sheet, retypes values; saves FOLDER/edited.xlsx, .xls and .ods.
"""

import contextlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

FILTERS = {"xlsx": "Calc MS Excel 2007 XML", "xls": "MS Excel 97", "ods": "calc8"}


def connect(pipe, process):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    for _ in range(240):
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            if process.poll() is not None:
                raise
            time.sleep(0.25)
    raise TimeoutError("Calc did not answer")


def edit(document):
    sheets = document.Sheets
    for index in range(sheets.Count):
        sheet = sheets.getByIndex(index)
        if sheet.isProtected():
            sheet.unprotect("")
    teachers = sheets.getByName("教师")
    teachers.Rows.insertByIndex(11, 1)
    teachers.getCellRangeByName("A12").String = "（此行为本校备注）"
    sheets.getByName("校舍与装备").Columns.insertByIndex(4, 1)
    sheets.getByName("班级").Rows.insertByIndex(9, 1)
    safety = sheets.getByName("安全")
    safety.setName("安全（终稿）")
    document.NamedRanges.removeByName("F_staff_support__whole")
    sheets.copyByName("经费", "经费 (2)", sheets.Count)
    basic = sheets.getByName("基本情况")
    basic.getCellRangeByName("E27").String = "７００人"
    basic.getCellRangeByName("E28").Formula = "=1/0"
    percent = basic.getCellRangeByName("E29")
    percent.Value = 0.45
    percent.NumberFormat = document.NumberFormats.queryKey(
        "0.00%", uno.createUnoStruct("com.sun.star.lang.Locale"), False
    )


def main():
    soffice, workbook, folder = sys.argv[1:]
    with tempfile.TemporaryDirectory() as profile:
        pipe = f"clerk{time.time_ns()}"
        process = subprocess.Popen(
            [
                soffice,
                f"-env:UserInstallation={Path(profile).as_uri()}",
                "--headless",
                "--norestore",
                f"--accept=pipe,name={pipe};urp;",
            ]
        )
        try:
            context = connect(pipe, process)
            desktop = context.ServiceManager.createInstanceWithContext(
                "com.sun.star.frame.Desktop", context
            )
            hidden = PropertyValue(Name="Hidden", Value=True)
            document = desktop.loadComponentFromURL(
                Path(workbook).resolve().as_uri(), "_blank", 0, (hidden,)
            )
            edit(document)
            for ending, name in FILTERS.items():
                target = Path(folder).resolve() / f"edited.{ending}"
                document.storeToURL(
                    target.as_uri(), (PropertyValue(Name="FilterName", Value=name),)
                )
            document.close(True)
            with contextlib.suppress(Exception):
                desktop.terminate()
            process.wait(30)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(30)


main()
