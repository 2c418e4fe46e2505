"""plugin.toml as its author wrote it: which line a problem of the manifest speaks of."""

from __future__ import annotations

import re
from pathlib import Path

from checker import toml_files
from checker.authoring.problem import Problem, Weight
from checker.authoring.toml_places import TomlPlaces
from checker.plugins.discovery import MANIFEST_FILE
from checker.toml_files import tables

_RULE = re.compile(r"规则 ([A-Za-z0-9]+)")
_RULE_NUMBER = re.compile(r"第 (\d+) 条规则")
_LIMIT = re.compile(r"限值 ([A-Za-z0-9_]+)")
_ENTRY = re.compile(r"^([a-z_]+)(?: (?:第 (\d+) 项|([^\s：]+)))?(?: 的 ([A-Za-z0-9_]+))?")
_KEY = re.compile(r" 的 ([a-z_]+)")
_TOLD_LINE = re.compile(r"第 (\d+) 行")


class ManifestSource:
    """One plugin.toml. Raises TomlFileError if it is not TOML."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / MANIFEST_FILE
        self.document = toml_files.parse(self.path)
        self._places = TomlPlaces(self.path.read_text("utf-8-sig"))
        self._numbers: dict[tuple[str, str], int] = {}
        for part in ("rules", "thresholds"):
            for number, entry in enumerate(tables(self.document.get(part))):
                self._numbers.setdefault((part, str(entry.get("id", ""))), number)

    def line(self, *place: str | int) -> int:
        """The line of a key, or of what it stands in."""
        return self._places.line(*place)

    def rule_line(self, rule_id: str, key: str = "") -> int:
        """The line of a rule, or of one of its keys."""
        return self._entry_line("rules", rule_id, key)

    def limit_line(self, threshold_id: str, key: str = "") -> int:
        """The line of a limit, or of one of its keys."""
        return self._entry_line("thresholds", threshold_id, key)

    def problem(self, message: str, line: int, weight: Weight = Weight.ERROR) -> Problem:
        """A problem of this file. An expression is shown with a caret below it, on lines of its
        own; here everything is one line."""
        told = message.split("\n")
        shown = told[0] + (f"（{told[1].strip()}）" if len(told) > 1 else "")
        return Problem(MANIFEST_FILE, line, shown, weight)

    def located(self, message: str) -> Problem:
        """A message of the manifest's check, with the line it speaks of."""
        return self.problem(message, self._line_told(message))

    def _entry_line(self, part: str, name: str, key: str) -> int:
        number = self._numbers.get((part, name))
        if number is None:
            return 0
        return self._places.line(part, number, key) if key else self._places.line(part, number)

    def _line_told(self, message: str) -> int:
        key = _KEY.search(message)
        key_name = key[1] if key else ""
        rule = _RULE.match(message)
        if rule:
            return self.rule_line(rule[1], key_name)
        numbered = _RULE_NUMBER.match(message)
        if numbered:
            number = int(numbered[1]) - 1
            return self._places.line("rules", number, key_name)
        limit = _LIMIT.match(message)
        if limit:
            return self.limit_line(limit[1])
        return self._line_of_entry(message)

    def _line_of_entry(self, message: str) -> int:
        """cerberus says "thresholds RES1 的 value：…", "plugin 的 id：…", "rules 第 3 项 的 …"."""
        entry = _ENTRY.match(message)
        if entry is None:
            return 0
        part, number, name, key = entry.groups()
        if number is not None:
            return self._places.line(part, int(number) - 1, key or "")
        if name is not None:
            return self._entry_line(part, name, key or "") or self._places.line(part)
        return self._places.line(part, key or "")


def syntax_problem(error: toml_files.TomlFileError) -> list[Problem]:
    """A file that is no TOML, as problems with the line that the parser named."""
    found = []
    for message in error.problems:
        line = _TOLD_LINE.search(message)
        found.append(Problem(error.path.name, int(line[1]) if line else 0, message))
    return found
