"""A maintainer changes the program and asks whether any verdict changed with it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SCHOOLS = 5

Record = dict[str, Any]


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """One of the three commands, as a maintainer types it."""
    return subprocess.run(
        [sys.executable, str(HERE / script), *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small county with planted faults, a cell of one school merged away, and a spoilt file."""
    folder = tmp_path_factory.mktemp("verdicts") / "inputs"
    done = run("inputs.py", "--out", folder, "--counties-only", "--seeds", 3, "--schools", SCHOOLS)
    assert done.returncode == 0, done.stdout + done.stderr
    spoilt = folder / "spoilt.xlsx"
    spoilt.write_bytes(school_of(folder).read_bytes()[:5000])
    index = entries_of(folder)
    index.append({"group": "spoilt", "file": "spoilt.xlsx", "path": "spoilt.xlsx"})
    path = index[0]["path"]
    for state in ("merged", "error"):
        edit = {"sheet": "教师", "cell": "D8", "state": state}
        index.append({"group": "states", "file": f"{path} {state}", "path": path, "edit": edit})
    write_index(folder, index)
    return folder


@pytest.fixture(scope="module")
def collected(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What this checkout says of them."""
    return collect(inputs, tmp_path_factory.mktemp("collected"))


def collect(inputs: Path, out: Path) -> Path:
    done = run("collect.py", "--inputs", inputs, "--out", out)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def school_of(inputs: Path) -> Path:
    return sorted((inputs / "counties" / "seed-3").glob("*.xlsx"))[0]


def entries_of(inputs: Path) -> list[Record]:
    lines = (inputs / "index.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def write_index(inputs: Path, entries: list[Record]) -> None:
    text = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
    (inputs / "index.jsonl").write_text(text, "utf-8")


def records_of(folder: Path, group: str) -> list[Record]:
    lines = (folder / f"{group}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def by_file(records: list[Record]) -> dict[str, list[Record]]:
    """Records of each workbook, without its name."""
    found: dict[str, list[Record]] = {}
    for record in records:
        found.setdefault(record.pop("file"), []).append(record)
    return found


def beside(inputs: Path, folder: Path, entries: list[Record]) -> Path:
    """The same workbooks under another list."""
    shutil.copytree(inputs, folder)
    write_index(folder, entries)
    return folder


def test_every_verdict_is_there_with_its_words(collected: Path) -> None:
    """Passes too; and those that are no pass point at cells."""
    verdicts = [r for r in records_of(collected, "counties") if r["kind"] == "verdict"]
    passes = [verdict for verdict in verdicts if verdict["outcome"] == "pass"]
    fails = [verdict for verdict in verdicts if verdict["outcome"] == "fail"]
    assert len(passes) > 200 * SCHOOLS
    assert all(verdict["message"] for verdict in passes)
    assert sum(bool(verdict["cells"]) for verdict in passes) > 200 * SCHOOLS
    assert fails
    assert any(verdict["gap"] for verdict in fails)
    assert all(verdict["cells"] or verdict["cell"] or verdict["sheet"] for verdict in fails)
    assert not [r for r in records_of(collected, "counties") if r["kind"] == "crash"]
    facts = [r for r in records_of(collected, "counties") if r["kind"] == "fact"]
    assert any(fact["state"] == "given" and fact["cell"] for fact in facts)


def test_of_a_changed_cell_only_what_it_changes_is_there(collected: Path) -> None:
    """The fact of the cell, and the verdicts that hang on it."""
    for records in by_file(records_of(collected, "states")).values():
        (fact,) = (record for record in records if record["kind"] == "fact")
        # a cell that was merged away is not read at all
        assert fact["cell"] == "教师!D8" or fact["state"] == "unbound"
        assert any(record["kind"] == "verdict" for record in records)
        assert len(records) < 60


def test_a_spoilt_file_says_why(collected: Path) -> None:
    """And costs no other file."""
    (file,) = (r for r in records_of(collected, "spoilt") if r["kind"] == "file")
    assert file["status"] == "unreadable"
    assert file["message"]


def test_first_or_last_the_verdicts_are_the_same(
    inputs: Path, collected: Path, tmp_path: Path
) -> None:
    """The folder judged backwards, each file twice in a process, and one file alone."""
    schools = [entry for entry in entries_of(inputs) if entry["group"] == "counties"]
    known = by_file(records_of(collected, "counties"))
    again = [entry | {"file": f"{entry['file']} again"} for entry in schools]
    twice = beside(inputs, tmp_path / "twice", [*reversed(schools), *again])
    found = by_file(records_of(collect(twice, tmp_path / "a"), "counties"))
    assert len(found) == 2 * SCHOOLS
    for name, records in known.items():
        assert found[name] == records
        assert found[f"{name} again"] == records
    alone = beside(inputs, tmp_path / "alone", schools[-1:])
    found = by_file(records_of(collect(alone, tmp_path / "b"), "counties"))
    assert found == {schools[-1]["file"]: known[schools[-1]["file"]]}


def findings(path: Path, *options: str) -> dict[str, list[Record]]:
    """What ``checker check`` finds in a file or in the files of a folder, by the file's name."""
    command = [sys.executable, "-m", "checker.cli.main", "check", str(path), "--format", "json"]
    done = subprocess.run(
        [*command, *options],
        capture_output=True,
        env={**os.environ, "PYTHONUTF8": "1"},
        check=False,
    )
    found: dict[str, list[Record]] = {}
    for item in json.loads(done.stdout.decode("utf-8"))["findings"]:
        found.setdefault(Path(item.pop("file")).name, []).append(item)
    return found


def test_in_a_folder_of_several_the_findings_are_the_same(inputs: Path, tmp_path: Path) -> None:
    """``checker check FOLDER`` with two processes says of each file what it says of it alone."""
    folder = tmp_path / "county"
    shutil.copytree(inputs / "counties" / "seed-3", folder)
    together = findings(folder, "--no-cache", "--workers", "2")
    alone: dict[str, list[Record]] = {}
    for path in sorted(folder.glob("*.xlsx")):
        alone |= findings(path)
    assert together
    assert together == alone


def test_two_equal_runs_have_no_difference(collected: Path) -> None:
    """Exit code 0."""
    done = run("compare.py", "--old", collected, "--new", collected)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no difference" in done.stdout


@pytest.fixture
def changed(collected: Path, tmp_path: Path) -> Path:
    """The same, but one pass has become a failure, one sentence is another, one verdict is lost."""
    folder = tmp_path / "changed"
    shutil.copytree(collected, folder)
    records = records_of(folder, "counties")
    passes = [r for r in records if r["kind"] == "verdict" and r["outcome"] == "pass"]
    first = passes[0]
    second = next(each for each in passes if each["rule"] != first["rule"])
    third = next(each for each in passes if each["rule"] not in (first["rule"], second["rule"]))
    first["outcome"] = "fail"
    second["message"] = "改写了的一句话。"
    records.remove(third)
    text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    (folder / "counties.jsonl").write_text(text, "utf-8")
    return folder


def test_a_changed_verdict_is_noticed(collected: Path, changed: Path) -> None:
    """Each difference is counted and shown; exit code 1."""
    done = run("compare.py", "--old", collected, "--new", changed)
    assert done.returncode == 1
    assert "pass -> fail  1 × in counties" in done.stdout
    assert "changed: message  1 × in counties" in done.stdout
    assert "pass -> absent  1 × in counties" in done.stdout
    assert "3 differences that are not allowed" in done.stdout


def test_what_is_allowed_needs_a_reason(collected: Path, changed: Path, tmp_path: Path) -> None:
    """Expected differences are counted apart; others still end with exit code 1."""
    allow = tmp_path / "allow.toml"
    given = ("--old", collected, "--new", changed, "--allow", allow)
    allow.write_text('[[allowed]]\nold = "pass"\nnew = "fail"\n', "utf-8")
    assert run("compare.py", *given).returncode == 2
    allow.write_text(
        '[[allowed]]\nold = "pass"\nnew = "fail"\nreason = "a limit was raised"\n'
        '[[allowed]]\nmessage_only = true\nreason = "said more plainly"\n',
        "utf-8",
    )
    done = run("compare.py", *given)
    assert done.returncode == 1
    assert "1 differences that are not allowed" in done.stdout
    with allow.open("a", encoding="utf-8") as more:
        more.write('[[allowed]]\nold = "pass"\nnew = "absent"\nreason = "the rule was withdrawn"\n')
    assert run("compare.py", *given).returncode == 0


def test_a_group_that_was_not_collected_is_no_agreement(collected: Path, tmp_path: Path) -> None:
    """Nothing to compare with is exit code 2, not 0."""
    some = tmp_path / "some"
    shutil.copytree(collected, some)
    (some / "states.jsonl").unlink()
    assert run("compare.py", "--old", collected, "--new", some).returncode == 2
    assert run("compare.py", "--old", tmp_path, "--new", tmp_path).returncode == 2
