"""Discovery: where plugins are, found without importing any: bundled, installed, named folders."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from checker import toml_files

ENTRY_POINT_GROUP = "checker.validators"
MANIFEST_FILE = "plugin.toml"
BUNDLED = "校验程序自带"
NAMED = "文件夹 "
"""How the origin of a plugin begins whose folder was named."""


class Found(Struct, frozen=True):
    """A place where a plugin is. ``name`` is the folder's or entry point's; ``folder`` None means
    that it was announced but its files are not there, ``problem`` says why (Chinese)."""

    name: str
    folder: Path | None
    origin: str
    package: str | None = None
    problem: str = ""


def find(folders: Sequence[Path] = ()) -> Iterator[Found]:
    """All plugins: bundled ones, installed ones (entry points), those in ``folders``. One that is
    found in two ways (a bundled one that is also named) is found once."""
    known: list[Found] = []
    for found in (*bundled(), *installed()):
        known.append(found)
        yield found
    seen = {found.folder.resolve() for found in known if found.folder and folders}
    for folder in folders:
        for found in named(folder):
            place = found.folder.resolve() if found.folder else None
            if place is None or place not in seen:
                yield found
            if place is not None:
                seen.add(place)


def bundled() -> Iterator[Found]:
    """Plugins that come with the program."""
    folder = bundled_folder()
    if folder is not None:
        yield from _inside(folder, BUNDLED)


def bundled_folder() -> Path | None:
    """The folder ``validators/`` of this installation; None if it was left out."""
    from importlib.util import find_spec

    spec = find_spec("checker_validators")
    if spec is None:
        return None
    places = list(spec.submodule_search_locations or ())
    return Path(places[0]) if places else None


def named(folder: Path) -> Iterator[Found]:
    """A folder given with --plugin-dir: a plugin itself, or a folder of plugins."""
    origin = f"{NAMED}{folder}"
    if (folder / MANIFEST_FILE).is_file():
        yield Found(folder.resolve().name, folder, origin)
        return
    if not folder.is_dir():
        yield Found(folder.name, None, origin, problem=f"没有这个文件夹：{folder}")
        return
    found = list(_inside(folder, origin))
    if not found:
        yield Found(folder.name, None, origin, problem=f"文件夹 {folder} 中没有 {MANIFEST_FILE}")
    yield from found


def installed() -> Iterator[Found]:
    """Plugins of installed packages, by their entry points.

    Importing ``importlib.metadata`` takes longer than reading every entry_points.txt. Nothing of it
    is remembered: what is found here is code that will run, and must come from what is installed.
    """
    here = os.getcwd()  # noqa: PTH109 (a Path of every place would take longer than all the rest)
    seen: set[str] = set()
    for place in dict.fromkeys(os.path.join(here, place) for place in sys.path):  # noqa: PTH118
        for info in _dist_infos(place):
            package = info.rpartition(".")[0]
            if package not in seen:
                seen.add(package)
                path = os.path.join(place, info)  # noqa: PTH118 (as above)
                for name, target in _entry_points(path):
                    yield _of_entry_point(name, target, Path(path))


def _inside(folder: Path, origin: str) -> Iterator[Found]:
    for manifest in toml_files.one_below(folder, MANIFEST_FILE):
        yield Found(manifest.parent.name, manifest.parent, origin)


def _dist_infos(place: str) -> list[str]:
    """Names of the folders that say what is installed in a place."""
    try:
        names = os.listdir(place)  # noqa: PTH208
    except OSError:
        return []
    return sorted(name for name in names if name.endswith((".dist-info", ".egg-info")))


def _entry_points(info: str) -> Iterator[tuple[str, str]]:
    """(name, target) of our group in one package's entry_points.txt."""
    try:
        with open(f"{info}/entry_points.txt", "rb") as file:  # noqa: PTH123
            content = file.read()
        if ENTRY_POINT_GROUP.encode() not in content:
            return
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return
    group = ""
    for line in text.splitlines():
        line = line.partition("#")[0].strip()
        if line.startswith("[") and line.endswith("]"):
            group = line[1:-1].strip()
        elif group == ENTRY_POINT_GROUP and "=" in line:
            name, _, target = line.partition("=")
            yield name.strip(), target.strip()


def _of_entry_point(name: str, target: str, info: Path) -> Found:
    package = info.name.rpartition(".")[0]
    module = target.partition(":")[0].strip()
    distribution, _, version = package.rpartition("-")
    origin = f"已安装的软件包 {distribution or package}"
    if version and distribution:
        origin += f" {version}"
    folder = info.parent.joinpath(*module.split("."))
    if not (folder / MANIFEST_FILE).is_file():
        elsewhere = _imported_from(module)
        if elsewhere is None or not (elsewhere / MANIFEST_FILE).is_file():
            return Found(
                name, None, origin, module, f"{origin} 中找不到 {module} 的 {MANIFEST_FILE}"
            )
        folder = elsewhere
    return Found(name, folder, origin, module)


def _imported_from(module: str) -> Path | None:
    """Folder of an editable installation. Only the top package is looked up: nothing runs."""
    from importlib.util import find_spec

    top, *below = module.split(".")
    try:
        spec = find_spec(top)
    except (ImportError, ValueError):
        return None
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0]).joinpath(*below) if places else None
