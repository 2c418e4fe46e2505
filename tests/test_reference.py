"""The reference is the program's own: commands, settings, exit codes, JSON; and no page names a
command that there is not."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest
from jsonschema import Draft202012Validator
from openpyxl import load_workbook
from referencing import Registry, Resource

from checker.cli.group import command
from checker.marking.results import ExitCode
from checker.session import Session
from checker.settings import KEYS, LIMITS, Settings, read_settings

ROOT = Path(__file__).parents[1]
PAGES = [
    *ROOT.glob("*.md"),
    *(path for path in (ROOT / "docs").rglob("*.md") if path.name != "commands.md"),
]
BY_PLUGINS = frozenset({"greet"})
"""Commands that examples of plugins in the guides bring."""


@pytest.fixture(scope="module")
def reference(script: Callable[[Path], ModuleType]) -> ModuleType:
    """``docs/_build/reference.py``, which makes the pages."""
    return script(ROOT / "docs/_build/reference.py")


def checker(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """What the command prints, and how it ends."""
    return subprocess.run(
        [sys.executable, "-m", "checker.cli.main", *arguments],
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def run_apart(code: str) -> Any:
    """The JSON that a few lines print in a process of their own: every command is imported, and
    click is made to speak Chinese."""
    done = subprocess.run(
        [sys.executable, "-c", f"import json, sys\n{code}"],
        cwd=ROOT / "docs" / "_build",
        capture_output=True,
        encoding="utf-8",
        check=True,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    return json.loads(done.stdout)


def test_the_pages_are_what_the_program_says_today() -> None:
    """Commands, settings, JSON, and the tables in the authors' pages of both languages."""
    made = run_apart(
        "import reference as r; print(json.dumps({str(k): v for k, v in r.made().items()}))"
    )
    assert {"commands.md", "settings.md", "json.md", "api.md"} <= {Path(one).name for one in made}
    old = [page for page, text in made.items() if Path(page).read_text("utf-8") != text]
    assert old == [], "run make reference"


def test_everything_in_help_stands_on_the_page(tmp_path: Path) -> None:
    """Asked of ``--help`` itself, of every command, not of what made the page."""
    told = run_apart(
        "import reference as r; from click.testing import CliRunner; r.speak_chinese()\n"
        "names = [name for name, _ in r.commands(r.command)]\n"
        "run = CliRunner().invoke\n"
        "print(json.dumps({n: run(r.command, [*n.split()[1:], '--help']).output for n in names}))"
    )
    real = checker("check", "--help", cwd=tmp_path).stdout
    assert real.splitlines()[1:] == told["checker check"].splitlines()[1:]
    page = (ROOT / "docs" / "commands.md").read_text("utf-8")
    assert len(told) > 30
    for name, text in told.items():
        section = re.split(r"\n#{2,4} `", page.split(f" `{name}`\n", 1)[1])[0]
        options = set(re.findall(r"^  (?:-\w, )?(--[\w-]+)", text, re.MULTILINE)) - {"--help"}
        assert all(f"{option}" in section for option in options), name


def test_every_exit_code_is_told(reference: Any) -> None:
    assert set(reference.EXIT_WORDS) == set(ExitCode)
    for place in ("README.md", "README.en.md", "docs/county/index.md", "docs/commands.md"):
        told = re.findall(r"^\| (\d+) \| ", (ROOT / place).read_text("utf-8"), re.MULTILINE)
        assert [int(code) for code in told] == [int(code) for code in ExitCode], place


