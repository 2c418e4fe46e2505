"""The documentation site: built strictly, complete, without dead links, and without the network."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

from checker.session import Session

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[2]
HEADINGS = ["查什么", "依据", "为什么", "正例", "反例", "怎么办", "自何时起"]
RESOURCES = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "src"}


def needed(found: bool, what: str) -> None:
    """Skip where something is not installed; in CI (on Linux) that is a failure."""
    if found:
        return
    if os.environ.get("CI") and sys.platform != "win32":
        pytest.fail(f"{what} is missing")
    pytest.skip(f"{what} is not installed")


class Links(HTMLParser):
    """What a page loads, where it leads, and the places in it that can be led to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.resources: list[str] = []
        self.links: list[str] = []
        self.places: set[str] = set()
        self.headings: list[str] = []
        self._heading = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.places.add(given["id"])
        if given.get(RESOURCES.get(tag, "")):
            self.resources.append(given[RESOURCES[tag]])
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        self._heading = tag == "h2"

    def handle_data(self, data: str) -> None:
        if self._heading and data.strip():
            self.headings.append(data.strip())
            self._heading = False


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as ``make docs`` builds it: a warning is an error."""
    needed(all(importlib.util.find_spec(name) for name in ("mkdocs", "material")), "mkdocs")
    folder = tmp_path_factory.mktemp("docs") / "site"
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONUTF8": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Links]:
    """Every page of the site; 404.html is shown at any address, so its links say nothing."""
    return {
        path: Links(path.read_text("utf-8"))
        for path in site.rglob("*.html")
        if path.name != "404.html"
    }


def test_every_rule_has_its_page(site: Path, pages: dict[Path, Links]) -> None:
    """With the fixed headings in their order; the index leads to every one of them."""
    rules = Session().rules
    assert len(rules) > 300
    for rule in rules.values():
        page = pages[site / "rules" / f"{rule.id}.html"]
        assert page.headings[:7] == HEADINGS, rule.id
        text = (site / "rules" / f"{rule.id}.html").read_text("utf-8")
        assert "（没有写）" not in text or rule.family == "FORM", rule.id
    led_to = set(pages[site / "rules" / "index.html"].links)
    assert {f"{rule}.html" for rule in rules} <= led_to
    assert {f"#{rule.family.lower()}" for rule in rules.values()} <= led_to


def test_no_link_is_dead(site: Path, pages: dict[Path, Links]) -> None:
    """Pages, pictures and places within pages."""
    dead = []
    places = {path.resolve(): page.places for path, page in pages.items()}
    for path, page in pages.items():
        for link in (*page.links, *page.resources):
            if urlsplit(link).scheme:
                continue
            target, place = urldefrag(link)
            there = (path.parent / unquote(target)).resolve() if target else path.resolve()
            there = there / "index.html" if there.is_dir() else there
            known = places.get(there) if place else None
            if not there.is_file() or (known is not None and unquote(place) not in known):
                dead.append(f"{path.relative_to(site)}: {link}")
    assert dead == []


def test_nothing_comes_from_the_network(site: Path, pages: dict[Path, Links]) -> None:
    """No script, style, font or picture of another machine."""
    foreign = {
        resource
        for page in pages.values()
        for resource in page.resources
        if urlsplit(resource).netloc or urlsplit(resource).scheme not in ("", "data")
    }
    assert foreign == set()
    for style in site.rglob("*.css"):
        text = style.read_text("utf-8")
        assert not re.search(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", text), style.name


def test_the_reference_is_the_programs_own(site: Path) -> None:
    """Every kind of rule, every function and every hook stands on its page."""
    from checker.rules.kinds import KINDS
    from checker.rules.syntax import FUNCTIONS

    manifest = (site / "author" / "manifest.html").read_text("utf-8")
    for name, kind in KINDS.items():
        if name != "form":
            assert f'id="kind-{name}"' in manifest
            assert all(f"<code>{key.name}</code>" in manifest for key in kind.keys), name
    expressions = (site / "author" / "expressions.html").read_text("utf-8")
    assert all(f"<code>{name}</code>" in expressions for name in FUNCTIONS)
    shown = re.sub("<!--.*?-->", "", manifest + expressions, flags=re.DOTALL)
    assert "由程序生成" not in shown


def test_every_fence_became_a_block(pages: dict[Path, Links]) -> None:
    """A fence that the builder does not understand would swallow what follows it."""
    broken = [path.name for path in pages if "```" in path.read_text("utf-8")]
    assert broken == []


def test_search_without_a_server(site: Path, tmp_path: Path) -> None:
    """Opened from disk in a real browser, the search finds Chinese words."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    needed(chromium is not None, "chromium")
    done = subprocess.run(
        [
            str(chromium),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--virtual-time-budget=20000",
            "--dump-dom",
            f"{(site / 'index.html').as_uri()}?q=差异系数",
        ],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=500,
    )
    found = re.search(r"(\d+) 个符合条件的结果", done.stdout)
    assert found is not None, done.stderr[-2000:]
    assert int(found[1]) >= 5
