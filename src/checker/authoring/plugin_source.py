"""The source files of a plugin as their author wrote them: which line a problem speaks of."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from checker import toml_files
from checker.plugins.discovery import MANIFEST_FILE
from checker.plugins.failure import PluginFailure
from checker.toml_files import tables


class Weight(StrEnum):
    """How bad it is."""

    ERROR = "错误"  # the plugin does not do what it says
    NOTE = "说明"  # nothing is wrong
    REMINDER = "提醒"  # it works; something is not confirmed, not used or not written


class Problem(Struct, frozen=True, order=True):
    """``file`` is relative to the plugin's folder; ``line`` is from 1, 0 if it has none."""

    file: str
    line: int
    message: str
    weight: Weight = Weight.ERROR

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}　{self.weight.value}：{self.message}"


# -- plugin.toml -----------------------------------------------------------------------------

_TOLD = re.compile(
    r"(规则|限值) ([^\s：]+)|第 (\d+) 条规则|([a-z_]+)(?: (?:第 (\d+) 项|(?!的 )([^\s：]+)))?"
)
"""How a message of the manifest's check begins: 规则 CAN1, 第 3 条规则, 限值 CAN2, and as cerberus
tells it thresholds RES1, plugin, rules 第 3 项."""

_KEY = re.compile(r" 的 ([^\s：]+)")
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

    def clash_line(self, message: str) -> int:
        """The line of what a plugin was refused for: an id that somebody else has, its version of
        the interface."""
        found = re.match(r"(插件|规则|限值)编号 (\S+)", message)
        if found is None:
            return self.line("plugin", "api_version")
        places = {"规则": self.rule_line, "限值": self.limit_line}
        if found[1] not in places:
            return self.line("plugin", "id")
        return places[found[1]](found[2], "id")

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
        return 0 if number is None else self.line(part, number, key)

    def _line_told(self, message: str) -> int:
        found = _TOLD.match(message)
        if found is None:
            return 0
        kind, entry_id, rule_number, part, item, name = found.groups()
        keys = _KEY.findall(message.partition("：")[0])
        key = keys[0] if keys else ""
        if kind:
            return self.limit_line(entry_id) if kind == "限值" else self.rule_line(entry_id, key)
        if rule_number or item:
            return self.line(part or "rules", int(rule_number or item) - 1, key)
        if name:
            return self._entry_line(part, name, key) or self.line(part, name, key)
        return self.line(part, *keys)


def syntax_problem(error: toml_files.TomlFileError) -> list[Problem]:
    """A file that is no TOML, as problems with the line that the parser named."""
    found = []
    for message in error.problems:
        line = _TOLD_LINE.search(message)
        found.append(Problem(error.path.name, int(line[1]) if line else 0, message))
    return found


_NAMED = re.compile(r"[（“]([^（）“”]+)[）”]|没有(?:模板|规则|限值) ?([\w.]+)|限值 (\w+) ")


def line_naming(path: Path, message: str) -> int:
    """The first line of a file that holds what a message names: in quotes or brackets, or after
    没有模板, 没有规则, 没有限值; the last such name that is there. 0 if none is."""
    names = _NAMED.findall(message)
    lines = path.read_text("utf-8-sig", errors="replace").splitlines()
    for name in reversed([next(filter(None, each)) for each in names]):
        word = re.compile(rf"(?<!\w){re.escape(name)}(?![\w.])")
        for number, line in enumerate(lines, 1):
            if word.search(line):
                return number
    return 0


# -- lines of a TOML text --------------------------------------------------------------------

Place = tuple[str | int, ...]
"""Way to a table or key: ("rules", 3, "check"); tables of an array are numbered from 0."""

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY_LINE = re.compile(
    r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*[A-Za-z0-9_-]+)*)\s*=(.*)$"""
)


class TomlPlaces:
    """Line numbers (from 1) of the tables and keys of a TOML text that can be parsed."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Place, int] = {}
        table: Place = ()
        counted: dict[Place, int] = {}
        for number, line in _outer_lines(text):
            header = _HEADER.match(line)
            if header:
                names = _parts(header[2])
                table = _resolved(names, counted)
                if header[1] == "[[":
                    counted[table] = counted.get(table, -1) + 1
                    table = (*table, counted[table])
                self._lines.setdefault(table, number)
                continue
            key = _KEY_LINE.match(line)
            if key:
                self._lines.setdefault((*table, *_parts(key[1])), number)

    def line(self, *place: str | int) -> int:
        """The line of a key or table; of what it stands in if it is not found itself; 0 if
        nothing of it is in the file."""
        for end in range(len(place), 0, -1):
            found = self._lines.get(place[:end])
            if found is not None:
                return found
        return 0


