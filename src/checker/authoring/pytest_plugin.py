"""Fixtures for the tests of plugins; pytest loads this by itself when checker is installed.

Nothing of checker is imported before a fixture is used, so other people's tests pay nothing.
The plugin under test is the folder with plugin.toml above the test file, or the folders named by
``checker_plugin_dirs`` in pytest's settings.
"""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from checker.authoring.kit import Checked, Facts, MarkedWorkbook, PluginKit, Rows
    from checker.model.submission import Submission

SETTING = "checker_plugin_dirs"
_KITS: dict[tuple[Path, ...], PluginKit] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    """The setting that names the plugins under test."""
    parser.addini(SETTING, "folders of the checker plugins under test", type="paths", default=[])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with an argument ``rule_example`` runs once for every example of every rule."""
    if "rule_example" not in metafunc.fixturenames:
        return
    kit = _kit(metafunc.config, metafunc.definition.path)
    found = list(kit.examples())
    names = [f"{result.rule}-{result.number}" for result in found]
    metafunc.parametrize("rule_example", found, ids=names)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says when the folder under test stands in for an installed copy of the plugin."""
    for notice in dict.fromkeys(
        notice for kit in _KITS.values() for notice in kit.session.plugins.notices
    ):
        terminalreporter.write_line(notice)


@pytest.fixture
def plugin_kit(request: pytest.FixtureRequest) -> PluginKit:
    """The kit of the plugin under test: its session, rules and templates."""
    return _kit(request.config, request.path)


@pytest.fixture
def check_rule(plugin_kit: PluginKit) -> Callable[..., Checked]:
    """Ask one rule about facts, everything else being left empty.

    ``check_rule("CAN1", {"students.total": 500, "students.boarders": 120}, stage="primary")`` gives
    a ``Checked``: ``outcome``, ``message``, ``actual``, ``required``, ``gap``, ``fields``, or all
    ``verdicts`` where a rule is asked about several units. ``tables`` holds rows of tables,
    ``previous`` facts of last year's form, ``profile`` a profile's id, ``definitions`` its choices.
    """
    return plugin_kit.check


@pytest.fixture
def submission(plugin_kit: PluginKit) -> Callable[..., Submission]:
    """A form with these facts typed in: ``submission({"students.total": 500}, stage="primary")``.

    For tests that judge a whole form, or look at facts and tables.
    """
    return plugin_kit.submission


@pytest.fixture
def marked_workbook(plugin_kit: PluginKit, tmp_path: Path) -> Callable[..., MarkedWorkbook]:
    """A real workbook: built from the template, filled, judged from the file, marked.

    ``marked_workbook(facts, tables, template=…, stage=…, profile=…)`` gives a ``MarkedWorkbook``:
    ``note("students.boarders", "primary")``, ``colour(…)``, ``result_rows``, ``report``, and
    ``path`` of the marked copy.
    """
    numbers = count(1)

    def make(
        facts: Facts, tables: Rows | None = None, *, profile: str | None = None, **more: str | None
    ) -> MarkedWorkbook:
        folder = tmp_path / f"workbook{next(numbers)}"
        return plugin_kit.under(profile).marked_workbook(folder, facts, tables, **more)

    return make


def _kit(config: pytest.Config, test: Path) -> PluginKit:
    named = tuple(Path(folder) for folder in config.getini(SETTING))
    folders = named or (_folder_above(test),)
    if folders not in _KITS:
        from checker.authoring.kit import PluginKit

        _KITS[folders] = PluginKit(folders)
    return _KITS[folders]


def _folder_above(test: Path) -> Path:
    for folder in test.parents:
        if (folder / "plugin.toml").is_file():
            return folder
    raise pytest.UsageError(
        f"{test} 的上级文件夹里没有 plugin.toml；请在 pytest 的设置里写 {SETTING}。"
    )
