"""The English pages say what the Chinese ones say: same headings, same commands, same pictures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import checker

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
ENGLISH_ALREADY = {"api.md"}
"""Made from English docstrings: one page serves both."""
MIRRORED = {
    **{f"{name}.md": f"{name}.en.md" for name in ("README", "CONTRIBUTING")},
    **{
        f"docs/{page.relative_to(DOCS)}": f"docs/en/{page.relative_to(DOCS)}"
        for page in (*sorted((DOCS / "author").glob("*.md")), DOCS / "design" / "architecture.md")
        if page.name not in ENGLISH_ALREADY
    },
}
"""The Chinese page, and the English one."""


def skeleton(page: Path) -> dict[str, list[str]]:
    """What does not depend on the language: levels of headings, rows of tables, code without
    comments, pictures, the pages linked to. Generated parts are left out."""
    text = re.sub(r"(?s)<!-- 由程序生成：.*?<!-- 到这里 -->", "", page.read_text("utf-8"))
    code = [
        line
        for block in re.findall(r"(?ms)^```\w*.*?\n(.*?)^```", text)
        for line in block.split("\n")
    ]
    prose = re.sub(r"(?ms)^```.*?^```", "", text)
    own = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", prose)
    names = {Path(link).name.replace(".en.md", ".md") for link in own}
    return {
        "headings": re.findall(r"(?m)^(#+) ", prose),
        "rows": [str(row.count("|")) for row in re.findall(r"(?m)^\|.*$", prose)],
        "items": re.findall(r"(?m)^(?:-|\d+\.) ", prose),
        "code": [line.partition("#")[0].strip() for line in code if line.strip()],
        "links": sorted(names - {page.name.replace(".en.md", ".md")}),
    }


@pytest.mark.parametrize("name", MIRRORED)
def test_the_english_page_has_the_parts_of_the_chinese_one(name: str) -> None:
    chinese, english = skeleton(ROOT / name), skeleton(ROOT / MIRRORED[name])
    if name == "README.md":  # whose table of folders leads to the architecture as well
        chinese["links"] = sorted({*chinese["links"], "architecture.md"})
    assert english == chinese


def test_no_english_page_is_left_of_one_that_is_gone() -> None:
    there = {str(page.relative_to(ROOT)) for page in (DOCS / "en").rglob("*.md")}
    assert there <= set(MIRRORED.values())


@pytest.mark.parametrize("name", MIRRORED)
def test_english_is_english(name: str) -> None:
    """Outside code, generated parts and tables of Chinese words, hardly a line is Chinese."""
    text = re.sub(
        r"(?s)<!-- 由程序生成：.*?<!-- 到这里 -->", "", (ROOT / MIRRORED[name]).read_text("utf-8")
    )
    prose = re.sub(r"(?ms)^```.*?^```|`[^`]*`|\[[^\]]*\]\([^)]*\)", "", text)
    for line in filter(None, prose.splitlines()):
        chinese = len(re.findall(r"[\u4e00-\u9fff]", line))
        assert chinese <= max(12, len(line) / 5), line


@pytest.mark.parametrize("name", ["README", "CONTRIBUTING"])
def test_each_leads_to_the_other(name: str) -> None:
    assert f"]({name}.en.md)" in (ROOT / f"{name}.md").read_text("utf-8")
    assert f"]({name}.md)" in (ROOT / f"{name}.en.md").read_text("utf-8")


def test_the_wheel_named_is_that_of_this_version() -> None:
    """And what is installed for the first time is that wheel: no index has the package."""
    pages = [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]
    named = {
        page: re.findall(r"checker_edu-([\d.]+)-py3", page.read_text("utf-8")) for page in pages
    }
    assert {version for each in named.values() for version in each} == {checker.__version__}
    for page in ("README.md", "README.en.md", "docs/author/tutorial.md", "docs/county/index.md"):
        assert named[ROOT / page], page
    for page in pages:
        assert not re.search(r"pip install checker-edu\b", page.read_text("utf-8")), page
