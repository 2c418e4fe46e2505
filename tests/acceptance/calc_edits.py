"""Run by the system's Python (which has UNO): a clerk's work in real Calc between two checks.

    calc_edits.py SOFFICE WORKBOOK SAVED

Inserts two rows above row 4 of 教师, renames that sheet, colours one marked cell herself, types an
explanation, and saves as xlsx.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException


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
    sheet = document.Sheets.getByName("教师")
    sheet.unprotect("")
    sheet.Rows.insertByIndex(3, 2)
    sheet.setName("教师 表")
    sheet.getCellRangeByName("B7").CellBackColor = 0x00B0F0
    document.Sheets.getByName("说明").getCellRangeByName("D2").String = "今年撤并了教学点"


def main():
    soffice, workbook, saved = sys.argv[1:]
    with tempfile.TemporaryDirectory() as profile:
        pipe = "writing" + Path(profile).name
        process = subprocess.Popen(
            [
                *(soffice, "--headless", "--norestore"),
                f"-env:UserInstallation=file://{profile}",
                f"--accept=pipe,name={pipe};urp;",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            context = connect(pipe, process)
            desktop = context.ServiceManager.createInstanceWithContext(
                "com.sun.star.frame.Desktop", context
            )
            hidden = PropertyValue("Hidden", 0, True, 0)
            document = desktop.loadComponentFromURL(Path(workbook).as_uri(), "_blank", 0, (hidden,))
            edit(document)
            as_xlsx = PropertyValue("FilterName", 0, "Calc MS Excel 2007 XML", 0)
            document.storeToURL(Path(saved).as_uri(), (as_xlsx,))
            document.close(True)
            desktop.terminate()
            process.wait(30)
        finally:
            if process.poll() is None:
                process.kill()


main()
