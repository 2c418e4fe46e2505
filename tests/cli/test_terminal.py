"""On a real terminal the same words are coloured; a reader that goes away is no trouble."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "checker.cli.main", "check"]
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def on_a_terminal(*arguments: str) -> str:
    """What the command writes when its output is a (pseudo) terminal of 100 columns."""
    pty = pytest.importorskip("pty", reason="这个系统没有伪终端")
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": "100", "TERM": "xterm-256color"}
    process = subprocess.Popen(
        [*COMMAND, *arguments], stdout=theirs, stderr=subprocess.PIPE, env=environment
    )
    os.close(theirs)
    pieces: list[bytes] = []
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:
            break
        if not piece:
            break
        pieces.append(piece)
    process.wait()
    os.close(ours)
    return b"".join(pieces).decode("utf-8")


def test_a_terminal_gets_colours_and_the_same_words(wrong: Path) -> None:
    shown = on_a_terminal(str(wrong), "--no-mark")
    assert "\x1b[1;31m" in shown
    plain = subprocess.run([*COMMAND, str(wrong), "--no-mark"], capture_output=True, check=False)
    words = re.sub(r"\s+", "", ESCAPE.sub("", shown))
    assert words == re.sub(r"\s+", "", plain.stdout.decode("utf-8"))


def test_lines_wrap_under_their_indent(wrong: Path) -> None:
    shown = ESCAPE.sub("", on_a_terminal(str(wrong), "--no-mark")).splitlines()
    first = next(at for at, line in enumerate(shown) if line.lstrip().startswith("依据："))
    assert all(line.startswith("          ") for line in shown[first : first + 2])


@pytest.mark.skipif(os.name == "nt", reason="管道的写法只适用于 POSIX")
def test_a_reader_that_goes_away_is_no_trouble(wrong: Path) -> None:
    line = f"'{sys.executable}' -m checker.cli.main check '{wrong.parent}' --no-mark | head -1"
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False)
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""
