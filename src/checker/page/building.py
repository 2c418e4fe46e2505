"""Building 校验.html: Python for browsers, the host, rules and templates put into one file."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from checker import __version__
from checker.county.county_page import allowed_source
from checker.forms.errors import TemplateNotFoundError
from checker.forms.registry import choose, installed_templates
from checker.session import Session, SessionOptions
from checker.toml_files import cache_folder, parse
from checker.trouble import UserMistake

HERE = Path(__file__).parent
SITE = "site"
PYODIDE_PARTS = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")
"""Parts that go into the page as they came."""

_KEPT = frozenset({".py", ".toml", ".json", ".xlsx", ".so", ".j2", ".css", ".js"})
_NOT_FOR_THE_PAGE = frozenset({"__pycache__", "tests"})
_MOST_SECONDS = 900


class CannotBuild(UserMistake):
    """The page could not be built; the text is a Chinese sentence."""


class Built(Struct, frozen=True):
    """What was built: the file, its bytes, and the bytes of each part inside."""

    path: Path
    size: int
    parts: Mapping[str, int]


def build(
    target: Path,
    options: SessionOptions,
    templates: Sequence[str] = (),
    inputs: Sequence[Path] = (),
) -> Built:
    """Build the page. ``templates``: the empty workbooks that can be had from it, all without any.
    ``inputs``: folders in which parts already lie. Raises CannotBuild, BadChoice."""
    session = Session(options)
    blanks = _blanks(session, templates)
    wanted = _wanted()
    with tempfile.TemporaryDirectory(prefix="checker-page-") as place:
        work = Path(place)
        _fetch(wanted, work, inputs)
        _lay_out(work, session, options, blanks, wanted)
        _pack(work)
        parts = {name: (work / "pyodide" / name).read_bytes() for name in PYODIDE_PARTS}
        parts |= {path.name: path.read_bytes() for path in sorted((work / "packed").iterdir())}
    packed = {name: gzip.compress(content, 9, mtime=0) for name, content in parts.items()}
    page = _page(packed, session.profile.title)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(page)
    return Built(target, len(page), {name: len(content) for name, content in packed.items()})


# -- parts ---------------------------------------------------------------------------------------


def _wanted() -> Mapping[str, Any]:
    return parse(HERE / "inputs.toml")


def _fetch(wanted: Mapping[str, Any], work: Path, inputs: Sequence[Path]) -> None:
    """Puts Pyodide's files into ``work/pyodide`` and the wheels' content into ``work/site``."""
    pyodide, wheels = wanted["pyodide"], wanted["wheels"]
    kept = cache_folder()
    store = (kept or work) / "page-parts"
    store.mkdir(parents=True, exist_ok=True)
    places = [*inputs, store]
    found = _known(pyodide["files"], places)
    if len(found) < len(pyodide["files"]):
        _fetch_pyodide(pyodide["version"], store)
        found = _known(pyodide["files"], places)
    (work / "pyodide").mkdir()
    for name in pyodide["files"]:
        shutil.copyfile(_there(name, found), work / "pyodide" / name)
    found = _known(wheels, places)
    if len(found) < len(wheels):
        _fetch_wheels([name for name in wheels if name not in found], store)
        found = _known(wheels, places)
    left_out = wanted["left_out"]["packages"]
    for name in wheels:
        with zipfile.ZipFile(_there(name, found)) as wheel:
            wheel.extractall(
                work / SITE,
                [
                    each
                    for each in wheel.namelist()
                    if Path(each).suffix in (".py", ".so") and each not in left_out
                ],
            )


def _known(wanted: Mapping[str, str], places: Sequence[Path]) -> dict[str, Path]:
    """Where the files lie that have the right name and content."""
    found: dict[str, Path] = {}
    for place in places:
        for path in place.rglob("*"):
            if path.name in wanted and path.name not in found and path.is_file():
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                if digest == wanted[path.name]:
                    found[path.name] = path
    return found


def _there(name: str, found: Mapping[str, Path]) -> Path:
    if name not in found:
        raise CannotBuild(f"网页要用的 {name} 没有，或者和记下的校验和不符，没有使用。")
    return found[name]


def _fetch_pyodide(version: str, store: Path) -> None:
    _run(
        [_program("npm"), "pack", "--silent", f"pyodide@{version}", "--pack-destination", "."],
        store,
        f"下载不到 npm 上的 pyodide {version}，请检查网络。",
    )
    archive = store / f"pyodide-{version}.tgz"
    with tarfile.open(archive) as packed:
        packed.extractall(store / "pyodide", filter="data")
    archive.unlink()


def _fetch_wheels(names: Sequence[str], store: Path) -> None:
    for name in names:
        package, version, python, abi, platforms = name.removesuffix(".whl").split("-")
        target = [] if platforms == "any" else [
            *(part for each in platforms.split(".") for part in ("--platform", each)),
            *("--abi", abi, "--python-version", python.removeprefix("cp")),
            *("--implementation", "cp"),
        ]  # fmt: skip
        _run(
            [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "download",
             "--no-deps", "--only-binary=:all:", "--dest", ".", *target, f"{package}=={version}"],
            store,
            f"下载不到 PyPI 上的 {package} {version}，请检查网络。",
        )  # fmt: skip


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise CannotBuild(f"生成网页要用 Node.js，没有找到 {name}；请先安装 Node.js 20 以上。")
    return path


def _run(command: Sequence[str], folder: Path, reason: str) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, timeout=_MOST_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise CannotBuild(reason) from problem
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise CannotBuild(f"{reason}（{''.join(last)[:300]}）")


# -- what is put together ------------------------------------------------------------------------


def _blanks(session: Session, names: Sequence[str]) -> list[Path]:
    """The empty workbooks of these templates. Raises CannotBuild."""
    installed = installed_templates(session.plugins.template_folders())
    try:
        chosen = [choose(installed, name) for name in names] if names else list(installed)
    except TemplateNotFoundError as problem:
        raise CannotBuild(str(problem.args[0])) from problem
    missing = [item.template.title for item in chosen if not item.workbook.is_file()]
    if names and missing:
        raise CannotBuild(f"模板“{missing[0]}”还没有空白表，请先运行 checker template build 生成。")
    return [item.workbook for item in chosen if item.workbook.is_file()]


def _lay_out(
    work: Path,
    session: Session,
    options: SessionOptions,
    blanks: Sequence[Path],
    wanted: Mapping[str, Any],
) -> None:
    """The host, its rules, the named plugins, and the order in which the page starts."""
    site = work / SITE
    for package in ("checker", "checker_validators", "checker_templates"):
        spec = find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            raise CannotBuild(f"程序没有装完整：缺少 {package}，请重新安装。")
        _copy(Path(spec.submodule_search_locations[0]), site / package)
    for part in wanted["left_out"]["host"]:
        place = site / part
        shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)
    plugin_dirs = []
    for number, folder in enumerate(options.plugin_dirs):
        name = f"plugins/{number}/{Path(folder).resolve().name}"
        _copy(Path(folder), site / name)
        plugin_dirs.append(name)
    profile = options.profile
    if profile is not None and Path(profile).is_file():
        (site / "profiles").mkdir()
        shutil.copyfile(profile, site / "profiles" / Path(profile).name)
        profile = f"profiles/{Path(profile).name}"
    names = []
    for blank in blanks:
        (site / "blanks").mkdir(exist_ok=True)
        shutil.copyfile(blank, site / "blanks" / blank.name)
        names.append(f"blanks/{blank.name}")
    start = {
        "profile": profile,
        "edition": options.edition,
        "select": options.select,
        "ignore": options.ignore,
        "plugins": options.plugins,
        "plugin_dirs": plugin_dirs,
        "blanks": names,
    }
    (site / "start.json").write_bytes(msgspec.json.encode(start))
    order = {"blanks": names, "left_out": wanted["left_out"]["standard_library"]}
    (work / "order.json").write_text(json.dumps(order), "utf-8")
    shutil.copyfile(HERE / "packing.py", work / "packing.py")


def _copy(source: Path, target: Path) -> None:
    """The files of a folder that the page can use."""
    for path in sorted(source.rglob("*")):
        within = path.relative_to(source)
        hidden = any(part in _NOT_FOR_THE_PAGE or part.startswith(".") for part in within.parts)
        if hidden or path.suffix not in _KEPT or not path.is_file():
            continue
        if path.suffix == ".xlsx" and path.with_name("template.toml").is_file():
            continue  # empty workbooks are taken by name
        place = target / within
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)


def _pack(work: Path) -> None:
    shutil.copyfile(HERE / "packing.mjs", work / "packing.mjs")
    _run(
        [_program("node"), "packing.mjs", "."],
        work,
        "规则和模板在浏览器用的 Python 里没有跑通，网页没有生成。",
    )


# -- the page ------------------------------------------------------------------------------------


def _page(parts: Mapping[str, bytes], profile: str) -> bytes:
    """The one file: what people see, the program of the worker, and all parts as base64."""
    text = {name: (HERE / name).read_text("utf-8") for name in (
        "page.html", "page.css", "page.js", "worker.js", "oldbrowser.js"
    )}  # fmt: skip
    policy = "; ".join(
        (
            "default-src 'none'",
            "connect-src 'none'",
            f"script-src blob: 'wasm-unsafe-eval' {allowed_source(text['page.js'])} "
            f"{allowed_source(text['oldbrowser.js'])}",
            "worker-src blob:",
            f"style-src {allowed_source(text['page.css'])}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    for name in ("page.js", "worker.js", "oldbrowser.js"):
        assert "</script" not in text[name] and "<!--" not in text[name]
    held = "\n".join(_held(parts))
    page = text["page.html"]
    for mark, content in (
        ("%POLICY%", policy),
        ("%VERSION%", __version__),
        ("%CSS%", text["page.css"]),
        ("%OLD%", text["oldbrowser.js"]),
        ("%WORKER%", text["worker.js"]),
        ("%SCRIPT%", text["page.js"]),
        ("%PARTS%", held),
    ):
        before, found, after = page.partition(mark)
        assert found, mark
        page = before + content + after
    return page.encode()


def _held(parts: Mapping[str, bytes]) -> Iterator[str]:
    for name, content in parts.items():
        yield (
            f'<script type="application/octet-stream" class="part" data-name="{name}">'
            f"{base64.b64encode(content).decode()}</script>"
        )
