"""The command, run often: each run is a process of its own, forked from one that has imported what
such a run imports and done nothing else. That is half of a short run (0.5 s of 0.8 s for a county).

Two such processes take turns: their texts hash differently, so what depends on the order of a set
still differs from one run to the next. The room tests/cli starts the command as a user does.
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from itertools import cycle
from pathlib import Path

PATIENCE = 500
"""Seconds that a run may take before it is ended: the machine may be busy with others."""

_IMPORTED = (
    *("checker.cli.check", "checker.cli.county", "checker.cli.group", "checker.cli.chinese"),
    *("checker.batch.check_run", "checker.batch.county_run", "checker.batch.cache"),
    *("jinja2", "xlsxwriter", "docx", "pyarrow.parquet"),
)


def run_command(
    arguments: Sequence[str | Path],
    cwd: Path,
    environment: Mapping[str, str] | None = None,
    processor_seconds: int = PATIENCE,
) -> subprocess.CompletedProcess[str]:
    """Runs ``checker`` with these arguments; what it printed, and its exit code. ``environment`` is
    that of the tests if none is given. A run that takes more ``processor_seconds`` is killed: how
    much time it takes besides is the doing of whatever else runs on the machine. Where Python is
    told something else than here, or the system cannot fork, the command is started as a user
    does."""
    arguments, environment = [*map(str, arguments)], environment or os.environ
    command = [sys.executable, "-m", "checker.cli.main", *arguments]
    if sys.platform == "win32" or _for_python(environment) != _OWN:
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            cwd=cwd,
            env=dict(environment),
            timeout=PATIENCE,
        )
    with tempfile.TemporaryDirectory(prefix="checker-run-") as folder:
        out, errors = Path(folder, "out"), Path(folder, "errors")
        asked = [arguments, str(cwd), dict(environment), str(out), str(errors)]
        server = next(_servers())
        assert server.stdin is not None and server.stdout is not None
        server.stdin.write(json.dumps([*asked, processor_seconds]).encode() + b"\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        printed = [path.read_bytes().decode("utf-8") for path in (out, errors)]
    # as in text mode of a pipe
    told = [text.replace("\r\n", "\n").replace("\r", "\n") for text in printed]
    return subprocess.CompletedProcess(command, code, *told)


def _for_python(environment: Mapping[str, str]) -> dict[str, str]:
    """What Python itself reads when it starts."""
    return {name: value for name, value in environment.items() if name.startswith("PYTHON")}


_OWN = _for_python(os.environ)


@cache
def _servers() -> Iterator[subprocess.Popen[bytes]]:
    """Those of this process by turns; they end with it, when nobody can ask them any more."""
    return cycle(
        subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONSAFEPATH": "1"},
        )
        for seed in ("1", "2")
    )


def _serve() -> None:
    """Forks a child for every line of the standard input and answers its exit code."""
    for name in _IMPORTED:
        import_module(name)
    while line := sys.stdin.buffer.readline():
        child = os.fork()
        if not child:
            _become(*json.loads(line))
            return
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _become(
    arguments: list[str],
    cwd: str,
    environment: dict[str, str],
    out: str,
    errors: str,
    processor_seconds: int,
) -> None:
    """This process is from now on the command that was asked for."""
    import resource  # there is none on Windows

    signal.alarm(PATIENCE)
    resource.setrlimit(resource.RLIMIT_CPU, (processor_seconds, processor_seconds))
    for number, name in enumerate((os.devnull, out, errors)):
        place = os.open(name, os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(place, number)
        os.close(place)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["checker", *arguments]
    sys.path.insert(0, cwd)  # as ``python -m`` has it
    runpy.run_module("checker.cli.main", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _serve()
