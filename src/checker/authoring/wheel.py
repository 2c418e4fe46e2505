"""``checker plugin build``: a plugin's folder as a wheel, written here: a wheel is a zip with four
files about itself, and a plain installation has nothing else that could make one."""

from __future__ import annotations

import base64
import hashlib
import re
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from checker.plugins.discovery import ENTRY_POINT_GROUP, MANIFEST_FILE
from checker.plugins.manifest import PluginManifest
from checker.trouble import UserMistake

_VERSION = re.compile(r"[0-9]+(\.[0-9]+)*((a|b|rc)[0-9]+)?(\.post[0-9]+)?(\.dev[0-9]+)?")
_WHEN = (1980, 1, 1, 0, 0, 0)
"""The same content gives the same file, whenever it is built."""
_PACKED = ("*.py", MANIFEST_FILE, "profiles/*.toml", "templates/*/*")


class CannotBuild(UserMistake):
    """No wheel can be made of the folder; the text is a Chinese sentence."""


def build_wheel(manifest: PluginManifest, out: Path) -> Path:
    """Write the wheel of a plugin's folder into ``out`` and return its path.

    The project's name, version and dependencies are those of a ``pyproject.toml`` beside the
    manifest, else ``checker-`` and the plugin's id, its version, and checker itself. Raises
    CannotBuild, OSError.
    """
    project = _project(manifest.folder)
    name = str(project.get("name") or f"checker-{manifest.id.replace('_', '-')}")
    version = str(project.get("version") or manifest.version)
    if not _VERSION.fullmatch(version):
        raise CannotBuild(f"版本“{version}”不能用作软件包的版本：请写成 2026.1 这样的数字和圆点。")
    package = f"checker_{manifest.id}"
    stem = f"{re.sub(r'[-_.]+', '_', name)}-{version}"
    info = f"{stem}.dist-info"
    needs = project.get("dependencies") or ["checker-edu"]
    files = dict(_packed(manifest.folder, package))
    files[f"{info}/METADATA"] = "\n".join(
        [
            "Metadata-Version: 2.1",
            f"Name: {name}",
            f"Version: {version}",
            f"Summary: {' '.join(manifest.title.split())}",
            "Requires-Python: >=3.11",
            *(f"Requires-Dist: {each}" for each in (needs if isinstance(needs, list) else [])),
            "",
        ]
    ).encode()
    files[f"{info}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: checker\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    files[f"{info}/entry_points.txt"] = (
        f"[{ENTRY_POINT_GROUP}]\n{manifest.id} = {package}\n".encode()
    )
    files[f"{info}/RECORD"] = _record(files, f"{info}/RECORD")
    out.mkdir(parents=True, exist_ok=True)
    wheel = out / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path, _WHEN), content, zipfile.ZIP_DEFLATED)
    return wheel


def _project(folder: Path) -> Mapping[str, object]:
    path = folder / "pyproject.toml"
    if not path.is_file():
        return {}
    try:
        found: object = tomllib.loads(path.read_text("utf-8")).get("project", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CannotBuild(f"{path} 读不出来（{error}）。") from None
    return found if isinstance(found, dict) else {}


def _packed(folder: Path, package: str) -> Iterator[tuple[str, bytes]]:
    for pattern in _PACKED:
        for path in sorted(folder.glob(pattern)):
            if path.is_file() and not path.name.startswith("conftest"):
                yield f"{package}/{path.relative_to(folder).as_posix()}", path.read_bytes()


def _record(files: Mapping[str, bytes], own: str) -> bytes:
    lines = []
    for path, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        lines.append(f"{path},sha256={digest},{len(content)}\n")
    return "".join([*lines, f"{own},,\n"]).encode()
