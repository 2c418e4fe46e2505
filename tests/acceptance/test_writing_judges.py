"""Two independent judges of written workbooks: no error that the source did not have.

Microsoft's own Open XML SDK validator (npm, see `node/package.json`: run `npm install` there) and
`openxml-audit`. The whole corpus is judged by openxml-audit. The SDK needs half a second of
processor time for each file, so it is given workbooks in which every structure that writing adds
anywhere in the corpus is seen three times; all of them with CHECKER_WHOLE_CORPUS=1, as
.ci/run does.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeAlias

import pytest
from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parent))
from writing_corpus import Book, parse, parts_of, story_of, writable_files

from checker.model.marks import CellEdit
from checker.writing import write_changes

pytestmark = pytest.mark.real
IN_CI = bool(os.environ.get("CI"))
WHOLE_CORPUS = bool(os.environ.get("CHECKER_WHOLE_CORPUS"))
TIMES = 3
"""So often the SDK sees each structure."""

Structure: TypeAlias = tuple[str, str, str]
"""An element with an attribute, or with two children that follow each other."""


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


def _structures(raw: bytes) -> set[Structure]:
    """What a schema speaks of: which attributes an element has, and what follows what in it."""
    found: set[Structure] = set()
    for element in parse(raw).iter():
        if not isinstance(element.tag, str):
            continue
        found |= {(element.tag, "@", str(name)) for name in element.attrib}
        before = ""
        for child in element:
            if isinstance(child.tag, str):
                found.add((element.tag, before, child.tag))
                before = child.tag
        found.add((element.tag, before, ""))
    return found


def _added_structures(source: Path, target: Path) -> set[Structure]:
    """Those of the written parts that the same part of the source has not."""
    before, added = parts_of(source), set[Structure]()
    for name, raw in parts_of(target).items():
        if raw != before.get(name) and name.lower().endswith((".xml", ".rels")):
            added |= _structures(raw)
            if name in before:
                added -= _structures(before[name])
    return added


def _telling(written: dict[Path, Path]) -> list[tuple[Path, Path]]:
    """Workbooks that show every added structure `TIMES` times, or as often as there are any."""
    added = {source: _added_structures(source, target) for source, target in written.items()}
    missing = Counter(each for own in added.values() for each in own)
    missing = Counter({each: min(TIMES, count) for each, count in missing.items()})
    chosen: list[tuple[Path, Path]] = []
    while +missing:
        source = max(added, key=lambda path: sum(missing[each] > 0 for each in added[path]))
        missing.subtract(added.pop(source))
        chosen.append((source, written[source]))
    return chosen


def test_the_open_xml_sdk_finds_nothing_new(written: dict[Path, Path]) -> None:
    program = _sdk()
    pairs = list(written.items()) if WHOLE_CORPUS else _telling(written)
    assert len(pairs) >= 30

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


def test_openxml_audit_finds_nothing_new(
    written: dict[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    if IN_CI:
        import openxml_audit as audit
    else:
        audit = pytest.importorskip("openxml_audit", reason="没有安装 openxml-audit")
    # Where an element stands among its like is only for the path of an error, which nobody reads
    # here, and is counted anew for each of them: half of the time went there.
    monkeypatch.setattr("openxml_audit.context._sibling_position", lambda element: 1)
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
