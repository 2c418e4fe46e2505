"""Makes the workbooks that two checkouts are compared over, and the list of them.

    python tests/verdicts/inputs.py --out INPUTS [--shared FOLDER]

Run it once: both checkouts must judge the same bytes. The workbooks are made by the program's own
commands (``checker demo county``, ``checker template fill``); the corpus and the cases of the
shared folder are copied, so that ``INPUTS`` can be carried elsewhere. ``index.jsonl`` has one line
for each thing to be judged: its group, its name, the workbook's path, and where one cell is changed
before judging, which and how.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from cell_states import STATES, Package
from collect import PRESCHOOL, checkout, plain, public

Record = dict[str, Any]

SEEDS = (3, 11, 2026)
SCHOOLS = 24
"""So many that each county has every type of school and most kinds of planted faults."""

COUNTY_EXAMPLES = ("laian", "linyi", "honggutan")
NOT_JUDGED = (".txt", ".md")

GENERIC: dict[str, Any] = {
    "count": 12,
    "amount": 120.5,
    "signed": 3.5,
    "percent": 96.5,
    "flag": "是",
    "text": "文字",
    "date": "2026-09-18",
    "year": 2025,
}
"""What is typed into a field of each type where no better value is at hand."""


def checker(*arguments: object) -> None:
    """Run one command of the program. Raises RuntimeError with what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "checker.cli.main", *map(str, arguments)],
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError((done.stdout + done.stderr).decode("utf-8", "replace"))


