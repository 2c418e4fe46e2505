"""Rule packs by year as an author's users see them; what strangers write fits the schemas."""

from __future__ import annotations

import json
import subprocess
import tomllib
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

Run = Callable[..., "subprocess.CompletedProcess[str]"]
PRESCHOOL = Path(__file__).parents[2] / "examples" / "plugins" / "preschool" / "src"

NEXT_YEAR = """
[[changes]]
edition = 2027
remove = ["CAN3"]
[changes.change.CAN1]
severity = "soft"
fix = "核对寄宿生和在校学生数；属实的，在“说明”表写明。"

[[thresholds]]
id = "CAN2"
unit = "㎡"
value = 1.8
since = 2027
confirmed = false
source = "某文件"
"""


@pytest.fixture
def two_years(canteen: Path) -> Path:
    """The plugin with what changes in 2027."""
    manifest = canteen / "plugin.toml"
    manifest.write_text(manifest.read_text("utf-8") + NEXT_YEAR, "utf-8")
    return canteen


def test_what_changes_from_one_year_to_the_next(checker: Run, two_years: Path) -> None:
    """Added, changed (and in what), removed; and the limits."""
    run = checker(
        "rules", "--edition", "2027", "--diff", "2026", "--family", "CAN",
        "--plugin-dir", two_years,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines() == [
        "修改　CAN1　寄宿生不超过在校学生数：轻重由“必须修改”改为“需要说明”、怎么办",
        "删除　CAN3　有寄宿生就要有宿舍和食堂",
        "限值　CAN2　1.5㎡ → 1.8㎡",
        "从 2026 年到 2027 年，变化 3 条。",
    ]
    back = checker("rules", "--edition", "2026", "--diff", "2025", "--family", "CAN",
                   "--plugin-dir", two_years)  # fmt: skip
    assert back.stdout.splitlines()[:3] == [
        "新增　CAN1　寄宿生不超过在校学生数",
        "新增　CAN2　生均食堂面积",
        "新增　CAN3　有寄宿生就要有宿舍和食堂",
    ]


def test_each_year_explains_its_own(checker: Run, two_years: Path) -> None:
    """The same rule in the words of the year asked for."""
    for edition, word in (("2026", "必须修改"), ("2027", "核实或说明")):
        run = checker("explain", "CAN1", "--edition", edition, "--plugin-dir", two_years)
        assert word in run.stdout, run.stderr


def schema(package: str, name: str) -> Draft202012Validator:
    """A published schema."""
    return Draft202012Validator(json.loads((files(package) / "schema" / name).read_text("utf-8")))


def errors(validator: Draft202012Validator, path: Path) -> list[str]:
    """What an editor that knows the schema would complain of."""
    document = tomllib.loads(path.read_text("utf-8"))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


def test_what_strangers_write_fits_the_published_schemas(two_years: Path) -> None:
    """The scaffold's manifest, and the manifest, templates and profile of the example package."""
    manifests = schema("checker.plugins", "plugin.schema.json")
    for path in (two_years / "plugin.toml", PRESCHOOL / "checker_preschool" / "plugin.toml"):
        assert errors(manifests, path) == []
    found = {"template": 0, "henan": 0}
    profiles = schema("checker.plugins", "profile.schema.json")
    templates = schema("checker.forms", "template.schema.json")
    for path in PRESCHOOL.rglob("*.toml"):
        if path.stem in found:
            validator = templates if path.stem == "template" else profiles
            assert errors(validator, path) == []
            found[path.stem] += 1
    assert found == {"template": 2, "henan": 1}
