"""Folders of workbooks as a county office gets them, and the real command run over them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from checker_templates.building.fill import fill_template
from checker_templates.building.fill_data import FillData, FillValue

from checker.forms.registry import choose, installed_templates

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from command_server import PATIENCE, run_command
from warm_cache import warm

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "checker.cli.main"]
SCHOOL = choose(installed_templates(), "compulsory_school").template
COUNTY = choose(installed_templates(), "county").template
FORMS = {
    SCHOOL.id: ROOT / "workbook_templates" / SCHOOL.id / f"{SCHOOL.title}.xlsx",
    COUNTY.id: ROOT / "workbook_templates" / COUNTY.id / f"{COUNTY.title}.xlsx",
}

MANY = int(os.environ.get("CHECKER_MANY_SCHOOLS", "120"))
"""Schools of a large county. By hand, before a release: 600."""

Facts: TypeAlias = "Mapping[str, FillValue | Mapping[str, FillValue]]"
Rows: TypeAlias = "Sequence[Mapping[str, FillValue]]"


def hears_ctrl_c() -> None:
    """For ``preexec_fn``: the child hears Ctrl-C even if these tests run in the background, where
    a shell has it ignored and every child would inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def environment(cache: Path) -> dict[str, str]:
    """The user's environment, with the cache in a folder of its own."""
    return {**os.environ, "CHECKER_CACHE_DIR": str(warm(cache))}


def losing_a_worker(
    arguments: Sequence[str], cwd: Path, variables: Mapping[str, str], tally: Path
) -> subprocess.CompletedProcess[str]:
    """Runs the command and kills a worker process once it has judged something; ``tally`` is where
    the counting plugin writes who judged what."""
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=cwd,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    killed = threading.Event()

    def kill_one() -> None:
        while process.poll() is None:
            lines = tally.read_text("utf-8").splitlines() if tally.exists() else []
            if len(lines) >= 5:
                os.kill(int(lines[-1].split(" ")[0]), signal.SIGKILL)
                killed.set()
                return
            killed.wait(0.02)

    killer = threading.Thread(target=kill_one)
    killer.start()
    out, errors = process.communicate(timeout=PATIENCE)
    killer.join()
    assert killed.is_set(), "no worker was killed"
    return subprocess.CompletedProcess(process.args, process.returncode, out, errors)


def checker(
    *arguments: str | Path, cwd: Path, cache: Path | None = None, **more: str
) -> subprocess.CompletedProcess[str]:
    """Runs the command. ``cache`` defaults to a folder beside ``cwd``."""
    variables = environment(cache or cwd.parent / f"{cwd.name}.cache") | more
    return run_command(arguments, cwd, variables)


_MINUTE = re.compile(rb"20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}")


def without_minute(path: Path) -> bytes:
    """A result without the minute of its run: two runs may fall on two sides of a minute's end."""
    content = path.read_bytes()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as package:
            content = b"".join(
                name.encode() + package.read(name) for name in sorted(package.namelist())
            )
    return _MINUTE.sub(b"", content)


def common_cache() -> Path:
    """Where what one test has judged need not be judged by another: the cache of these tests."""
    return Path(os.environ["CHECKER_CACHE_DIR"])


def document(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The JSON that was printed."""
    assert done.stdout.startswith("{"), done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def fill_school(path: Path, code: str, name: str, facts: Facts, classes: Rows = ()) -> Path:
    """A school's form with these figures and nothing else; a 小学 unless ``facts`` say so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    head: Facts = {"school.code": code, "school.name": name, "school.type": "211"}
    tables = {"classes": classes} if classes else {}
    fill_template(SCHOOL, FORMS[SCHOOL.id], path, FillData({**head, **facts}, tables))
    return path


def fill_county(path: Path, name: str, facts: Facts) -> Path:
    """The county's own form with these figures and nothing else."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fill_template(
        COUNTY, FORMS[COUNTY.id], path, FillData({"county.name": name, **facts}), verbatim=True
    )
    return path


def write_roster(folder: Path, schools: Sequence[tuple[str, str]]) -> Path:
    """名册.csv as Excel in China saves it (GBK)."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "名册.csv"
    lines = ["标识码,学校名称,办学类型", *(f"{code},{name},小学" for code, name in schools)]
    path.write_bytes("\r\n".join(lines).encode("gb18030"))
    return path


def demo_county(folder: Path, schools: int, seed: int = 7) -> Path:
    """The synthetic county, made by the command."""
    made = checker(
        *("demo", "county", "--schools", str(schools), "--seed", str(seed), "--out", folder.name),
        cwd=folder.parent,
    )
    assert made.returncode == 0, made.stderr
    return folder


COUNTING_MANIFEST = """
[plugin]
id = "tally"
title = "计数"
version = "1"
api_version = 1

[families]
TLY = "计数"

[[rules]]
id = "TLY1"
kind = "function"
function = "tally"
title = "每判一份记一笔"
severity = "info"
templates = ["compulsory_school"]
scope = "submission"
what = "每判一份，往文件里写一行。"
why = "用来数一共判了几份。"
fix = "不用改。"
since = 2017
sources = [{ document = "own", clause = "测试" }]
examples = [{ expect = "pass" }, { expect = "fail", note = "从不出现" }]

[documents.own]
title = "测试用"
"""

COUNTING_RULES = '''
"""Writes one line per judged workbook into the file TALLY names, after TALLY_SLEEP seconds. Schools
that TALLY_HELD names are held almost as long as a function may take; TALLY.held tells of them."""

import os
import time


def tally(unit, context):
    code = unit.text("school.code")
    if code in os.environ.get("TALLY_HELD", "").split():
        note(os.environ["TALLY"] + ".held", code)
        time.sleep(9)
    time.sleep(float(os.environ.get("TALLY_SLEEP", "0")))
    note(os.environ["TALLY"], code)
    yield context.passed("已记。")


def note(path, code):
    with open(path, "a", encoding="utf-8") as file:
        file.write(f"{os.getpid()} {code}\\n")
'''


def counting_plugin(folder: Path) -> Path:
    """A third party's plugin whose only rule counts how often it is asked."""
    home = folder / "tally"
    home.mkdir(parents=True)
    (home / "plugin.toml").write_text(COUNTING_MANIFEST, "utf-8")
    (home / "rules.py").write_text(COUNTING_RULES, "utf-8")
    return home


def tallied(path: Path) -> list[str]:
    """标识码 of the workbooks judged so far, in the order they were judged."""
    if not path.exists():
        return []
    return [line.split(" ")[1] for line in path.read_text("utf-8").splitlines()]
