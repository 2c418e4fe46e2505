"""Nothing that lies in the folder of the workbooks is ever run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FLAG = "a file beside the workbooks was run"
NAMES = ("json", "multiprocessing", "pickle", "select", "msgspec", "click", "checker_validators")


@pytest.fixture
def inbox(tmp_path: Path, right: Path) -> Path:
    """Workbooks with modules beside them that leave a flag where they are imported."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    for number in range(3):
        shutil.copy(right, folder / f"{number}.xlsx")
    code = f"from pathlib import Path\nPath({str(tmp_path / 'flag')!r}).write_text({FLAG!r})\n"
    for name in NAMES:
        (folder / f"{name}.py").write_text(code, "utf-8")
    (folder / "plugin.toml").write_text("rules = []\n", "utf-8")
    return folder


def check(command: list[str], inbox: Path, workers: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*command, "check", ".", "--no-cache", "--workers", workers],
        cwd=inbox,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "CHECKER_CONFIG_DIR": str(inbox.parent / "own")},
    )


def script(folder: Path) -> list[str]:
    """The command as it is installed: a small file that pip writes."""
    path = folder / "checker-command"
    path.write_text(
        "from checker.cli.main import main\nif __name__ == '__main__':\n    main()\n", "utf-8"
    )
    return [sys.executable, str(path)]


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("started", ["installed", "module", "main"])
def test_modules_beside_the_workbooks_are_not_imported(
    inbox: Path, tmp_path: Path, workers: str, started: str
) -> None:
    commands = {
        "installed": script(tmp_path),
        "module": [sys.executable, "-m", "checker"],
        "main": [sys.executable, "-m", "checker.cli.main"],
    }
    if started == "installed":  # with -m, Python itself looks here for the program it is to start
        own = inbox / "checker"
        own.mkdir()
        shutil.copy(inbox / "json.py", own / "__init__.py")
    done = check(commands[started], inbox, workers)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "共 3 个文件，已校验 3 个" in done.stdout
    assert not (tmp_path / "flag").exists(), (tmp_path / "flag").read_text("utf-8")


def test_the_flag_is_real(inbox: Path, tmp_path: Path) -> None:
    """Python alone, started in that folder, does run them."""
    subprocess.run([sys.executable, "-c", "import click"], cwd=inbox, check=False)
    assert (tmp_path / "flag").read_text("utf-8") == FLAG
