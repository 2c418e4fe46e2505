"""``check`` and ``county`` by turns over one folder: what one has judged, the other need not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from county_folder import checker, counting_plugin, document, fill_school, tallied

SCHOOLS = 4
ALL = [f"213600000{number}" for number in range(1, SCHOOLS + 1)]


class Night:
    """A folder, the plugin that counts, and both commands."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.folder = place / "县"
        for number, code in enumerate(ALL, 1):
            self.fill(number, code, 100 + number)
        self.plugin = counting_plugin(place)
        self.tally = place / "tally.txt"

    def fill(self, number: int, code: str, pupils: int) -> None:
        facts = {"students.total": {"primary": pupils}}
        fill_school(self.folder / f"{number}小.xlsx", code, f"{number}小", facts)

    def run(self, command: str, *more: str, where: str = "县") -> subprocess.CompletedProcess[str]:
        done = checker(
            *(command, where, "--plugin-dir", "tally", *more),
            cwd=self.place,
            cache=self.place / "cache",
            TALLY=str(self.tally),
        )
        assert done.returncode in (0, 1), done.stdout + done.stderr
        return done

    def judged(self) -> list[str]:
        """标识码 of those judged since this was last asked."""
        codes = sorted(tallied(self.tally))
        self.tally.unlink(missing_ok=True)
        return codes

    def copies(self, folder: str) -> dict[str, tuple[bytes, int]]:
        """Content and time stamp of the marked copies in a folder."""
        return {
            path.name: (path.read_bytes(), path.stat().st_mtime_ns)
            for path in (self.folder / folder).glob("*.xlsx")
        }


CHECKED, COUNTED = "校验结果", "县级校验/校验结果"


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(tmp_path)


@pytest.mark.parametrize("first", ["check", "county"])
def test_whichever_came_first_judges_for_both(night: Night, first: str) -> None:
    """The second writes its own marked copies, equal byte for byte; from then on nothing at all is
    judged or written, whoever runs."""
    second = "county" if first == "check" else "check"
    night.run(first)
    assert night.judged() == ALL
    said = night.run(second, "--format", "json").stdout
    assert night.judged() == []
    checked, counted = night.copies(CHECKED), night.copies(COUNTED)
    assert len(checked) == SCHOOLS
    assert {name: copy for name, (copy, _) in checked.items()} == {
        name: copy for name, (copy, _) in counted.items()
    }
    for command in (first, second, first):
        night.run(command)
    assert night.run(second, "--format", "json").stdout == said
    assert night.judged() == []
    assert night.copies(CHECKED) == checked and night.copies(COUNTED) == counted
    # and what is found again is what a run without any memory finds
    assert night.run(second, "--format", "json", "--no-cache").stdout == said
    assert night.judged() == ALL


def test_a_copy_that_was_deleted_is_there_again_and_no_other_is_touched(night: Night) -> None:
    night.run("check")
    night.run("county")
    night.judged()
    checked, counted = night.copies(CHECKED), night.copies(COUNTED)
    (night.folder / CHECKED / "2小.xlsx").unlink()
    night.run("check")
    assert night.judged() == []  # the county's copy is the same
    again = night.copies(CHECKED)
    assert again.pop("2小.xlsx")[0] == checked.pop("2小.xlsx")[0]
    assert again == checked and night.copies(COUNTED) == counted
    for folder in (CHECKED, COUNTED):
        (night.folder / folder / "3小.xlsx").unlink()
    night.run("county")
    assert night.judged() == [ALL[2]]
    assert night.copies(COUNTED)["3小.xlsx"][0] == counted["3小.xlsx"][0]


def test_a_copy_that_is_no_longer_what_was_written_is_written_again(night: Night) -> None:
    """Marked by other rules, or edited: what a run names as its marked copy is its own."""
    night.run("check")
    right = night.copies(CHECKED)
    night.judged()
    night.run("check", "--select", "TLY", "--no-cache")
    assert night.judged() == ALL
    assert night.copies(CHECKED)["1小.xlsx"][0] != right["1小.xlsx"][0]
    night.run("check")
    assert {name: copy for name, (copy, _) in night.copies(CHECKED).items()} == {
        name: copy for name, (copy, _) in right.items()
    }


def test_only_what_changed_is_judged_by_the_other_command(night: Night) -> None:
    night.run("check")
    night.judged()
    night.fill(3, ALL[2], 999)
    found = document(night.run("county", "--format", "json"))
    assert night.judged() == [ALL[2]]
    assert len(found["files"]) == SCHOOLS
    night.run("check")
    assert night.judged() == []


def test_a_path_may_be_written_in_many_ways(night: Night) -> None:
    """Relative, in full, as an address; the same for rules and last year's folder."""
    last = night.place / "去年"
    fill_school(last / "1小.xlsx", ALL[0], "1小", {"students.total": {"primary": 90}})
    night.run("check", "--previous", "去年")
    assert night.judged() == ALL
    night.run("check", "--previous", str(last), where=str(night.folder))
    night.run("county", "--previous", last.as_uri(), where=night.folder.as_uri())
    assert [code for code in night.judged() if code != ALL[0]] == []  # last year's is judged once
    night.run("county", "--previous", "去年")
    assert night.judged() == []


def test_settings_that_leave_rules_out_hold_for_both(night: Night) -> None:
    (night.place / "checker.toml").write_text('ignore = ["FORM001"]\n', "utf-8")
    night.run("check")
    found = document(night.run("county", "--format", "json"))
    assert night.judged() == ALL
    assert "FORM001" not in {item["rule"] for item in found["findings"]}
