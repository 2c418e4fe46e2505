"""A workbook opened in real LibreOffice Calc, for scripts run by the system's Python (with UNO)."""

import contextlib
import subprocess
import tempfile
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException


@contextlib.contextmanager
def opened(soffice, workbook):
    """The document, in an office of its own with a fresh profile; both are closed at the end."""
    with tempfile.TemporaryDirectory() as profile:
        pipe = "calc" + Path(profile).name
        process = subprocess.Popen(
            [
                *(soffice, "--headless", "--norestore"),
                f"-env:UserInstallation={Path(profile).as_uri()}",
                f"--accept=pipe,name={pipe};urp;",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            desktop = _connect(pipe, process).ServiceManager.createInstance(
                "com.sun.star.frame.Desktop"
            )
            hidden = PropertyValue("Hidden", 0, True, 0)
            address = Path(workbook).resolve().as_uri()
            document = desktop.loadComponentFromURL(address, "_blank", 0, (hidden,))
            yield document
            document.close(True)
            with contextlib.suppress(Exception):
                desktop.terminate()
            process.wait(30)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait(30)


def save(document, target, filter_name="Calc MS Excel 2007 XML"):
    """Store a copy of the document in the format of a filter."""
    chosen = PropertyValue("FilterName", 0, filter_name, 0)
    document.storeToURL(Path(target).resolve().as_uri(), (chosen,))


def _connect(pipe, process):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    for _ in range(1600):
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            if process.poll() is not None:
                raise
            time.sleep(0.25)
    raise TimeoutError("Calc did not answer")
