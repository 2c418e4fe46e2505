"""SIGKILL and SIGINT at random moments: ``python tests/fuzz/kills.py --times 200``.

After each, every original must be as it was (or, with --in-place, be whole: as it was or marked,
with its backup), every file in the result folder must be whole, and (one time in five) the same
command run again must end as it always does.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from warm_cache import warm

SCENES: dict[str, list[str]] = {
    "check": ["check", "表", "--no-cache"],
    "tables": ["check", "表", "--no-cache", "--out", "结果"],
    "two processes": ["check", "表", "--no-cache", "--workers", "2"],
    "in place": ["check", "表", "--in-place", "--no-cache"],
    "archive": ["check", "包.zip", "--no-cache", "--out", "结果"],
    "cache": ["check", "表"],
    "county": ["county", "表", "--no-cache"],
    "watch": ["check", "表", "--out", "结果", "--watch"],
}
"""What is run; ``结果`` gets Parquet tables besides."""


_ENDS = (0, 1, 3, 130, -signal.SIGINT, -signal.SIGKILL)
"""How a process may end that was told to: done before, interrupted, or killed as said above."""


def _hears_ctrl_c() -> None:
    """Also where these strikes run in the background: a shell has Ctrl-C ignored there, and every
    child would inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Struck(NamedTuple):
    """One kill: how it ended, and what was wrong afterwards."""

    scene: str
    seconds: float
    code: int
    said: str
    wrong: tuple[str, ...]


class Grounds:
    """A small county to strike at."""

    def __init__(self, folder: Path, schools: int = 6) -> None:
        from checker.demo.synthetic_county import build_and_write
        from checker.session import Session

        template = next(each for each in Session().templates if each.id == "compulsory_school")
        self.folder = folder
        self.sound = folder / "sound"
        build_and_write(template, self.sound, schools=schools, seed=5)
        self._seconds: dict[str, float] = {}

    def scene(self, name: str) -> Path:
        """A fresh folder for one run."""
        place = self.folder / "run"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self.sound, place / "表")
        with zipfile.ZipFile(place / "包.zip", "w") as archive:
            for path in sorted(self.sound.glob("*.xlsx")):
                archive.write(path, path.name)
        return place

    def start(self, name: str, place: Path, watch: bool = True) -> subprocess.Popen[str]:
        """The command of a scene, in a group of its own; without ``watch`` it ends by itself."""
        scene = [each for each in SCENES[name] if watch or each != "--watch"]
        return subprocess.Popen(
            [sys.executable, "-m", "checker.cli.main", *scene],
            cwd=place,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,
            preexec_fn=_hears_ctrl_c,
            env={
                **os.environ,
                "CHECKER_LOG_DIR": str(place / "log"),
                "CHECKER_CACHE_DIR": str(warm(place / "cache")),
            },
        )

    def usual_seconds(self, name: str) -> float:
        """How long the command takes when it is left alone."""
        if name not in self._seconds:
            began = time.monotonic()
            self.start(name, self.scene(name), watch=False).communicate()
            spent = time.monotonic() - began
            self._seconds[name] = 2 * spent if name == "watch" else spent
        return self._seconds[name]

    def strike(self, name: str, sign: signal.Signals, share: float, again: bool) -> Struck:
        """One kill after this share of the usual time; then, if wanted, the command ``again``."""
        seconds = self.usual_seconds(name) * share
        place = self.scene(name)
        process = self.start(name, place)
        time.sleep(seconds / 2)
        if name == "watch":  # a school sends its workbook again
            path = min(self.sound.glob("*.xlsx"))
            (place / "新的").write_bytes(path.read_bytes())
            (place / "新的").replace(place / "表" / path.name)
        time.sleep(seconds / 2)
        if sign is signal.SIGKILL:
            os.killpg(process.pid, sign)  # the group that was just made for it
        else:
            process.send_signal(sign)
        wrong = []
        try:
            said, errors = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            wrong.append("does not end")
            os.killpg(process.pid, signal.SIGKILL)
            said, errors = process.communicate()
        wrong += self._wrong(name, place)
        # one of Python itself, before it came to the program, has no line of ours in it
        if "Traceback" in said + errors and f"{os.sep}checker{os.sep}" in said + errors:
            wrong.append(f"a traceback: {errors[-200:]}")
        if sign is signal.SIGINT and process.returncode not in _ENDS:
            wrong.append(f"exit {process.returncode}: {errors[-200:]}")
        if again:
            second = self.start(name, place, watch=False)
            lines, errors = second.communicate(timeout=120)
            if second.returncode not in (0, 1):
                wrong.append(f"again: exit {second.returncode}: {errors[-200:]}{lines[-200:]}")
            wrong += self._wrong(name, place)
        return Struck(name, seconds, process.returncode, said + errors, tuple(wrong))

    def _wrong(self, name: str, place: Path) -> list[str]:
        from checker.writing import carries_marks

        wrong = []
        for path in self.sound.iterdir():
            now = place / "表" / path.name
            if not now.is_file():
                wrong.append(f"lost: {path.name}")
            elif now.read_bytes() != path.read_bytes():
                backup = [*now.parent.glob(f"{now.stem}.备份*")]
                whole = _is_whole(now) and carries_marks(now)
                if name != "in place" or not whole:
                    wrong.append(f"changed: {path.name}")
                elif not any(each.read_bytes() == path.read_bytes() for each in backup):
                    wrong.append(f"no backup: {path.name}")
        for path in place.rglob("*"):
            drafted = path.name.startswith(".") or path.suffix in {".part", ".tmp"}
            made = not path.is_relative_to(place / "log") and not path.is_relative_to(
                place / "cache"
            )
            if path.is_file() and made and not drafted and not _is_whole(path):
                wrong.append(f"half: {path.relative_to(place)}")
        return wrong


def _is_whole(path: Path) -> bool:
    """Whether a file is all there, as its kind lets one know."""
    data = path.read_bytes()
    if path.suffix in {".xlsx", ".zip"}:
        try:
            with zipfile.ZipFile(path) as package:
                return package.testzip() is None
        except (OSError, zipfile.BadZipFile):
            return False
    if path.suffix in {".json", ".sarif"}:
        try:
            json.loads(data)
        except ValueError:
            return False
    if path.suffix == ".html":
        return data.rstrip().endswith(b"</html>")
    if path.suffix == ".parquet":
        return data[:4] == data[-4:] == b"PAR1"
    return path.suffix != ".xml" or data.rstrip().endswith(b"</testsuites>")


def main() -> int:
    """Strikes; prints what was wrong and the figures; 1 if anything was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    wrong = 0
    table: Counter[tuple[str, str, int]] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        grounds = Grounds(Path(folder), schools=2)
        for number in range(given.times):
            name = list(SCENES)[number % len(SCENES)]
            sign = chance.choice((signal.SIGKILL, signal.SIGINT))
            struck = grounds.strike(name, sign, chance.uniform(0, 1.05), chance.random() < 0.2)
            table[name, sign.name, struck.code] += 1
            if number % 20 == 19:
                print(f"{number + 1} kills, {wrong} things wrong", flush=True)
            for line in struck.wrong:
                wrong += 1
                print(f"{name} {sign.name} after {struck.seconds:.2f} s: {line}", flush=True)
    for (name, sign_name, code), count in sorted(table.items()):
        print(f"{name:15}{sign_name:9}exit {code:4}  {count} times")
    print(f"{given.times} kills, {wrong} things wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
