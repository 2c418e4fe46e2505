"""xlwings' clean-up at exit, which on Windows ends by force every Excel it sees no window of."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

PRETENDED = """
import atexit, sys, types
windows = types.ModuleType("xlwings._xlwindows")
windows.cleanup = atexit.register(lambda: print("killed"))
from checker_xlsx.light_xlwings import import_xlwings_lightly
sys.modules["xlwings._xlwindows"] = windows
import_xlwings_lightly()
print("done")
"""


def windows_source() -> ast.Module:
    """xlwings' module for Excel on Windows, which cannot be imported here."""
    spec = find_spec("xlwings")
    assert spec is not None
    assert spec.origin is not None
    return ast.parse(Path(spec.origin).with_name("_xlwindows.py").read_text("utf-8"))


def test_the_clean_up_is_where_we_unregister_it() -> None:
    """Fails when an upgrade of xlwings moves or renames it, or kills somewhere else."""
    module = windows_source()
    registered = [
        function.name
        for function in module.body
        if isinstance(function, ast.FunctionDef)
        and any(ast.unparse(one) == "atexit.register" for one in function.decorator_list)
    ]
    assert registered == ["cleanup"]
    assert ast.unparse(module).count("atexit.") == 1
    killing = [
        function.name
        for function in ast.walk(module)
        if isinstance(function, ast.FunctionDef)
        and any(word in ast.unparse(function) for word in ("taskkill", "TerminateProcess"))
    ]
    assert sorted(killing) == ["cleanup", "kill"], "Apps.cleanup and App.kill, which we do not call"


def test_it_does_not_run_at_the_end_of_a_click() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PRETENDED], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["done"], done.stderr


def test_the_button_imports_xlwings_in_that_one_way_only() -> None:
    """Importing the click's code does not import xlwings; importing it plainly would kill."""
    told = subprocess.run(
        [
            *(sys.executable, "-c"),
            "import sys, checker_xlsx.clicked, checker_xlsx.saved_copy, checker.cli.button;"
            "print('xlwings' in sys.modules)",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "False"