class Inputs:
    """The folder being made, and its list."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.entries: list[Record] = []
        self.session = public("Session")(
            public("SessionOptions")(plugin_dirs=(str(checkout() / PRESCHOOL),))
        )

    def add(self, group: str, path: Path, **more: Any) -> None:
        """One thing to be judged. ``path`` lies in the folder; ``more`` goes into the list."""
        entry = {"group": group, "file": str(path), "path": str(path)} | more
        self.entries.append(entry)

    def save(self) -> None:
        """Write the list."""
        text = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in self.entries)
        (self.out / "index.jsonl").write_text(text, encoding="utf-8")

    # -- groups ----------------------------------------------------------------------------------

    def counties(self, seeds: tuple[int, ...], schools: int) -> None:
        """Demo counties with planted faults: each workbook, and the county as a whole."""
        for seed in seeds:
            folder = Path("counties", f"seed-{seed}")
            checker("demo", "county", "--schools", schools, "--seed", seed,
                    "--out", self.out / folder)  # fmt: skip
            for path in sorted((self.out / folder).glob("*.xlsx")):
                self.add("counties", folder / path.name)
            self.add("county", folder, command="county", roster=str(folder / "名册.csv"))

    def examples(self) -> None:
        """The workbooks that come with the project, also under every profile."""
        profiles = sorted(path.stem for path in checkout().glob("validators/*/profiles/*.toml"))
        for path in sorted((checkout() / "examples").glob("*.xls*")):
            copy = self._copied(path, Path("examples", path.name))
            self.add("examples", copy)
            for profile in profiles:
                self.add("profiles", copy, profile=profile, file=f"{copy}, {profile}")
        for seed in SEEDS[:1]:
            county = sorted((self.out / "counties" / f"seed-{seed}").glob("*.xlsx"))
            for path in county:
                inside = path.relative_to(self.out)
                for profile in profiles:
                    self.add("profiles", inside, profile=profile, file=f"{inside}, {profile}")

    def preschool(self) -> None:
        """The two forms of the example package, filled."""
        for template in ("kindergarten", "preschool_county"):
            path = self._filled(template)
            for profile in (None, "preschool_henan"):
                self.add("preschool", path, preschool=True, profile=profile,
                         file=f"{path}, {profile or 'national'}")  # fmt: skip

    def fields(self) -> None:
        """Every cell of every form in every state; of tables the cells of the first row."""
        whole = self._right_school(("primary", "junior"))
        self._states("fields-compulsory_school", whole)
        self._states("fields-senior", self._right_school(("junior", "senior")), column="senior")
        self._states("fields-county", self._filled("county"))
        for template in ("kindergarten", "preschool_county"):
            self._states(f"fields-{template}", self._filled(template), preschool=True)

    def shared(self, folder: Path) -> None:
        """Workbooks that others made: readable, spoilt, and those that once were judged wrongly."""
        for group, inside in (("corpus", "corpus"), ("cases", "cases")):
            for path in sorted((folder / inside).rglob("*")):
                if path.is_file() and path.suffix not in NOT_JUDGED:
                    copy = self._copied(path, path.relative_to(folder))
                    if path.name != "MANIFEST.csv":
                        self.add(group, copy)
        folder = Path("counties", f"seed-{SEEDS[0]}")
        for roster in sorted((self.out / "cases").glob("*roster*/*")):
            inside = str(roster.relative_to(self.out))
            self.add("county", folder, command="county", roster=inside,
                     file=f"{folder} with {inside}")  # fmt: skip
        for case in sorted({path.parent for path in (self.out / "cases").rglob("*.*")}):
            inside = case.relative_to(self.out)
            own = {"roster": str(inside / "名册.csv")} if (case / "名册.csv").exists() else {}
            self.add("county", inside, command="county", **own)

    # -- workbooks -------------------------------------------------------------------------------

    def _copied(self, path: Path, to: Path) -> Path:
        (self.out / to).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, self.out / to)
        return to

    def _right_school(self, stages: tuple[str, ...]) -> Path:
        """A demo school of these stages without any planted fault."""
        for folder in sorted((self.out / "counties").iterdir()):
            answers = json.loads((folder / "answers.json").read_text("utf-8"))
            faulty = {answer["file"] for answer in answers}
            for path in sorted(folder.glob("*.xlsx")):
                report = self._report(path)
                if path.name not in faulty and tuple(report.submission.stages) == stages:
                    return self._copied(path, Path("fields", f"{'-'.join(stages)}.xlsx"))
        raise RuntimeError(f"no demo school of the stages {stages} without faults")

    def _filled(self, template: str) -> Path:
        """The form of a template with every field filled."""
        path = Path("fields", f"{template}.xlsx")
        if not (self.out / path).exists():
            (self.out / path).parent.mkdir(parents=True, exist_ok=True)
            data = self.out / "fields" / f"{template}.json"
            values = json.dumps(self._values(template), ensure_ascii=False, indent=1)
            data.write_text(values, encoding="utf-8")
            checker("template", "fill", template, data, "-o", self.out / path,
                    "--plugin-dir", self._package_with_workbooks())  # fmt: skip
        return path

    def _package_with_workbooks(self) -> Path:
        """A copy of the example package beside whose templates the empty workbooks stand."""
        copy = self.out / "package"
        if not copy.exists():
            shutil.copytree(checkout() / PRESCHOOL, copy)
            for folder in sorted((copy / "templates").iterdir()):
                checker("template", "build", folder.name, "--plugin-dir", copy, "--no-button")
        return copy

    def _values(self, name: str) -> Record:
        """Known values first, generic ones where there are none."""
        (template,) = (item for item in self.session.templates if item.id == name)
        known: Record = {}
        tables: Record = {}
        for source in self._sources(name):
            document = json.loads(source.read_text("utf-8"))
            for field, value in document.get("facts", {}).items():
                known.setdefault(field, value)
            for table, rows in document.get("tables", {}).items():
                tables.setdefault(table, rows)
        facts: Record = {}
        for field in template.fields().values():
            given = known.get(field.id)
            by_column = given if isinstance(given, dict) else {}
            if given is not None and not isinstance(given, dict):
                column = "whole" if "whole" in field.columns else field.columns[0]
                by_column = {column: given}
            generic = self._generic(template, field)
            facts[field.id] = {column: by_column.get(column, generic) for column in field.columns}
        for sheet in template.sheets:
            for table in sheet.tables:
                row = {column.id: self._generic(template, column) for column in table.columns}
                tables.setdefault(table.id, [row])
        return {"facts": facts, "tables": tables}

    @staticmethod
    def _sources(template: str) -> list[Path]:
        if template == "county":
            return [checkout() / "examples" / f"{name}.json" for name in COUNTY_EXAMPLES]
        own = Path(__file__).with_name(f"{template}.json")
        return [own] if own.exists() else []

    @staticmethod
    def _generic(template: Any, field: Any) -> Any:
        kind = plain(field.type)
        if kind == "code":
            return next(iter(template.code_lists[field.codes]))
        return GENERIC[kind]

    def _report(self, path: Path) -> Any:
        report = self.session.check(path.name, path.read_bytes()).report
        if report is None:
            raise RuntimeError(f"{path} is no form")
        return report

    def _states(self, group: str, path: Path, column: str | None = None, **more: Any) -> None:
        package = Package((self.out / path).read_bytes())
        for cell in self._cells(path, column):
            package.with_state(cell.sheet, cell.a1, "merged")  # raises here if it cannot be done
            for state in STATES:
                edit = {"sheet": cell.sheet, "cell": cell.a1, "state": state}
                name = f"{path}, {cell.sheet}!{cell.a1} {state}"
                self.add(group, path, file=name, edit=edit, **more)

    def _cells(self, path: Path, column: str | None) -> Iterator[Any]:
        submission = self._report(self.out / path).submission
        for ref, fact in submission.facts.items():
            if fact.cell is not None and column in (None, ref.column):
                yield fact.cell
        if column is None:
            for rows in submission.tables.values():
                for fact in rows[0].facts.values() if rows else ():
                    if fact.cell is not None:
                        yield fact.cell


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder for the workbooks")
    parser.add_argument("--shared", type=Path, default=checkout().parent / "shared",
                        help="holds corpus/ and cases/; default: beside the checkout")  # fmt: skip
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS, help="of the demo counties")
    parser.add_argument("--schools", type=int, default=SCHOOLS, help="in each demo county")
    parser.add_argument("--counties-only", action="store_true", help="leave out all other groups")
    chosen = parser.parse_args()
    if (chosen.out / "index.jsonl").exists():
        print(f"{chosen.out} has its workbooks already; name another folder.")
        return 2
    inputs = Inputs(chosen.out)
    inputs.counties(tuple(chosen.seeds), chosen.schools)
    if not chosen.counties_only:
        inputs.examples()
        inputs.preschool()
        inputs.fields()
        if chosen.shared.is_dir():
            inputs.shared(chosen.shared)
        else:
            print(f"without corpus and cases: {chosen.shared} is not there")
    inputs.save()
    groups = list(dict.fromkeys(entry["group"] for entry in inputs.entries))
    print(f"{len(inputs.entries)} to be judged in the groups {', '.join(groups)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
