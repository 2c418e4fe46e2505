"""A plain installation says in one line which extra a command needs; the extras are real ones."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

from checker.extras import EXTRAS, MissingExtra, need

ROOT = Path(__file__).parents[1]


def test_what_is_installed_is_not_asked_for() -> None:
    need("county", "json", "xml.etree.ElementTree")


def test_looking_for_a_package_does_not_import_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "heavy_package_of_a_test.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    need("county", "heavy_package_of_a_test")


@pytest.mark.parametrize("module", ["watchfiles_is_not_here", "not_here.either", "watchfiles"])
def test_what_is_missing_is_said_in_one_line(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    with pytest.raises(MissingExtra) as told:
        need("watch", "json", module)
    assert told.value.reason == (
        '没有安装“监视文件夹”用的组件，请先运行：pip install "checker-edu[watch]"。'
    )


def test_every_extra_that_people_are_told_of_can_be_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert set(EXTRAS) <= set(project["optional-dependencies"])


def test_an_extra_that_does_not_exist_is_the_programs_own_mistake() -> None:
    with pytest.raises(KeyError):
        need("countty", "json")
