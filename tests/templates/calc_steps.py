"""Run by the system's Python (which has UNO): does steps in a workbook opened in real Calc.

    calc_steps.py SOFFICE WORKBOOK < steps.json > answers.json

Steps: ["set", sheet, cell, value] · ["get", sheet, cell] · ["insert", sheet, row] ·
["name", defined name]. Each gives one answer: null, the shown text, null, the name's content.
"""

import json
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


def run(document, step):
    kind, *rest = step
    if kind == "name":
        return document.NamedRanges.getByName(rest[0]).Content
    sheet = document.Sheets.getByName(rest[0])
    if kind == "get":
        return sheet.getCellRangeByName(rest[1]).String
    if kind == "set":
        cell = sheet.getCellRangeByName(rest[1])
        if isinstance(rest[2], str):
            cell.String = rest[2]
        else:
            cell.Value = rest[2]
    elif kind == "insert":
        protected = sheet.isProtected()
        if protected:
            sheet.unprotect("")
        sheet.Rows.insertByIndex(rest[1] - 1, 1)
        if protected:
            sheet.protect("")
    return None


def main():
    soffice, workbook = sys.argv[1:]
    steps = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as profile:
        pipe = "templates" + Path(profile).name
        process = subprocess.Popen(
            [
                soffice,
                "--headless",
                "--norestore",
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
            document.calculateAll()
            json.dump([run(document, step) for step in steps], sys.stdout)
            document.close(True)
            desktop.terminate()
            process.wait(30)
        finally:
            if process.poll() is None:
                process.kill()


main()
