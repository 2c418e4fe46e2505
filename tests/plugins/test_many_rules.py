"""500 rules from 12 plugins: looking something up imports none of their code."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from checker.plugins.discovery import bundled

GENERATOR = Path(__file__).parents[2] / "benchmarks" / "many_rules" / "twelve_plugins.py"
RUN = """
import os, sys

def end(code, leave=os._exit):
    sys.stderr.write("\\nLOADED " + " ".join(sorted(sys.modules)))
    sys.stderr.flush()
    sys.stdout.flush()
    leave(code)

os._exit = end  # the command may leave by this door, to spare the interpreter's tidying up
from checker.cli.main import main
sys.argv = ["checker", *sys.argv[1:]]
try:
    main()
except SystemExit as done:
    end(done.code or 0)
"""


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory, script: Callable[[Path], ModuleType]) -> Path:
    """The folder with the twelve plugins."""
    generator = script(GENERATOR)
    folder = tmp_path_factory.mktemp("many")
    assert len(generator.write_plugins(folder)) == 12
    return folder


def looked_up(arguments: list[str]) -> tuple[str, set[str]]:
    """What a command prints, and the modules that are loaded when it ends."""
    run = subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout, set(run.stderr.rpartition("LOADED ")[2].split())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--help"], "校验"),
        (["rules"], "MANYL41"),
        (["rules", "--family", "MANYC", "--format", "json"], '"MANYC42"'),
        (["explain", "MANYA5"], "某发〔2026〕1号"),
        (["plugin", "list"], f"共 {12 + len(list(bundled()))} 个插件"),
    ],
    ids=["help", "rules", "one family", "explain", "list"],
)
def test_no_code_of_plugins_is_imported(many: Path, arguments: list[str], told: str) -> None:
    """Not the twelve's, and not that of the families that come with the program."""
    more = ["--plugin-dir", str(many)] if arguments[0] != "--help" else []
    printed, loaded = looked_up([*arguments, *more])
    assert told in printed
    assert "checker.cli.main" in loaded  # the list is really the process's own
    assert [name for name in loaded if name.startswith("checker_plugin")] == []
    assert [name for name in loaded if name.startswith("checker_validators.")] == []
    assert [path.parent.name for path in many.glob("*/imported")] == []


def test_it_is_imported_when_its_rule_runs(many: Path, tmp_path: Path) -> None:
    """The test above could not fail if nothing ever were."""
    from checker.authoring.examples import run_examples
    from checker.session import Session, SessionOptions

    session = Session(SessionOptions(plugin_dirs=(str(many),)))
    assert len([rule for rule in session.rules if rule.startswith("MANY")]) == 500
    templates = {template.id: template for template in session.templates}
    first = next(run_examples(session.rules["MANYB5"], session.ruleset, templates))
    assert [item.message for item in first.verdicts] == ["通过。"]
    assert [path.parent.name for path in many.glob("*/imported")] == ["many_2"]
    (many / "many_2" / "imported").unlink()
