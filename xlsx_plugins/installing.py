"""Registering this program so that the buttons in workbooks find it without further settings."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

PROGRAM_VARIABLE = "CHECKER_PROGRAM"


def this_program() -> Path | None:
    """The file to start for running checker again: the frozen program or the console script."""
    if getattr(sys, "frozen", False):
        return Path(sys.executable)
    name = "checker.exe" if os.name == "nt" else "checker"
    for folder in _script_folders():
        if (folder / name).exists():
            return folder / name
    found = shutil.which("checker")
    return Path(found) if found else None


def _script_folders() -> Iterator[Path]:
    """Where pip puts programs: beside Python in an environment, in Scripts beside a Python for
    Windows, and in the user's own Scripts, which often is not on PATH."""
    yield Path(sys.executable).parent
    yield Path(sysconfig.get_path("scripts"))
    yield Path(sysconfig.get_path("scripts", f"{os.name}_user"))


def per_user_program() -> Path:
    """Where the launcher looks for a program installed for this user."""
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA", "")) / "checker" / "checker.exe"
    return Path.home() / ".local" / "share" / "checker" / "checker"


def register() -> str:
    """Let the launcher find this very program; what was done, in Chinese.

    Windows: the user's environment variable, which programs started from now on see. Elsewhere: a
    link at the place where the launcher looks. A frozen program that stands there already is left.
    """
    program = this_program()
    if program is None:
        return "没有登记：找不到 checker 程序文件。"
    place = per_user_program()
    if program == place:
        return f"按钮已经能找到本程序：{place}。"
    if sys.platform == "win32":
        import winreg

        with winreg.OpenKey(
            winreg.HKEY_CURRENT_USER, "Environment", 0, winreg.KEY_SET_VALUE
        ) as key:
            winreg.SetValueEx(key, PROGRAM_VARIABLE, 0, winreg.REG_SZ, str(program))
        _announce()
        return f"已登记：按钮将使用 {program}。请关闭 Excel 再打开，使登记生效。"
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.exists() and not place.is_symlink():
        return f"没有登记：{place} 已经有一个程序，按钮会用它。"
    place.unlink(missing_ok=True)
    place.symlink_to(program)
    return f"已登记：按钮将使用 {program}。"


def _announce() -> None:
    """Tell the desktop that the environment changed: what it starts from now on sees the change,
    without a new logon (WM_SETTINGCHANGE to all windows)."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.SendMessageTimeoutW(0xFFFF, 0x1A, 0, "Environment", 2, 5000, None)