def test_every_variable_of_the_sources_is_told(reference: ModuleType) -> None:
    """Those of programs in any language that are released."""
    found: set[str] = set()
    for folder in ("src", "validators", "workbook_templates", "xlsx_plugins"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in (".py", ".bas", ".cmd", ".sh", ".spec", ".toml", ".txt", ".js"):
                found |= set(re.findall(r"\bCHECKER_[A-Z_]+\b", path.read_text("utf-8", "replace")))
    assert found == set(reference.VARIABLES)


def test_every_key_of_the_settings_is_told(reference: ModuleType) -> None:
    assert tuple(reference.KEYS) == KEYS
    assert tuple(reference.LIMITS) == LIMITS


@pytest.mark.parametrize(
    "page", ["README.md", "README.en.md", "docs/settings.md", "docs/county/index.md"]
)
def test_the_settings_shown_are_read(page: str, tmp_path: Path) -> None:
    """Each block of TOML on the page, as ``checker.toml``."""
    shown = re.findall(r"(?ms)^```toml\n(.*?)^```", (ROOT / page).read_text("utf-8"))
    assert shown
    for text in shown:
        read = read_settings(tmp_path / "checker.toml", tomllib.loads(text))
        assert read != Settings(path=read.path)


def prints_json(each: click.Command) -> bool:
    """Whether it has ``--format json``."""
    return any(
        isinstance(option, click.Option)
        and option.name == "form"
        and "json" in f"{option.help} {getattr(option.type, 'choices', '')}"
        for option in each.params
    )


def test_every_json_has_a_schema_that_says_what_each_field_means(reference: Any) -> None:
    known = reference.schemas()
    assert set(known) == {name for name, each in reference.commands(command) if prints_json(each)}
    for schema in known.values():
        Draft202012Validator.check_schema(schema)
        for place, each in described(schema):
            assert each.get("description") or "$ref" in each, place
            if each.get("type") == "integer" and "x-unit" not in each:
                assert re.match("由?第|退出码", each["description"]), f"{place} has no unit"


def described(
    schema: Mapping[str, Any], place: str = ""
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every named field of a schema, at any depth."""
    for name, each in schema.get("properties", {}).items():
        yield f"{place}.{name}", each
    for name, below in schema.items():
        if isinstance(below, dict):
            yield from described(below, f"{place}/{name}")
        elif isinstance(below, list):
            for one in below:
                if isinstance(one, dict):
                    yield from described(one, f"{place}/{name}")


def test_what_the_commands_print_is_what_the_schemas_say(reference: Any, tmp_path: Path) -> None:
    """A county of six schools, and the same with last year's beside it; every command that can
    print JSON is run."""
    for folder, seed in (("县", "3"), ("去年", "4")):
        demo = checker(
            "demo", "county", "--schools", "6", "--seed", seed, "--out", folder, cwd=tmp_path
        )
        assert demo.returncode == 0, demo.stderr
    assert checker("county", "县", "--out", "前", "--no-mark", cwd=tmp_path).returncode == 1
    assert checker("plugin", "new", "canteen", cwd=tmp_path).returncode == 0
    (tmp_path / "报告.txt").write_text("共有学生30名，其中小学生10名，初中生10名。\n", "utf-8")
    (tmp_path / "县" / "坏.xlsx").write_bytes(b"PK")
    runs: dict[str, Sequence[str]] = {
        "checker check": ("县", "--no-mark"),
        "checker county": ["县", "--previous", "去年", "--out", "后", "--lock", "全部"],
        "checker report": ("报告.txt",),
        "checker diff": ("前", "后"),
        "checker rules": (),
        "checker plugin list": (),
        "checker plugin check": ("canteen",),
        "checker template list": (),
        "checker template fields": ("county",),
        "checker doctor": (),
    }
    known = reference.schemas()
    files = Registry().with_resources(
        [(schema["$id"], Resource.from_contents(schema)) for schema in known.values()]
    )
    assert set(runs) == set(known)
    for name, arguments in runs.items():
        done = checker(*name.split()[1:], *arguments, "--format", "json", cwd=tmp_path)
        printed = json.loads(done.stdout)
        assert printed, name
        found = Draft202012Validator(known[name], registry=files).iter_errors(printed)
        assert [f"{each.json_path}: {each.message[:200]}" for each in found] == [], name
    kept = json.loads((tmp_path / "后" / "县级汇总.json").read_text("utf-8"))
    assert kept["years"] and kept["dispersion"] and kept["units"]
    told = (ROOT / "docs" / "county" / "results.md").read_text("utf-8")
    left = [path.name for path in (tmp_path / "后").iterdir() if not path.name.startswith(".")]
    sheets = load_workbook(tmp_path / "后" / "县级汇总.xlsx", read_only=True).sheetnames
    assert [name for name in (*left, *sheets) if name not in told] == []


@pytest.mark.parametrize("page", ["README.md", "README.en.md"])
def test_the_readme_counts_the_rules(page: str) -> None:
    (told,) = re.findall(
        r"(\d+)00 多条规则|More than (\d+)00 rules", (ROOT / page).read_text("utf-8")
    )
    assert int("".join(told)) == len(Session().rules) // 100


def test_exit_codes_of_what_is_missing(tmp_path: Path) -> None:
    """As the table says: what is to be checked 3, last year's 2, a plugin's folder 4."""
    assert checker("check", "没有的文件夹", cwd=tmp_path).returncode == 3
    assert checker("check", "http://127.0.0.1:9/表/", cwd=tmp_path).returncode == 3
    filled = [*("template", "fill", "compulsory_school"), str(ROOT / "examples/shangshiqiao.json")]
    assert checker(*filled, "-o", "一小.xlsx", cwd=tmp_path).returncode == 0
    check = ("check", "一小.xlsx", "--no-mark")
    assert checker(*check, "--previous", "没有.zip", cwd=tmp_path).returncode == 2
    assert checker(*check, "--plugin-dir", "没有", cwd=tmp_path).returncode == 4


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_page_names_a_command_or_option_that_there_is_not(page: Path) -> None:
    """Every ``checker word …`` in code, its groups, and every option behind it."""
    text = page.read_text("utf-8")
    code = re.findall(r"`([^`\n]+)`", text) + re.findall(r"(?ms)^```\w*[^\n]*\n(.*?)^```", text)
    context = click.Context(command, info_name="checker")
    wrong = []
    for line in (line for part in code for line in part.splitlines()):
        told = re.match(r"\s*(?:\$ )?checker ([a-z].*)", line.partition(" #")[0])
        if told is None:
            continue
        words = told[1].split()
        found: click.Command | None = command
        while isinstance(found, click.Group) and words and re.fullmatch("[a-z]+", words[0]):
            found = found.get_command(context, words.pop(0))
        if found is None:
            if told[1].split()[0] not in BY_PLUGINS:
                wrong.append(line)
            continue
        known = {name for each in found.params for name in (*each.opts, *each.secondary_opts)}
        asked = {word.partition("=")[0] for word in words if re.match("--[a-z]", word)}
        after = {"-q"} if found.name == "test" else set()  # pytest's own
        if asked - known - {"--help", "--version"} - after:
            wrong.append(line)
    assert wrong == []
