"""What goes wrong with templates and their data, as errors whose text a user can read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class TemplateError(Exception):
    """A template file that cannot be used. ``problems`` are Chinese sentences, each naming the key
    and what was expected; ``str()`` gives the file and all of them."""

    def __init__(self, path: Path | str, problems: Sequence[str]) -> None:
        self.path = str(path)
        self.problems = tuple(problems)
        lines = "\n".join(f"  - {problem}" for problem in self.problems)
        super().__init__(f"模板文件 {self.path} 有错误：\n{lines}")


class TemplateNotFoundError(LookupError):
    """No template has this id. ``str()`` is a Chinese sentence that names the known ones."""


class UnknownForm(Exception):
    """A workbook that is no form of any known template. ``reason`` is a Chinese sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
