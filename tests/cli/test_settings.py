"""Settings of a folder of work: found upwards, and checked."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.reading import UnreadableWorkbook
from checker.reading.guard import read_guarded
from checker.reading.limits import set_limits
from checker.settings import BadSettings, Settings, allow, find_settings, told_of

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(autouse=True)
def own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own settings folder, empty."""
    folder = tmp_path_factory.mktemp("own")
    monkeypatch.setenv("CHECKER_CONFIG_DIR", str(folder))
    return folder


def test_the_nearest_file_upwards_counts(tmp_path: Path) -> None:
    (tmp_path / "checker.toml").write_text('profile = "jiangxi"\nedition = 2026\n', "utf-8")
    inner = tmp_path / "收齐的表" / "一批"
    inner.mkdir(parents=True)
    settings = find_settings(inner)
    assert (settings.profile, settings.edition) == ("jiangxi", 2026)
    assert settings.path == str(tmp_path / "checker.toml")


def test_the_table_in_pyproject_counts_too(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.checker]\nignore = ["TEA2"]\n', "utf-8")
    assert find_settings(tmp_path).ignore == ("TEA2",)


def test_a_pyproject_without_the_table_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "checker.toml").write_text("mark = false\n", "utf-8")
    inner = tmp_path / "project"
    inner.mkdir()
    (inner / "pyproject.toml").write_text("[tool.other]\nx = 1\n", "utf-8")
    assert find_settings(inner).mark is False


def test_no_file_means_defaults(tmp_path: Path) -> None:
    assert find_settings(tmp_path) == Settings()


def test_paths_stand_beside_the_settings(tmp_path: Path) -> None:
    (tmp_path / "checker.toml").write_text(
        'out = "结果"\nplugin_dirs = ["省"]\nprofile = "本县.toml"\n', "utf-8"
    )
    found = find_settings(tmp_path)
    assert (found.plugin_dirs, found.ignored) == ((), (str(tmp_path / "省"),))
    allow(tmp_path)
    settings = find_settings(tmp_path)
    assert settings.ignored == () and settings.out == str(tmp_path / "结果")
    assert settings.plugin_dirs == (str(tmp_path / "省"),)
    assert settings.profile == str(tmp_path / "本县.toml")


def test_the_users_own_settings_hold_where_no_others_do_and_their_plugins_everywhere(
    tmp_path: Path, own: Path
) -> None:
    (own / "checker.toml").write_text('profile = "jiangxi"\nplugin_dirs = ["mine"]\n', "utf-8")
    assert find_settings(tmp_path).profile == "jiangxi"
    (tmp_path / "checker.toml").write_text('edition = 2026\nplugin_dirs = ["theirs"]\n', "utf-8")
    settings = find_settings(tmp_path)
    assert (settings.profile, settings.edition) == (None, 2026)
    assert settings.plugin_dirs == (str(own / "mine"),)
    assert settings.ignored == (str(tmp_path / "theirs"),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("profil = 'x'", "不认识的项 profil"),
        ("edition = 'x'", "edition"),
        ("edition = true", "edition"),
        ("select = 'TEA'", "select"),
        ("select = [1]", "select"),
        ("profile = 3", "profile"),
        ("mark = 'no'", "mark"),
        ("profile = ", "TOML"),
        ("edition = -5", "edition"),
        ("edition = " + "9" * 5000, "整数太长"),
        ("select = " + "[" * 100_000, "套得太深"),
        ("out = 'a'\nselect = " + "{a=" * 50_000, "套得太深"),
        ('out = "a\\u0000b"', "out"),
        ('profile = "\\u001b[2J"', "profile"),
        ('ignore = ["TEA\\u202e"]', "ignore"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "checker.toml").write_text(text, "utf-8")
    with pytest.raises(BadSettings) as caught:
        find_settings(tmp_path)
    assert said in str(caught.value)
    assert "checker.toml" in str(caught.value)


@pytest.mark.parametrize("name", ["checker.toml", "pyproject.toml"])
def test_a_settings_file_without_end_is_not_read(tmp_path: Path, name: str) -> None:
    with (tmp_path / name).open("wb") as file:
        file.truncate(5 << 30)
    tracemalloc.start()
    try:
        if name == "checker.toml":
            with pytest.raises(BadSettings, match="文件过大"):
                find_settings(tmp_path)
        else:
            assert find_settings(tmp_path).path == ""
        assert tracemalloc.get_traced_memory()[1] < 32 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("previous", "http://192.0.2.1/x.xlsx"),
        ("out", "s3://other/x"),
        ("profile", "\\\\server\\share\\p.toml"),
        ("previous", "//server/share"),
    ],
)
def test_settings_that_came_with_the_workbooks_reach_nothing_on_the_network(
    tmp_path: Path, key: str, place: str
) -> None:
    folder = tmp_path / "收件"
    folder.mkdir()
    (folder / "checker.toml").write_text(f"{key} = '{place}'\n", "utf-8")
    found = find_settings(folder)
    assert getattr(found, key) is None
    (told,) = told_of(found)
    assert place in told and "没有使用" in told
    allow(folder)
    assert getattr(find_settings(folder), key) is not None and not told_of(find_settings(folder))


