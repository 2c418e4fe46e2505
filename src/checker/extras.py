"""What a plain installation leaves out, and the one line that says how to add it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from types import MappingProxyType

from checker.trouble import UserMistake

EXTRAS: Mapping[str, str] = MappingProxyType(
    {
        "cluster": "集群计算",
        "county": "县级汇总",
        "excel": "连接 Excel",
        "lo": "连接 LibreOffice",
        "report": "核对 Word 报告",
        "watch": "监视文件夹",
        "web": "读取网址",
    }
)
"""Extra, as ``pyproject.toml`` names it -> what people can do with it."""


class MissingExtra(UserMistake):
    """A command needs packages that are not installed; ``reason`` says which, in one line."""

    def __init__(self, extra: str) -> None:
        self.extra = extra
        self.reason = (
            f'没有安装“{EXTRAS[extra]}”用的组件，请先运行：pip install "checker-edu[{extra}]"。'
        )
        super().__init__(self.reason)


def need(extra: str, *modules: str) -> None:
    """Nothing if all ``modules`` can be imported; they are looked for, not imported.

    Raises MissingExtra otherwise, KeyError for an extra that does not exist.
    """
    missing = MissingExtra(extra)
    if not all(_is_there(module) for module in modules):
        raise missing


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):  # its parent package is absent; or it has no spec
        return False
