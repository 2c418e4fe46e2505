"""What a file's name says: a workbook, an archive, something else a school may have handed in, or
a file that has nothing to do with it."""

from __future__ import annotations

import os
import re
from collections.abc import Container
from functools import cache
from pathlib import Path

from checker.toml_files import load, table, texts

WORKBOOK_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et"})
ARCHIVE_SUFFIX = ".zip"
ROSTER_NAMES = ("名册.csv", "名册.xlsx", "roster.csv")
"""A roster lying in the folder itself is used by ``checker county`` without being named."""
BACKUP_MARK = ".备份"
SUMMARY_TITLE = "县级汇总"

_SYSTEM = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db"})
_WAS_WORKBOOK = re.compile(
    r"\.(?:xls[xmb]?|ods|et)\b|\.(?:xls[xmb]?|ods|et)[^a-z]*$", re.IGNORECASE
)

ARCHIVE_REASON = "这是压缩包，请先解压，再把里面的 Excel 文件放进来。"
UNFINISHED_REASON = "这是没有下载完的文件，请等它下载完，或重新下载。"
PROGRAM_REASON = "这是程序，不是填报表，请不要打开，并提醒学校检查电脑有没有病毒。"
ODD_SUFFIX_REASON = (
    "扩展名不对，看上去本来是 Excel 文件，请把文件名改成以 .xlsx 结尾（原来是什么就是什么）。"
)
NO_SUFFIX_REASON = "没有扩展名，看不出是什么文件，请让学校发 Excel 文件（.xlsx）。"
LOCK_REASON = "Excel 或 WPS 打开文件时留下的临时文件，请让学校发不以“~$”开头的那个文件。"
NESTED_REASON = "这是压缩包里的压缩包，请先解压，再把里面的 Excel 文件放进来。"


def is_workbook_name(name: str) -> bool:
    """Whether a file of this name is one that people hand in (or a zip archive of them)."""
    stem, dot, letters = name.rpartition(".")
    suffix = f"{dot}{letters}".lower()
    if name.startswith(("~$", ".", "~")) or stem.endswith(BACKUP_MARK) or stem == SUMMARY_TITLE:
        return False
    return suffix in WORKBOOK_SUFFIXES or suffix == ARCHIVE_SUFFIX


def is_system_file(name: str) -> bool:
    """Whether the system or a program keeps this file for itself: nobody handed it in."""
    hidden = name.startswith(".") and suffix_of(name) not in WORKBOOK_SUFFIXES
    return hidden or name.startswith("._") or name.lower() in _SYSTEM


def suffix_of(name: str) -> str:
    """The ending with its dot, in lower case; "" without one."""
    return os.path.splitext(name)[1].lower()  # noqa: PTH122 - asked of thousands of names


@cache
def _known_endings() -> dict[str, str]:
    """By ending why a file with it was not looked at, from ``file_names.toml``."""
    content = load(Path(__file__).with_suffix(".toml"))
    reasons = {
        f"这是{called}，不能校验，请让学校发 Excel 文件（.xlsx）。": endings
        for called, endings in table(content["documents"]).items()
    }
    endings = table(content["endings"])
    reasons[ARCHIVE_REASON] = endings["archive"]
    reasons[UNFINISHED_REASON] = endings["unfinished"]
    reasons[PROGRAM_REASON] = endings["program"]
    return {ending: reason for reason, known in reasons.items() for ending in texts(known)}


def why_not_looked_at(name: str, beside: Container[str] = ()) -> tuple[str, bool]:
    """Why a file that is no workbook was not looked at (a Chinese sentence), and whether a school
    may have handed it in. ``beside`` are the names of the files in the same folder."""
    suffix = suffix_of(name)
    if name in ROSTER_NAMES:
        return "这是名册，县级汇总用它核对应报的学校。", False
    stem = name[: len(name) - len(suffix)]
    if stem.endswith(BACKUP_MARK):
        return "校验在原文件上标记之前留的备份。", False
    if stem == SUMMARY_TITLE:
        return "以前的县级汇总，不是填报表。", False
    if name.startswith("~$"):
        return LOCK_REASON, name[2:] not in beside
    reason = _known_endings().get(suffix.rstrip())
    draft = name.startswith("~") and suffix in WORKBOOK_SUFFIXES
    if reason == UNFINISHED_REASON or draft:
        return UNFINISHED_REASON, True
    if name.startswith("."):
        return "隐藏文件。", False
    if reason is not None:
        return reason, True
    if _WAS_WORKBOOK.search(name):
        return ODD_SUFFIX_REASON, True
    if not suffix:
        return NO_SUFFIX_REASON, True
    return "不是电子表格。", False
