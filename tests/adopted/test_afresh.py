"""A county technician adopts the five forms from nothing. The editing: one rule (afresh.toml), and
in the drafted rules soft becomes hard, doubt becomes fail."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.adopted import own_forms as forms
from tests.adopted.test_five_forms import PLANTED, RIGHT

from checker.cli.plugin import command as plugin
from checker.cli.template import command as template
from checker.session import Session, SessionOptions

FORMS = {
    "form_a": (forms.CONDITIONS_RIGHT, forms.CONDITIONS),
    "form_b": (forms.LEDGER,),
    "form_d": (forms.ROSTER,),
    "form_e": (forms.SAFETY,),
}
"""The statistics export needs none: its template comes with the program."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plugin as it is after adopting and editing."""
    folder = tmp_path_factory.mktemp("made") / "mycounty"
    for name, files in FORMS.items():
        words = ["adopt", *(str(forms.FORMS / file) for file in files)]
        words += ["-o", str(folder / "templates" / name), "--id", name]
        result = CliRunner().invoke(template, words)
        assert result.exit_code == 0, result.output
    written = folder / "plugin.toml"
    text = written.read_text("utf-8").replace('"soft"', '"hard"').replace('"doubt"', '"fail"')
    rule = Path(__file__).with_name("afresh.toml").read_text("utf-8")
    assert len(rule.splitlines()) <= 24, "at most a screen of editing"
    written.write_text(text + rule, "utf-8")
    return folder


@pytest.fixture(scope="module")
def technician(folder: Path) -> Session:
    """The program with the technician's plugin."""
    return Session(SessionOptions(plugin_dirs=(str(folder),)))


def test_the_drafted_plugin_has_no_error(folder: Path) -> None:
    result = CliRunner().invoke(plugin, ["check", str(folder)])
    assert result.exit_code == 0 and "0 个错误" in result.output, result.output


@pytest.mark.parametrize("name", forms.ALL)
def test_every_planted_error_is_found_at_its_cell_and_nothing_else(
    technician: Session, name: str
) -> None:
    found = forms.findings(technician, forms.read(name))
    assert sorted(item.cell for item in found) == sorted(cell for _, cell in PLANTED[name])


@pytest.mark.parametrize("name", [forms.CONDITIONS, forms.SAFETY])
def test_a_corrected_copy_is_silent(technician: Session, name: str) -> None:
    assert forms.findings(technician, forms.with_cells(forms.read(name), RIGHT[name])) == ()


def test_the_rows_of_the_drafted_ledger_are_schools(technician: Session) -> None:
    """By what stands in the column 学校名称, not by who drew up the ledger (填报单位)."""
    units = technician.bind(forms.read(forms.LEDGER)).units
    assert len(units) == 60 and units[4].identity("name") == "某某县第5学校"
