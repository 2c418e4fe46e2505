"""When the program itself fails: one sentence on the screen, the traceback in a log file."""

from __future__ import annotations

import errno
import os
import sys
from datetime import datetime
from pathlib import Path

from checker import __version__

LOG_NAME = "checker-错误.log"


class UserMistake(Exception):
    """What was asked for makes no sense; the text is a Chinese sentence."""


def home() -> Path:
    """The user's own folder; where nobody knows it, a path that is no folder."""
    return Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home raises instead


def log_folder() -> Path:
    """Where log files go: ``CHECKER_LOG_DIR``, else the user's own state folder."""
    chosen = os.environ.get("CHECKER_LOG_DIR")
    if chosen:
        return Path(chosen)
    local = os.environ.get("LOCALAPPDATA")
    return Path(local) / "checker" if local else home() / ".local" / "state" / "checker"


def write_log(text: str) -> Path | None:
    """Append one entry to the log file; its path, or None if nothing could be written anywhere.

    Where the user's own folder cannot be written, the entry goes to a new file of its own in the
    system's folder for temporary files: a fixed name there might be somebody else's file or link.
    """
    stamp = datetime.now().astimezone().isoformat(timespec="seconds")
    entry = f"--- {stamp} checker {__version__}\n{text}\n"
    path = log_folder() / LOG_NAME
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as log:
            log.write(entry)
        return path
    except OSError:
        pass
    import tempfile

    try:
        descriptor, name = tempfile.mkstemp(prefix="checker-错误-", suffix=".log")
        with open(descriptor, "w", encoding="utf-8") as log:  # noqa: PTH123
            log.write(entry)
    except OSError:
        return None
    return Path(name)


_REASONS = {
    errno.ENOENT: "文件已经不在了",
    errno.ENOTDIR: "上级不是文件夹",
    errno.EISDIR: "这是一个文件夹",
    errno.EACCES: "没有权限，或正被别的程序占用",
    errno.EPERM: "没有权限",
    errno.EBUSY: "正被别的程序占用",
    errno.EROFS: "磁盘是只读的",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已用完",
    errno.EFBIG: "磁盘已满，或文件超过了允许的大小",
    errno.ENAMETOOLONG: "文件名过长",
    errno.ELOOP: "链接指向自己",
    errno.EIO: "磁盘读写出错",
    errno.EMFILE: "打开的文件过多",
    errno.ENFILE: "打开的文件过多",
    errno.ENOMEM: "内存不足",
    errno.EEXIST: "已有同名的文件",
    errno.ETIMEDOUT: "网络没有回应",
    errno.EHOSTUNREACH: "连不上对方的电脑",
    errno.ENXIO: "不是普通文件",
}


def disk_reason(problem: Exception) -> str:
    """Why a file could not be read or written: a Chinese clause without a full stop."""
    number = problem.errno if isinstance(problem, OSError) else None
    known = None if number is None else _REASONS.get(number)
    if known is not None:
        return known
    text = getattr(problem, "strerror", None) or str(problem)
    return text.rstrip("。.") or type(problem).__name__


def report_trouble(problem: Exception, what: str = "程序自身出错，校验没有完成") -> int:
    """Say that the program failed, name the log file; the exit code for an internal error."""
    import traceback

    log = write_log("".join(traceback.format_exception(problem)))
    where = f"详细情况记在 {log}" if log else "详细情况未能写入日志"
    sys.stderr.write(f"错误：{what}。{where}，请把它发给技术支持。\n")
    return 4
