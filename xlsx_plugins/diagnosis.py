"""What a PC has for the buttons, and what it lacks, in plain words."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from enum import Enum
from importlib.util import find_spec
from pathlib import Path

from checker_xlsx.installing import PROGRAM_VARIABLE, per_user_program, this_program
from msgspec import Struct

from checker.other_programs import outside_environment


class State(Enum):
    """How it stands with one thing."""

    GOOD = "正常"
    NOTE = "注意"
    LACKING = "缺少"


class Diagnosis(Struct, frozen=True):
    """One thing that was looked at."""

    about: str
    state: State
    text: str


def diagnose() -> list[Diagnosis]:
    """All that can be told of this PC without opening a workbook."""
    found = [_program(), *_where_buttons_look(), *_rules()]
    found += _windows() if sys.platform == "win32" else _libreoffice()
    return found


def _program() -> Diagnosis:
    from checker import __version__

    kind = "免安装版" if getattr(sys, "frozen", False) else f"Python {platform.python_version()}"
    text = f"{__version__}（{kind}，{platform.system()}），位于 {this_program() or sys.executable}"
    return Diagnosis("校验程序", State.GOOD, text)


def _where_buttons_look() -> Iterator[Diagnosis]:
    """The launcher's own order: variable, user folder, checker.ini (per workbook), PATH."""
    named = os.environ.get(PROGRAM_VARIABLE)
    if named:
        there = Path(named).is_file()
        state = State.GOOD if there else State.NOTE
        text = f"环境变量 {PROGRAM_VARIABLE} 指向 {named}" + (
            "。" if there else "，但那里没有文件。"
        )
        yield Diagnosis("按钮用的程序", state, text)
        if there:
            return
    if per_user_program().exists():
        yield Diagnosis("按钮用的程序", State.GOOD, f"{per_user_program()}。")
        return
    on_path = shutil.which("checker")
    if on_path:
        text = (
            f"在 PATH 里找到 {on_path}；从桌面启动的表格软件不一定看得到，"
            "可运行 checker button install 登记。"
        )
        yield Diagnosis("按钮用的程序", State.NOTE, text)
        return
    text = "按钮找不到本程序。请运行 checker button install 登记，或在工作簿旁边放 checker.ini。"
    yield Diagnosis("按钮用的程序", State.LACKING, text)


def _rules() -> Iterator[Diagnosis]:
    from checker.session import BadChoice, Session

    try:
        session = Session()
        count, templates = len(session.rules), len(session.templates)
    except BadChoice as problem:
        yield Diagnosis("规则与表样", State.LACKING, str(problem))
        return
    yield Diagnosis("规则与表样", State.GOOD, f"{count} 条规则，{templates} 种表样。")
    for error in session.errors:
        yield Diagnosis("插件", State.NOTE, str(error))


def _libreoffice() -> Iterator[Diagnosis]:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        text = "没有找到 LibreOffice。没有它就不能用按钮，可以用 checker check 或 checker open。"
        yield Diagnosis("表格软件", State.LACKING, text)
        return
    told = subprocess.run(
        [office, "--version"],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
        env=outside_environment(),
    ).stdout.split()
    version = " ".join(told[:2]) or "LibreOffice"
    yield Diagnosis("表格软件", State.GOOD, f"{version}，位于 {office}。")
    from checker_xlsx.libreoffice.connection import NoLibreOffice, uno_module

    try:
        uno_module()
    except NoLibreOffice as problem:
        yield Diagnosis("LibreOffice 接口", State.LACKING, str(problem))
    else:
        yield Diagnosis("LibreOffice 接口", State.GOOD, "python3-uno 可用。")
    text = (
        "LibreOffice 默认每次询问是否启用宏，请选“启用宏”；若提示已被禁用，"
        "请在“工具-选项-安全性-宏安全性”里改为“中”。"
    )
    yield Diagnosis("宏", State.NOTE, text)


def _windows() -> Iterator[Diagnosis]:
    if sys.platform != "win32":
        return
    opener = _registered(".xlsm")
    if opener is None:
        yield Diagnosis("表格软件", State.LACKING, "没有程序登记打开 .xlsm 文件。")
    elif "ket" in opener.lower() or "wps" in opener.lower():
        text = (
            f".xlsm 由 WPS 打开（{opener}）。WPS 个人版通常没有宏功能，按钮不起作用；"
            "请把填报表拖到“校验”图标上。"
        )
        yield Diagnosis("表格软件", State.NOTE, text)
    else:
        yield Diagnosis("表格软件", State.GOOD, f".xlsm 由 {opener} 打开。")
    if find_spec("win32com") is None:
        text = '缺少 pywin32，请运行 py -m pip install "checker-edu[excel]"。'
        yield Diagnosis("Excel 接口", State.LACKING, text)
    else:
        yield Diagnosis("Excel 接口", State.GOOD, "pywin32 可用。")
    warnings = _macro_setting()
    if warnings == 4:
        text = "Excel 设为“禁用所有宏，并且不通知”，按钮不会起作用。请在“信任中心-宏设置”里改。"
        yield Diagnosis("宏", State.LACKING, text)
    else:
        text = "打开填报表后请点“启用内容”；从网上下载的文件要先在“属性”里勾选“解除锁定”。"
        yield Diagnosis("宏", State.NOTE, text)


def _registered(suffix: str) -> str | None:
    """The program id that Windows opens files of this kind with."""
    if sys.platform != "win32":
        return None
    import winreg

    for root, key, name in (
        (
            winreg.HKEY_CURRENT_USER,
            rf"Software\Microsoft\Windows\CurrentVersion\Explorer\FileExts\{suffix}\UserChoice",
            "ProgId",
        ),
        (winreg.HKEY_CLASSES_ROOT, suffix, ""),
    ):
        try:
            with winreg.OpenKey(root, key) as opened:
                return str(winreg.QueryValueEx(opened, name)[0])
        except OSError:
            continue
    return None


def _macro_setting() -> int | None:
    """Excel's VBAWarnings: 1 all run, 2 asks, 3 only signed ones, 4 none and no question."""
    if sys.platform != "win32":
        return None
    import winreg

    for version in ("16.0", "15.0", "14.0"):
        for place in ("Software\\Policies\\Microsoft", "Software\\Microsoft"):
            key = rf"{place}\Office\{version}\Excel\Security"
            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
                    return int(winreg.QueryValueEx(opened, "VBAWarnings")[0])
            except OSError:
                continue
    return None
