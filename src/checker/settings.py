"""Settings of a folder of work: ``checker.toml``, or ``[tool.checker]`` in ``pyproject.toml``.

What the command line says wins over what stands here. Paths are relative to the settings file.
A file that was found by looking upwards from the workbooks may have come with them, so the folders
of plugins in it, whose code would run, count only once the user has allowed them; those in the
user's own settings (`config_folder`) count always. How much of a file is read at most (``limits``)
can be said only there. So it is with addresses on the network.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from checker.harmless import without_acting
from checker.trouble import UserMistake, home

if TYPE_CHECKING:
    from checker.session import SessionOptions

FILE_NAME = "checker.toml"

WORDS = ("profile", "out", "previous")
PATHS = ("out", "previous")
LISTS = ("select", "ignore", "plugins", "plugin_dirs")
YEARS = range(1990, 2100)
KEYS = (
    "profile", "edition", "select", "ignore", "previous", "out", "mark", "plugins", "plugin_dirs",
    "limits",
)  # fmt: skip
LIMITS = (
    "file_bytes", "members", "part_bytes", "total_bytes", "styles", "strings", "sheets", "cells",
    "area", "merged", "memory", "seconds",
)  # fmt: skip
"""Those of `checker.reading.limits` that the user's own settings may change."""

ALLOWED = "allowed-plugin-folders.txt"
"""In the user's own settings folder: folders whose plugins may run, one a line."""


class BadSettings(UserMistake):
    """A settings file that cannot be used; the text is a Chinese sentence naming file and key."""


class Settings(Struct, frozen=True):
    """Defaults for the commands. None: not set."""

    profile: str | None = None
    edition: int | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    plugin_dirs: tuple[str, ...] = ()
    plugins: tuple[str, ...] | None = None
    previous: str | None = None
    out: str | None = None
    mark: bool = True
    path: str = ""  # the file they stand in, "" if none
    ignored: tuple[str, ...] = ()  # folders of plugins that the user has not allowed
    limits: tuple[tuple[str, int], ...] = ()
    unlimited: bool = False  # that there were limits, which do not count
    unreached: tuple[str, ...] = ()  # addresses that are not asked, for the same reason

    def plugin_paths(self) -> list[Path]:
        """The folders of plugins that count."""
        return [Path(folder) for folder in self.plugin_dirs]

    def session_options(
        self,
        profile: str | None = None,
        edition: int | None = None,
        plugin_dirs: tuple[str, ...] = (),
        plugins: str | None = None,
        previous: str | None = None,
    ) -> SessionOptions:
        """What the command line says; where it says nothing, what stands here; folders of plugins
        of both. ``plugins`` are ids separated by commas. Which rules are reported is for each
        command to say."""
        from checker.session import SessionOptions

        return SessionOptions(
            profile=profile or self.profile,
            edition=edition if edition is not None else self.edition,
            plugin_dirs=tuple(dict.fromkeys((*self.plugin_dirs, *plugin_dirs))),
            plugins=self.plugins if plugins is None else words((plugins,)),
            previous=previous or self.previous,
            limits=self.limits,
        )


def words(values: Iterable[str]) -> tuple[str, ...]:
    """Words separated by commas, of every repetition of an option."""
    return tuple(word.strip() for value in values for word in value.split(",") if word.strip())


def find_settings(folder: Path) -> Settings:
    """The settings that hold in ``folder``: the nearest file in it or above it, else the user's own
    ones; defaults if there are none. Raises BadSettings."""
    own_file = config_folder() / FILE_NAME
    own = read_settings(own_file, _table(own_file)) if own_file.is_file() else Settings()
    found = _nearest(folder)
    if found is None or found.path == own.path:
        return own
    allowed = tuple(each for each in found.plugin_dirs if is_allowed(Path(each)))
    ignored = tuple(each for each in found.plugin_dirs if each not in allowed)
    found = replace(
        found,
        plugin_dirs=(*own.plugin_dirs, *allowed),
        ignored=ignored,
        limits=own.limits,
        unlimited=bool(found.limits),
    )
    return found if is_allowed(Path(found.path).parent) else _without_addresses(found)


def _without_addresses(found: Settings) -> Settings:
    """Without what would send something over the network: whoever sent the workbooks may have sent
    the settings too, and would learn who opened them (a \\\\server\\share even a password)."""
    remote = {key: value for key in WORDS if (value := getattr(found, key)) and _is_remote(value)}
    return replace(found, **dict.fromkeys(remote), unreached=tuple(remote.values()))


def _nearest(folder: Path) -> Settings | None:
    for place in (folder, *folder.parents):
        own = place / FILE_NAME
        if own.is_file():
            return read_settings(own, _table(own))
        project = place / "pyproject.toml"
        if project.is_file() and _mentions_checker(project):
            tool = _table(project).get("tool")
            table = tool.get("checker") if isinstance(tool, dict) else None
            if isinstance(table, dict):
                return read_settings(project, table)
    return None


def config_folder() -> Path:
    """Where the user's own settings are: ``CHECKER_CONFIG_DIR``, else as the system has it."""
    named = os.environ.get("CHECKER_CONFIG_DIR")
    if named:
        return Path(named)
    if sys.platform == "win32":
        base = os.environ.get("APPDATA")
        return (Path(base) if base else home() / "AppData" / "Roaming") / "checker"
    if sys.platform == "darwin":
        return home() / "Library" / "Application Support" / "checker"
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else home() / ".config") / "checker"


def is_allowed(folder: Path) -> bool:
    """Whether the user has allowed plugins of this folder, or of one above it, to run."""
    place = folder.resolve()
    return any(str(each) in _allowed() for each in (place, *place.parents))


