"""The pictures of README and the guides show what the program says today."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def pictures(script: Callable[[Path], ModuleType]) -> ModuleType:
    """``docs/_build/pictures.py``, which takes them."""
    return script(ROOT / "docs/_build/pictures.py")


def test_no_picture_is_older_than_what_it_shows(pictures: Any, tmp_path: Path) -> None:
    """The words it was taken of are made again; ``make pictures`` mends a difference."""
    told = tomllib.loads(pictures.RECORD.read_text("utf-8"))
    pictures.results(tmp_path)
    now = pictures.words_shown(tmp_path)
    assert set(told) == set(now) == set(pictures.ALT)
    for name, words in now.items():
        assert pictures.digest(words.encode()) == told[name]["words"], (
            f"{name} shows other words than the program says now; run make pictures\n{words}"
        )


def test_pictures_are_those_of_the_record_and_small(pictures: Any) -> None:
    for name, row in tomllib.loads(pictures.RECORD.read_text("utf-8")).items():
        content = (pictures.ASSETS / name).read_bytes()
        assert pictures.digest(content) == row["file"], name
        assert len(content) <= pictures.LARGEST, name


@pytest.mark.parametrize("page", ["index", "clerk/index", "county/index", "author/index"])
def test_the_first_page_of_every_user_shows_one(pictures: Any, page: str) -> None:
    text = (ROOT / "docs" / f"{page}.md").read_text("utf-8")
    shown = re.findall(r"!\[[^\]]+\]\((?:\.\./)?assets/([\w-]+\.png)\)", text)
    assert shown and set(shown) <= set(pictures.ALT)


@pytest.mark.parametrize("page", ["README.md", "README.en.md"])
def test_the_readme_shows_all_three(pictures: Any, page: str) -> None:
    shown = re.findall(
        r"!\[[^\]]+\]\(docs/assets/([\w-]+\.png)\)", (ROOT / page).read_text("utf-8")
    )
    assert set(shown) == set(pictures.ALT)
