"""Two independent judges of written workbooks: no error that the source did not have.

Microsoft's own Open XML SDK validator (npm, see `node/package.json`: run `npm install` there) and
`openxml-audit`. With CI set the whole corpus is judged by both; otherwise the SDK, which needs most
of a second for each file, sees a sample.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parent))
from writing_corpus import Book, story_of, writable_files

from checker.model.marks import CellEdit
from checker.writing import write_changes

pytestmark = pytest.mark.real
IN_CI = bool(os.environ.get("CI"))
SAMPLE = 40


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Path]:
    """Source -> the file with marks, for every workbook that is written."""
    folder = tmp_path_factory.mktemp("judged")
    pairs = {}
    for source in writable_files():
        target = folder / source.name
        run = story_of(Book(source)).changes
        edits = [CellEdit(one.sheet, one.cell, "说明文字") for one in run.marks[-2:-1]]
        write_changes(source, target, replace(run, edits=edits))
        pairs[source] = target
    return pairs


def _sdk() -> Path:
    modules = Path(__file__).parent / "node" / "node_modules" / "@xarsh"
    found = [path for path in modules.glob("ooxml-validator-*/ooxml-validator*") if path.is_file()]
    if not found:
        if IN_CI:
            pytest.fail("run npm install in tests/acceptance/node: the SDK validator is needed")
        pytest.skip("没有安装 Open XML SDK 校验器（在 tests/acceptance/node 里运行 npm install）")
    return found[0]


def _sdk_errors(program: Path, path: Path) -> Counter[tuple[str, str]]:
    done = subprocess.run([str(program), str(path)], capture_output=True, timeout=500)
    told = json.loads(done.stdout)
    return Counter((one["id"] or one["errorType"], one["description"]) for one in told["errors"])


def test_the_open_xml_sdk_finds_nothing_new(written: dict[Path, Path]) -> None:
    program = _sdk()
    pairs = list(written.items())
    if not IN_CI:
        pairs = pairs[:: len(pairs) // SAMPLE]

    def added(pair: tuple[Path, Path]) -> tuple[str, Counter[tuple[str, str]]]:
        source, target = pair
        errors = _sdk_errors(program, target)
        return source.name, errors - _sdk_errors(program, source) if errors else errors

    with ThreadPoolExecutor(2) as pool:
        worse = {name: new for name, new in pool.map(added, pairs) if new}
    assert worse == {}


def test_the_sdk_does_find_a_fault_when_there_is_one(
    written: dict[Path, Path], tmp_path: Path
) -> None:
    """The judge is awake: a cell that names a style which is not there is reported."""
    import zipfile

    program = _sdk()
    source = next(path for path in written.values() if "1d452177_table" in path.name)
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = content.replace(b"<sheetData>", b"<sheetData><nonsense/>", 1)
            new.writestr(name, content)
    assert _sdk_errors(program, broken)


def test_openxml_audit_finds_nothing_new(written: dict[Path, Path]) -> None:
    if IN_CI:
        import openxml_audit as audit
    else:
        audit = pytest.importorskip("openxml_audit", reason="没有安装 openxml-audit")
    validator = audit.OpenXmlValidator(max_errors=0)

    def errors(path: Path) -> Counter[str]:
        return Counter(
            str(one.description)
            for one in validator.validate(str(path)).errors
            if one.severity == audit.ValidationSeverity.ERROR
        )

    worse = {}
    for source, target in written.items():
        found = errors(target)
        new = found - errors(source) if found else found
        if new:
            worse[source.name] = new
    assert worse == {}