def test_settings_that_leave_rules_out_are_told(checker: Run, right: Path) -> None:
    (right.parent / "checker.toml").write_text("ignore = ['TEA']\n", "utf-8")
    try:
        done = checker("check", right, "--no-mark", cwd=right.parent)
    finally:
        (right.parent / "checker.toml").unlink()
    assert done.returncode == 0
    assert f"按 {right.parent / 'checker.toml'} 里的 ignore，只校验了一部分规则。" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps the current folder")
def test_a_current_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    code = "import os; os.rmdir(os.getcwd()); from checker.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "check", str(tmp_path)],
        cwd=gone,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 2 and "文件夹已经不在了" in done.stderr


def test_limits_count_only_in_the_users_own_settings_and_are_kept(
    checker: Run, right: Path, own: Path, tmp_path: Path
) -> None:
    """In a single run, in workers and in the process of its own; over a limit is one line."""
    own_folder = {"CHECKER_CONFIG_DIR": str(own)}
    folder = tmp_path / "收件"
    folder.mkdir()
    for number in range(2):
        (folder / f"{number}.xlsx").write_bytes(right.read_bytes())
    (folder / "checker.toml").write_text("[limits]\nsheets = 1\n", "utf-8")
    done = checker("check", ".", "--no-mark", "--no-cache", cwd=folder, env=own_folder)
    assert done.returncode == 0 and "已校验 2 个" in done.stdout
    assert "limits" in done.stderr and "没有使用" in done.stderr

    (folder / "checker.toml").unlink()
    for limits, words in (
        ("sheets = 1", "工作表的数目过多"),
        ("cells = 10", "单元格过多"),
        ("file_bytes = 1000", "文件过大"),
        ("total_bytes = 1000", "解开后过大"),
        ("styles = 1", "格式过多"),
    ):
        (own / "checker.toml").write_text(f"[limits]\n{limits}\n", "utf-8")
        for workers in ("1", "2") if "sheets" in limits else ("1",):
            options = ("--no-mark", "--no-cache", "--workers", workers)
            done = checker("check", ".", *options, cwd=folder, env=own_folder)
            assert done.returncode == 3 and done.stdout.count(words) == 2, done.stdout
    (own / "checker.toml").write_text("[limits]\nsheets = 0\n", "utf-8")
    assert checker("check", ".", cwd=folder, env=own_folder).returncode == 2


def test_what_is_read_in_a_process_of_its_own_keeps_to_the_limits_too(right: Path) -> None:
    set_limits((("sheets", 1),))
    try:
        with pytest.raises(UnreadableWorkbook, match="工作表的数目过多"):
            read_guarded(right.read_bytes())
    finally:
        set_limits(())
    assert len(read_guarded(right.read_bytes())) > 1