def _resolved(names: Place, counted: dict[Place, int]) -> Place:
    """``rules.x`` below the newest ``[[rules]]`` is ("rules", n, "x")."""
    place: Place = names[:1]
    for name in names[1:]:
        if place in counted:
            place = (*place, counted[place])
        place = (*place, name)
    return place


def _parts(text: str) -> Place:
    return tuple(
        part.strip().strip("\"'") for part in re.findall(r'"[^"]*"|\'[^\']*\'|[^.]+', text)
    )


_INSIDE = re.compile(
    r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*', re.DOTALL
)
_HIDDEN = str.maketrans("\n[]{}", "\v____")


def _outer_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that begin a statement: those inside a value of several lines are left out."""
    number, depth = 1, 0
    # texts and comments without brackets, each on one line
    for line in _INSIDE.sub(lambda found: found[0].translate(_HIDDEN), text).split("\n"):
        if depth == 0:
            yield number, line
        if depth or not _HEADER.match(line):
            opened = sum(map(line.count, "[{")) - sum(map(line.count, "]}"))
            depth = max(depth + opened, 0)
        number += 1 + line.count("\v")


# -- rules.py --------------------------------------------------------------------------------


def _python_reason(english: str) -> str:
    """What Python says of code that it cannot read, in Chinese; its own words where none are
    known."""
    words = toml_files.parse(Path(__file__).with_name("python_words.toml"))
    for pattern, chinese in toml_files.strings(words["reasons"]).items():
        found = re.match(pattern, english)
        if found:
            return found.expand(chinese)
    return english


class PythonSource:
    """The source of one rules.py. Raises PluginFailure if it is not Python."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.exists = path.is_file()
        try:
            text = path.read_text("utf-8-sig") if self.exists else ""
            tree = ast.parse(text)
        except UnicodeDecodeError as error:
            line = path.read_bytes()[: error.start].count(b"\n") + 1
            told = "这一行起不是 UTF-8 编码：多半存成了 GBK（ANSI），请在编辑器里另存为 UTF-8"
            raise PluginFailure(told, f"{path.name}:{line}") from None
        except SyntaxError as error:
            shown = (error.text or "").strip()[:60]
            told = f"不是正确的 Python 代码（{_python_reason(error.msg)}）：{shown}"
            raise PluginFailure(told, f"{path.name}:{error.lineno or 0}") from None
        self.tree = tree
        defined = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        self.functions = {node.name: node.lineno for node in defined}
        """Functions of the module with their lines."""
        self.takes_two = {node.name: _takes_two(node.args) for node in defined}
        """Whether each can be called with a unit (or the county) and a context."""
        self.imports = {
            node.asname or node.name
            for each in tree.body
            if isinstance(each, ast.ImportFrom)
            for node in each.names
        }
        self.texts = {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        """All quoted texts: a field or limit it reads stands among them."""
        self.names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        """All names that are used, so that a function called by another one counts as used."""
        self.hook_lines = {
            node.name: node.lineno
            for node in tree.body
            if isinstance(node, ast.FunctionDef) and _is_hook(node)
        }
        """Functions marked with ``@hookimpl``."""


def _takes_two(arguments: ast.arguments) -> bool:
    places = len(arguments.posonlyargs) + len(arguments.args)
    needed = places - len(arguments.defaults)
    return needed <= 2 and (places >= 2 or arguments.vararg is not None)


def _is_hook(function: ast.FunctionDef) -> bool:
    """Whether it is decorated with hookimpl, by whatever way it was imported."""
    names = (
        name
        for decorator in function.decorator_list
        for node in ast.walk(getattr(decorator, "func", decorator))
        for name in (getattr(node, "id", ""), getattr(node, "attr", ""))
    )
    return "hookimpl" in names
