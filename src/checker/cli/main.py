"""Entry point of the command ``checker``: how the process begins and ends."""

from __future__ import annotations

import gc
import signal
import sys
from typing import NoReturn

from checker.harmless import guard_streams
from checker.safe_path import leave_current_folder

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells count it."""


def main() -> NoReturn:
    """Run the command line. Never shows a traceback: that goes to the log file."""
    gc.set_threshold(200_000, 20, 20)  # modules, rules, templates stay: there is little to find
    try:
        leave_current_folder()
        _use_utf8()
        if sys.argv[1:2] == ["__read-values__"]:  # a frozen program as its own guard process
            from checker.reading.worker import main as read_values

            read_values(sys.argv[2:])
            sys.exit(0)
        guard_streams()
        code = _command()
        signal.signal(
            signal.SIGINT, signal.SIG_IGN
        )  # all is written and said: only the end is left
        gc.freeze()  # the process ends: no need to look through all that was loaded once more
        sys.exit(code)
    except KeyboardInterrupt:
        sys.stderr.write("已中断。\n")
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as problem:
        from checker.trouble import report_trouble

        sys.exit(report_trouble(problem))


def _command() -> int:
    """What click makes of the command line; the exit code."""
    import click

    from checker.cli.chinese import speak_chinese
    from checker.cli.group import command

    speak_chinese()
    try:
        return int(command.main(prog_name="checker", standalone_mode=False) or 0)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except click.ClickException as mistake:
        mistake.show()
        return mistake.exit_code
    except click.Abort as end:
        raise KeyboardInterrupt from end


def _use_utf8() -> None:
    """Chinese must survive a console or a pipe whose encoding is not UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            encoding = "utf-8" if not stream.isatty() else stream.encoding
            reconfigure(encoding=encoding, errors="replace")


if __name__ == "__main__":
    main()
