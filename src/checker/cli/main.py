"""The command ``checker``. A plain ``check`` or ``explain`` runs at once; click serves the rest.

Importing click costs as much as reading a workbook. So the command that runs hundreds of times a
day is read by a small table; help, mistakes and all other commands are click's.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys

TYPE_CHECKING = False  # the constant of ``typing``, which takes a while to import

if TYPE_CHECKING:
    from typing import NoReturn


def _use_utf8() -> None:
    """Chinese must survive a console or a pipe whose encoding is not UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            encoding = "utf-8" if not stream.isatty() else stream.encoding
            reconfigure(encoding=encoding, errors="replace")


def main() -> NoReturn:
    """Entry point of the console script: runs the command and ends the process.

    A short-lived process need not look for garbage, nor take itself apart piece by piece at its
    end: both together are a fifth of the time that checking one workbook takes.
    """
    gc.disable()
    try:
        run()
    except SystemExit as end:
        if isinstance(end.code, int) and _nothing_left_to_do():
            with contextlib.suppress(OSError):  # whoever was reading has gone away
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(end.code)
        raise


def _nothing_left_to_do() -> bool:
    """No thread that wants to finish its work, no worker process to be told goodbye."""
    threading = sys.modules.get("threading")
    waiting = threading is not None and any(
        not thread.daemon and thread is not threading.main_thread()
        for thread in threading.enumerate()
    )
    return not waiting and "multiprocessing.pool" not in sys.modules


def run() -> NoReturn:
    """Run the command line. Never shows a traceback: that goes to the log file."""
    _use_utf8()
    try:
        if sys.argv[1:2] == ["__read-values__"]:  # a frozen program as its own guard process
            from checker.reading.worker import main as read_values

            read_values(sys.argv[2:])
            sys.exit(0)
        if sys.argv[1:2] == ["check"]:
            from checker.cli.plain_check import parsed

            choices = parsed(sys.argv[2:])
            if choices is not None:
                from checker.cli.check_run import run_check

                run_check(choices)
        if sys.argv[1:2] == ["explain"] and len(sys.argv) == 3 and sys.argv[2][0:1].isalpha():
            from checker.cli.explain_run import run_explain

            run_explain(sys.argv[2])
            sys.exit(0)
        from checker.cli.chinese import speak_chinese
        from checker.cli.group import command

        speak_chinese()
        command.main(prog_name="checker")
    except BrokenPipeError:
        sys.exit(0)
    except Exception as problem:
        from checker.cli.trouble import report_trouble

        sys.exit(report_trouble(problem))
    raise AssertionError("click's main always exits")


if __name__ == "__main__":
    main()
