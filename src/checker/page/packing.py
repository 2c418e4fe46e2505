"""Run inside the browser's Python while the page is built: reads /packing, writes /packing/packed.

Modules are compiled for that Python, and all rules and templates are read once, so that the page
finds them checked. Nothing of this is part of the page.
"""

from __future__ import annotations

import importlib.util
import json
import marshal
import os
import sys
import zipfile
from pathlib import Path

WORK = Path("/packing")
ORDER = json.loads((WORK / "order.json").read_text("utf-8"))
SITE = WORK / "site"


def compiled(source: bytes, name: str) -> bytes:
    """The module as the import system takes it without its source; docstrings left out."""
    code = compile(source, name, "exec", dont_inherit=True, optimize=2)
    return importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(code)


def pack(target: Path, members: dict[str, bytes], used: set[str]) -> None:
    """A zip archive that is not packed (the page packs it as a whole). Modules that nothing has
    imported so far stay as they are written: that is shorter."""
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in sorted(members.items()):
            if name in used and name.endswith(".py"):
                name, content = name + "c", compiled(content, name)
            archive.writestr(zipfile.ZipInfo(name), content)


def read_rules() -> bytes:
    """Judges every empty workbook; what is checked on the way is kept for the page."""
    cache = Path("/tmp/cache")
    os.environ["CHECKER_CACHE_DIR"] = str(cache)
    sys.path.insert(0, str(SITE))
    from checker.page.desk import desk_of

    desk = desk_of(SITE)
    errors = json.loads(desk.about())["errors"]
    if errors:
        raise SystemExit("；".join(each["message"] for each in errors))
    for place in range(len(ORDER["blanks"])):
        blank = desk.blank(place)
        desk.check(blank.name, blank.content, None, True, True)
    desk.county.concluded("", {})
    return (cache / "records.msgpack").read_bytes()


def main() -> None:
    packed = WORK / "packed"
    packed.mkdir()
    kept = read_rules()
    library_zip = "python314.zip/"
    used = {
        str(module.__file__).removeprefix(f"{SITE}/").rpartition(library_zip)[2]
        for module in list(sys.modules.values())
        if getattr(module, "__file__", None)
    }
    files = {
        path.relative_to(SITE).as_posix(): path.read_bytes()
        for path in SITE.rglob("*")
        if path.is_file()
    }
    files["cache/records.msgpack"] = kept
    pack(packed / "site.zip", files, used)
    left_out = tuple(ORDER["left_out"])
    with zipfile.ZipFile(WORK / "pyodide" / "python_stdlib.zip") as archive:
        library = {
            name: archive.read(name)
            for name in archive.namelist()
            if not name.endswith("/")
            and not any(name == each or name.startswith(f"{each}/") for each in left_out)
        }
    pack(packed / "python_stdlib.zip", library, used)


main()