def allow(folder: Path) -> Path:
    """Let plugins of this folder run wherever a settings file names it; the file that says so.
    Raises OSError."""
    target = config_folder() / ALLOWED
    lines = [*_allowed(), str(folder.resolve())]
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{ALLOWED}.{os.getpid()}")
    draft.write_text("".join(f"{line}\n" for line in dict.fromkeys(lines)), "utf-8")
    draft.replace(target)
    return target


def _allowed() -> list[str]:
    try:
        return (config_folder() / ALLOWED).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []


_MOST_OF_PROJECT = 4 * 2**20


def _mentions_checker(project: Path) -> bool:
    """Whether it is worth parsing: most pyproject files have nothing for this program."""
    try:
        with project.open("rb") as file:
            return b"tool.checker" in file.read(_MOST_OF_PROJECT)
    except OSError:
        return False


def _table(path: Path) -> Mapping[str, object]:
    from checker.toml_files import TomlFileError, parse  # late: most runs have no settings

    try:
        return parse(path)
    except TomlFileError as problem:
        raise BadSettings(f"设置文件 {path} 用不了：{'；'.join(problem.problems)}。") from problem


def read_settings(path: Path, table: Mapping[str, object]) -> Settings:
    """Settings from a parsed table; ``path`` is for messages and relative paths.

    Raises BadSettings for an unknown key or a value of the wrong type.
    """
    unknown = [key for key in table if key not in KEYS]
    if unknown:
        raise BadSettings(
            f"设置文件 {path} 里有不认识的项 {'、'.join(unknown)}；可用的是 {'、'.join(KEYS)}。"
        )
    words = {key: _word(path, key, table.get(key)) for key in WORDS}
    lists = {key: _list(path, key, table.get(key)) for key in LISTS}
    for key in PATHS:
        words[key] = _place(path, words[key])
    edition, mark = table.get("edition"), table.get("mark", True)
    if edition is not None and (not isinstance(edition, int) or edition not in YEARS):
        raise BadSettings(f"设置文件 {path} 的 edition 要写年份，例如 edition = 2026。")
    if not isinstance(mark, bool):
        raise BadSettings(f"设置文件 {path} 的 mark 要写 true 或 false。")
    folders = lists["plugin_dirs"] or ()
    return Settings(
        profile=_profile(path, words["profile"]),
        edition=edition,
        select=lists["select"] or (),
        ignore=lists["ignore"] or (),
        plugin_dirs=tuple(str(path.parent / folder) for folder in folders),
        plugins=lists["plugins"],
        previous=words["previous"],
        out=words["out"],
        mark=mark,
        path=str(path),
        limits=_limits(path, table.get("limits")),
    )


def _limits(path: Path, value: object) -> tuple[tuple[str, int], ...]:
    if value is None:
        return ()
    if not isinstance(value, dict) or not all(
        key in LIMITS and isinstance(most, int) and not isinstance(most, bool) and most > 0
        for key, most in value.items()
    ):
        raise BadSettings(
            f"设置文件 {path} 的 [limits] 里每一项要写一个正整数；可用的是 {'、'.join(LIMITS)}。"
        )
    return tuple(sorted(value.items()))


def _word(path: Path, key: str, value: object) -> str | None:
    if value is None or (isinstance(value, str) and _is_plain(value)):
        return value
    raise BadSettings(f'设置文件 {path} 的 {key} 要写一段文字，例如 {key} = "…"。')


def _is_plain(text: str) -> bool:
    return without_acting(text, "") == text


def _list(path: Path, key: str, value: object) -> tuple[str, ...] | None:
    if value is None:
        return None
    if isinstance(value, list) and all(isinstance(item, str) and _is_plain(item) for item in value):
        return tuple(value)
    raise BadSettings(f'设置文件 {path} 的 {key} 要写一列文字，例如 {key} = ["…"]。')


def _place(path: Path, value: str | None) -> str | None:
    """A path relative to the settings file; an address (memory://…) stands for itself."""
    return str(path.parent / value) if value and not _is_remote(value) else value or None


def _is_remote(place: str) -> bool:
    return "://" in place or place.startswith(("\\\\", "//"))


def told_of(settings: Settings) -> list[str]:
    """What a person should know of settings that were found and not chosen: what of them does not
    count, and that they leave rules out."""
    told = []
    if settings.ignored:
        folders = "、".join(settings.ignored)
        told.append(
            f"{settings.path} 里写的插件文件夹 {folders} 没有使用；"
            "确认可信后运行 checker plugin allow 文件夹，或用 --plugin-dir 写明。"
        )
    if settings.unreached:
        places = "、".join(settings.unreached)
        told.append(
            f"{settings.path} 里写的网络地址 {places} 没有使用；"
            f"确认可信后运行 checker plugin allow {Path(settings.path).parent}，或写在命令行上。"
        )
    if settings.unlimited:
        told.append(
            f"{settings.path} 里写的 limits 没有使用：一份文件最多读多少，只能写在您自己的设置里。"
        )
    chosen = [key for key in ("select", "ignore", "plugins") if getattr(settings, key)]
    if settings.path and chosen and Path(settings.path).parent != config_folder():
        told.append(f"按 {settings.path} 里的 {'、'.join(chosen)}，只校验了一部分规则。")
    return told


def _profile(path: Path, value: str | None) -> str | None:
    """A profile may be named or be a file of its own; a file stands beside the settings."""
    return _place(path, value) if value and value.endswith(".toml") else value
