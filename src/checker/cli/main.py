"""The command ``checker``. A plain ``check`` or ``explain`` runs at once; click serves the rest.

Importing click costs as much as reading a workbook. So the command that runs hundreds of times a
day is read by a small table; help, mistakes and all other commands are click's.
"""

from __future__ import annotations

import sys
from typing import NoReturn


def _use_utf8() -> None:
    """Chinese must survive a console or a pipe whose encoding is not UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            encoding = "utf-8" if not stream.isatty() else stream.encoding
            reconfigure(encoding=encoding, errors="replace")


def main() -> NoReturn:
    """Entry point of the console script. Never shows a traceback: that goes to the log file."""
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
    except Exception as problem:
        from checker.cli.trouble import report_trouble

        sys.exit(report_trouble(problem))
    raise AssertionError("click's main always exits")


if __name__ == "__main__":
    main()
