"""When the program itself fails: one sentence on the screen, the traceback in a log file."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from datetime import datetime
from pathlib import Path

from checker import __version__

LOG_NAME = "checker-错误.log"


def log_folder() -> Path:
    """Where log files go: ``CHECKER_LOG_DIR``, else the user's own state folder."""
    chosen = os.environ.get("CHECKER_LOG_DIR")
    if chosen:
        return Path(chosen)
    local = os.environ.get("LOCALAPPDATA")
    return Path(local) / "checker" if local else Path.home() / ".local" / "state" / "checker"


def write_log(text: str) -> Path | None:
    """Append one entry to the log file; its path, or None if nothing could be written anywhere."""
    stamp = datetime.now().astimezone().isoformat(timespec="seconds")
    for folder in (log_folder(), Path(tempfile.gettempdir())):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / LOG_NAME
            with path.open("a", encoding="utf-8") as log:
                log.write(f"--- {stamp} checker {__version__}\n{text}\n")
        except OSError:
            continue
        return path
    return None


def report_trouble(problem: Exception, what: str = "程序自身出错，校验没有完成") -> int:
    """Say that the program failed, name the log file; the exit code for an internal error."""
    log = write_log("".join(traceback.format_exception(problem)))
    where = f"详细情况记在 {log}" if log else "详细情况未能写入日志"
    sys.stderr.write(f"错误：{what}。{where}，请把它发给技术支持。\n")
    return 4
