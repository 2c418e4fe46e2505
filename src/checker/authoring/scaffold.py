"""A new plugin: a folder whose tests pass at once, to be changed step by step."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from checker.authoring.patterns import filled
from checker.plugins.manifest import API_VERSION
from checker.plugins.manifest_schema import FAMILY, PLUGIN_ID
from checker.trouble import UserMistake

FILES = {
    "plugin.toml": "plugin.toml",
    "rules.py": "rules.py",
    "tests/test_rules.py": "test_rules.py",
    "README.md": "README.md",
    "pyproject.toml": "pyproject.toml",
}
"""File of the new folder -> its pattern (without ``.j2``) in ``new_plugin/``."""

PARTS: dict[str, dict[str, str]] = {
    "function": {},
    "sheets": {"templates/{id}/sheets.toml": "sheets.toml"},
    "table": {"templates/{id}/sheets.toml": "sheets.toml"},
    "county": {},
    "profile": {"profiles/{id}_local.toml": "profile.toml"},
}
"""What a new plugin may bring beside two rules that are data -> the files that it needs."""

NAMES = {
    "county": ("CountyContext", "CountyData", "CountyFinding"),
    "function": ("Context", "Unit", "Verdict"),
}
"""What rules.py imports for a part."""


class ScaffoldError(UserMistake):
    """A plugin of this name cannot be made; the text is a Chinese sentence."""


def family_of(plugin_id: str) -> str:
    """Letters for the rules of a plugin, from its id: canteen -> CANTEE."""
    letters = re.sub(r"[^a-z]", "", plugin_id)[:6].upper()
    return letters if len(letters) >= 3 else letters.ljust(3, "X")


def create(
    plugin_id: str,
    folder: Path,
    edition: int,
    taken: dict[str, str],
    title: str = "",
    family: str = "",
    parts: Sequence[str] = ("function",),
) -> list[Path]:
    """Write the files of a new plugin into ``folder``, which must not be there yet or be empty.

    ``taken`` maps rule families and plugin ids that exist to the plugin they belong to; ``parts``
    are some of `PARTS`. Raises ScaffoldError, OSError.
    """
    if not re.fullmatch(PLUGIN_ID, plugin_id):
        raise ScaffoldError(
            f"插件编号“{plugin_id}”不可用：应以小写字母开头，只用小写字母、数字和下划线。"
        )
    chosen = family or family_of(plugin_id)
    if not re.fullmatch(FAMILY, chosen):
        raise ScaffoldError(f"规则族“{chosen}”不可用：应是 3 到 6 个大写字母，如 CAN。")
    for name in (plugin_id, chosen):
        if name in taken:
            raise ScaffoldError(
                f"“{name}”已由插件 {taken[name]} 使用，请换一个（--family 指定规则族）。"
            )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ScaffoldError(f"{folder} 已经有了，没有改动它；请换一个名字，或用 --out 写到别处。")
    values: dict[str, str | int | Sequence[str]] = {
        "id": plugin_id,
        "title": title or plugin_id,
        "family": chosen,
        "edition": edition,
        "api_version": API_VERSION,
        "parts": parts,
        "names": sorted(name for part in parts for name in NAMES.get(part, ())),
    }
    files = {**FILES}
    for part in parts:
        files |= {name.format(id=plugin_id): pattern for name, pattern in PARTS[part].items()}
    if not {"function", "county"} & set(parts):
        del files["rules.py"]
    written = []
    for name, pattern in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(filled(pattern, values), "utf-8", newline="\n")
        written.append(path)
    return written
