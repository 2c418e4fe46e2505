"""The county page holds every part, needs nothing from outside, and no name can inject markup."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from sample_county import page_of, sample_county

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}"


class Outline(HTMLParser):
    """Every tag and attribute of a page, as a browser would see them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.scripts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] == "script":
            self.scripts.append(data)


def outline(page: str) -> Outline:
    parser = Outline()
    parser.feed(page)
    return parser


def test_no_school_name_can_inject_markup() -> None:
    plain = outline(page_of(sample_county(3)))
    hostile = outline(page_of(sample_county(3, HOSTILE)))
    assert hostile.tags == plain.tags
    assert not [name for name, _ in hostile.attributes if name.startswith("on")]
    assert hostile.scripts == plain.scripts
    assert "{{7*7}}" in page_of(sample_county(3, HOSTILE))


def test_nothing_is_loaded_from_anywhere() -> None:
    page = page_of(sample_county(5))
    links = [value or "" for name, value in outline(page).attributes if name in {"href", "src"}]
    assert links and not [link for link in links if re.match(r"[a-z]+:|//", link)]
    assert "url(" not in page and "@import" not in page
    assert "default-src 'none'" in page


def test_every_link_inside_the_page_leads_somewhere() -> None:
    attributes = outline(page_of(sample_county(5))).attributes
    ids = {value for name, value in attributes if name == "id"}
    inner = {(v or "")[1:] for name, v in attributes if name == "href" and (v or "")[:1] == "#"}
    assert inner and inner <= ids


def test_what_a_county_asks_first_is_on_the_page() -> None:
    page = page_of(sample_county(5), "2026-09-20 18:05")
    for words in ("没交的小学", "文件加了密码", "填报日期最新", "差异系数", "2026-09-20 18:05"):
        assert words in page
