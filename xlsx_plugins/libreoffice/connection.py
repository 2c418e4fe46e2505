"""Reaching the LibreOffice whose button was clicked: the ``uno`` module, the pipe, the office."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from checker.other_programs import outside_environment

PIPE_VARIABLE = "CHECKER_UNO"
"""Names the connection, e.g. ``pipe,name=checker_0``; LibreOffice started with ``--accept`` for it
hands it on to the program that its macro starts."""

_MODULE_FOLDERS = (
    "/usr/lib/python3/dist-packages",
    "/usr/lib/libreoffice/program",
    "/usr/lib64/libreoffice/program",
    "/opt/libreoffice*/program",
)
_WAIT = 10.0  # seconds for a running office to open its pipe
Uno = Any
"""UNO objects have no static types; they stay inside this package."""


class NoLibreOffice(Exception):
    """LibreOffice could not be reached; the text says why, in Chinese."""


def uno_module() -> Any:
    """The module ``uno``, also from where the system's LibreOffice keeps it; its ``unohelper`` is
    imported with it.

    It is a compiled module and has to be of this Python's version (3.11 to 3.11). Raises
    `NoLibreOffice` when there is none that fits.
    """
    if "uno" in sys.modules:
        return sys.modules["uno"]
    for folder in [None, *_module_folders()]:
        with _on_path(folder), contextlib.suppress(ImportError):
            import uno
            import unohelper  # noqa: F401 - lies beside it, and is found only as long

            return uno
    raise NoLibreOffice(
        "没有找到与本程序配套的 LibreOffice 接口（python3-uno）。"
        "请安装 LibreOffice 的 Python 组件。"
    )


def _module_folders() -> list[str]:
    found = []
    for pattern in _MODULE_FOLDERS:
        root = Path(pattern)
        found += [str(path) for path in root.parent.parent.glob(f"{root.parent.name}/{root.name}")]
    return found


@contextlib.contextmanager
def _on_path(folder: str | None) -> Iterator[None]:
    """Search ``folder`` last, and only meanwhile: it holds other packages that are not ours."""
    if folder is None:
        yield
        return
    sys.path.append(folder)
    try:
        yield
    finally:
        sys.path.remove(folder)


def default_connection() -> str:
    """The connection to use: what the environment names, else this user's own pipe."""
    owner = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "0")
    return os.environ.get(PIPE_VARIABLE) or f"pipe,name=checker_{owner}"


def connect(connection: str | None = None) -> Uno:
    """The component context of the running LibreOffice.

    An office that started this program but does not listen yet is asked to, by starting it a second
    time with ``--accept``: the second start hands its wish to the running office and ends. No
    other office is ever started. Raises `NoLibreOffice`.
    """
    uno_module()
    wanted = connection or default_connection()
    context = _resolved(wanted)
    if context is not None:
        return context
    _ask_to_listen(wanted)
    end = time.monotonic() + _WAIT
    while time.monotonic() < end:
        context = _resolved(wanted)
        if context is not None:
            return context
        time.sleep(0.1)
    raise NoLibreOffice("没有连上 LibreOffice。请保存工作簿，关闭并重新打开 LibreOffice 后再试。")


def _resolved(connection: str) -> Uno | None:
    uno = uno_module()
    from com.sun.star.connection import NoConnectException

    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    try:
        return resolver.resolve(f"uno:{connection};urp;StarOffice.ComponentContext")
    except NoConnectException:
        return None


def _ask_to_listen(connection: str) -> None:
    parent = _parent_office()
    if parent is None:
        raise NoLibreOffice("没有找到正在运行的 LibreOffice。请从工作簿里的按钮运行。")
    office = shutil.which("soffice") or shutil.which("libreoffice") or parent[0]
    profile = [word for word in parent if word.startswith("-env:UserInstallation=")]
    subprocess.Popen(
        [office, f"--accept={connection};urp;", "--nodefault", "--nologo", "--norestore", *profile],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=outside_environment(),
        start_new_session=True,
    )


def _parent_office() -> list[str] | None:
    """The command line of the office that started this program; None if there is none.

    Its profile matters: an office of another profile would be another office. Where there is no
    /proc (Windows), the one office there can be is meant.
    """
    if not Path("/proc/self").exists():
        return ["soffice"]
    process = os.getppid()
    while process > 1:
        try:
            words = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
            status = Path(f"/proc/{process}/stat").read_text()
        except OSError:
            return None
        if b"soffice" in words[0]:
            return [os.fsdecode(word) for word in words]
        process = int(status.rpartition(")")[2].split()[1])
    return None
