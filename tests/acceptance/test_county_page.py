"""The county's page in real Chromium and the county's workbook in real LibreOffice."""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import subprocess
import sys
import zlib
from html.parser import HTMLParser
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from county_folder import MANY, checker, common_cache, demo_county, fill_school

pytestmark = pytest.mark.real

HOSTILE = (
    "城关<script>document.title='注入'</script>小学\"'>"
    "<img src=x onerror=\"document.title='注入'\">"
)


def program(*names: str) -> str:
    """The path of an installed program; without it tests fail in CI and are skipped elsewhere."""
    found = next((path for path in map(shutil.which, names) if path), None)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"没有安装 {names[0]}")
        pytest.skip(f"没有安装 {names[0]}")
    return found


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of a county of many schools, one of them with a hostile name."""
    place = tmp_path_factory.mktemp("county")
    folder = demo_county(place / "县", MANY)
    (folder / "名册.csv").unlink()
    fill_school(folder / "改名.xlsx", "2136999999", HOSTILE, {"students.total": {"primary": 100}})
    arguments = ("county", "县", "--out", "结果", "--no-mark")
    done = checker(*arguments, cwd=place, cache=common_cache())
    assert done.returncode == 1, done.stderr
    return place / "结果"


class Page(HTMLParser):
    """What the browser made of the page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.titles: list[str] = []
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_data(self, data: str) -> None:
        if self._inside == "title" and not self.titles:
            self.titles.append(data)


