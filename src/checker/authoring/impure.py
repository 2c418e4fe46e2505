"""What a rule's code must not use: files, clocks, networks, chance, other programs, and what is not
in ``checker.api``. Found in the source, before anything runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from checker import api
from checker.authoring.plugin_source import Problem, PythonSource, Weight

_MODULES: Mapping[str, str] = {
    **dict.fromkeys(("io", "shutil", "tempfile", "glob", "sqlite3", "pickle"), "读写文件"),
    **dict.fromkeys(("openpyxl", "xlrd", "xlwings", "xlsxwriter"), "读写工作簿"),
    **dict.fromkeys(("time", "calendar"), "看时钟"),
    **dict.fromkeys(("random", "secrets", "uuid"), "用随机数"),
    **dict.fromkeys(
        ("socket", "urllib", "http", "requests", "httpx", "aiohttp", "ftplib", "smtplib"), "上网"
    ),
    **dict.fromkeys(
        ("subprocess", "multiprocessing", "threading", "asyncio", "ctypes", "signal"),
        "启动别的程序或线程",
    ),
}
_CALLS: Mapping[str, str] = {
    "open": "读写文件",
    "input": "等人输入",
    "eval": "执行文字里的代码",
    "exec": "执行文字里的代码",
    "__import__": "导入别的模块",
}
_METHODS: Mapping[str, str] = {
    **dict.fromkeys(("today", "now", "utcnow"), "看时钟"),
    **dict.fromkeys(
        ("read_text", "write_text", "read_bytes", "write_bytes", "unlink", "iterdir", "rglob"),
        "读写文件",
    ),
    **dict.fromkeys(("system", "popen", "getenv", "urlopen"), "用到本机的环境"),
}
_INSTEAD = {
    "看时钟": "规则里的“今天”用表里的填报日期，如 unit.date('school.filled_on')",
    "读写文件": "要用的数写进表、限值或代码表",
    "读写工作簿": "规则不认识格子，用 unit 读字段",
}


def impure(code: PythonSource) -> Iterator[Problem]:
    """One problem for each place, with what to do instead where that is known."""
    for node in ast.walk(code.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _of_module(code, node.lineno, alias.name, ())
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = tuple(alias.name for alias in node.names)
            yield from _of_module(code, node.lineno, node.module, names)
        elif isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name) and called.id in _CALLS:
                yield _problem(code, node.lineno, f"{called.id}()", _CALLS[called.id])
            elif isinstance(called, ast.Attribute) and called.attr in _METHODS:
                yield _problem(code, node.lineno, f".{called.attr}()", _METHODS[called.attr])
        elif isinstance(node, ast.While) and _for_ever(node):
            told = "while True 里没有 break、return 和 yield，不会停下来"
            yield Problem(code.path.name, node.lineno, told)


def _of_module(
    code: PythonSource, line: int, module: str, names: tuple[str, ...]
) -> Iterator[Problem]:
    top = module.partition(".")[0]
    if top in _MODULES:
        yield _problem(code, line, f"import {module}", _MODULES[top])
    elif top == "checker":
        private = [name for name in names if name not in api.__all__ and name != "*"]
        if module == "checker" and names == ("api",):
            return
        if module != "checker.api":
            told = f"{module} 是程序内部的，随时会变；只能用 checker.api 里的名称"
            yield Problem(code.path.name, line, told)
        elif private:
            told = f"checker.api 里没有 {private[0]}；有哪些：checker plugin help api"
            yield Problem(code.path.name, line, told)


def _problem(code: PythonSource, line: int, what: str, does: str) -> Problem:
    instead = f"；{_INSTEAD[does]}" if does in _INSTEAD else ""
    told = f"{what} 是{does}：同样的表什么时候查都应是同样的结论{instead}"
    return Problem(code.path.name, line, told, Weight.REMINDER)


def _for_ever(loop: ast.While) -> bool:
    ends = (ast.Break, ast.Return, ast.Raise, ast.Yield, ast.YieldFrom)
    always = isinstance(loop.test, ast.Constant) and bool(loop.test.value)
    return always and not any(isinstance(node, ends) for node in ast.walk(loop))