def browse(page: Path, profile: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Opens the page in Chromium without any network."""
    return subprocess.run(
        [program("chromium", "chromium-browser", "google-chrome"), "--headless", "--no-sandbox",
         "--disable-gpu", f"--user-data-dir={profile}", "--host-resolver-rules=MAP * ~NOTFOUND",
         "--enable-logging=stderr", "--v=0", *options, page.as_uri()],
        capture_output=True, text=True, encoding="utf-8", timeout=500, check=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def opened(
    county: Path, tmp_path_factory: pytest.TempPathFactory
) -> subprocess.CompletedProcess[str]:
    """The page as the browser has it after its script has run."""
    return browse(county / "县级报告.html", tmp_path_factory.mktemp("profile"), "--dump-dom")


def test_the_page_works_without_network_and_no_name_injects_markup(
    opened: subprocess.CompletedProcess[str],
) -> None:
    page = Page(opened.stdout)
    assert page.titles and "注入" not in page.titles[0]
    assert "CONSOLE" not in opened.stderr, opened.stderr  # no script error, nothing refused
    assert not [attrs for tag, attrs in page.tags if tag in ("img", "link", "iframe", "object")]
    addresses = [
        value for _, attrs in page.tags for name in ("src", "href") if (value := attrs.get(name))
    ]
    assert addresses and not [item for item in addresses if re.match(r"[a-z]+:|//", item)]
    assert "城关&lt;script&gt;" in opened.stdout


def test_everything_can_be_reached_from_the_keyboard(
    opened: subprocess.CompletedProcess[str],
) -> None:
    page = Page(opened.stdout)
    schools = [attrs for tag, attrs in page.tags if tag == "details" and attrs.get("data-code")]
    assert len(schools) >= 60
    assert sum(tag == "summary" for tag, _ in page.tags) >= len(schools)
    assert not [attrs for _, attrs in page.tags if "onclick" in attrs]
    assert any(
        attrs.get("class") == "wide" and attrs.get("tabindex") == "0" for _, attrs in page.tags
    )
    assert any(attrs.get("lang") == "zh-CN" for tag, attrs in page.tags if tag == "html")
    first = next(attrs for tag, attrs in page.tags if tag == "a")
    assert first["href"] == "#main"  # 跳到正文 is what the Tab key reaches first


def test_all_filters_work_by_keyboard_and_nothing_is_wider_than_the_screen(county: Path) -> None:
    """Tab reaches every control, arrow keys choose, Enter and Space press; 1300 and 390 px."""
    node = Path(__file__).parent / "node"
    if not (node / "node_modules").exists():
        pytest.skip("没有安装 playwright-core（在 tests/acceptance/node 里运行 npm install）")
    chromium = program("chromium", "chromium-browser", "google-chrome")
    done = subprocess.run(
        [program("node"), str(node / "county.mjs"), str(county / "县级报告.html")],
        capture_output=True, text=True, encoding="utf-8", timeout=500, check=True,
        env={**os.environ, "CHROMIUM": chromium},
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert told["errors"] == []
    assert told["reached"] == ["filter", "by-problem", "by-stage", "by-town", "by-rule", "clear"]
    for name, found in told["filters"].items():
        assert found and all(value and 0 <= count < told["all"] for value, count in found), name
        assert any(count for _, count in found), name
    town = told["town"]  # a tile shows its 乡镇 alone, and pressed again everything
    assert town["chosen"] and town["at"] == "by-town" and town["pressed"] == "true"
    assert 0 < town["shown"] == town["rows"] < town["again"] == told["all"]
    assert told["nothing"] == [0, True] and told["again"] == told["all"]
    assert told["sorted"] == sorted(told["sorted"], reverse=True) and told["open"]
    assert told["overflow"] == {"1300": 0, "390": 0}


def test_the_page_is_drawn_in_colour(county: Path, tmp_path: Path) -> None:
    picture = tmp_path / "page.png"
    browse(
        county / "县级报告.html",
        tmp_path / "profile",
        f"--screenshot={picture}",
        "--window-size=900,700",
    )
    colours = set(pixels(picture))
    assert (11, 79, 138) in colours, "the header band is missing"
    assert len(colours) > 40


def pixels(picture: Path) -> list[tuple[int, int, int]]:
    """Every seventh pixel of every tenth line of a PNG (8-bit RGB or RGBA)."""
    data = picture.read_bytes()
    width, height, depth, kind = struct.unpack(">IIBB", data[16:26])
    assert depth == 8 and kind in (2, 6)
    size = 3 if kind == 2 else 4
    packed, place = b"", 8
    while place < len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        if data[place + 4 : place + 8] == b"IDAT":
            packed += data[place + 8 : place + 8 + length]
        place += 12 + length
    raw, step = zlib.decompress(packed), width * size + 1
    found: list[tuple[int, int, int]] = []
    before = bytearray(width * size)
    for line in range(height):
        before = unfiltered(
            raw[line * step], raw[line * step + 1 : (line + 1) * step], before, size
        )
        if line % 10 == 0:
            found += [
                (before[at], before[at + 1], before[at + 2])
                for at in range(0, len(before), 7 * size)
            ]
    return found


def unfiltered(kind: int, line: bytes, before: bytearray, size: int) -> bytearray:
    """One line of a PNG with its filter undone (PNG specification, 9.2)."""
    out = bytearray(line)
    if kind == 0:
        return out
    for at, value in enumerate(line):
        left = out[at - size] if at >= size else 0
        up = before[at]
        corner = before[at - size] if at >= size else 0
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = up
        elif kind == 3:
            guess = (left + up) // 2
        else:
            near = left + up - corner
            guess = min((left, up, corner), key=lambda each: abs(near - each))
        out[at] = (value + guess) & 255
    return out


def test_the_workbook_opens_in_calc_with_every_sheet(county: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [program("soffice", "libreoffice"), f"-env:UserInstallation={(tmp_path / 'lo').as_uri()}",
         "--headless", "--convert-to",
         'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1',
         "--outdir", str(tmp_path / "csv"), str(county / "县级汇总.xlsx")],
        capture_output=True, text=True, timeout=500, check=False,
    )  # fmt: skip
    sheets = {path.stem.split("-", 1)[1]: path for path in (tmp_path / "csv").glob("*.csv")}
    assert set(sheets) == {
        *("概览", "工作清单", "乡镇", "应报清单", "问题清单", "学校指标总表", "差异系数", "缺口"),
        *("进度", "数据表"),
    }, done.stdout + done.stderr
    listed = sheets["应报清单"].read_text("utf-8")
    assert "城关<script>" in listed
    everything = "".join(path.read_text("utf-8") for path in sheets.values())
    for error in ("#NAME?", "#REF!", "#VALUE!", "Err:5"):
        assert error not in everything
