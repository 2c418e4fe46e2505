"""Compares what two checkouts say of the same workbooks, and shows each difference.

    python tests/verdicts/compare.py --old OLD --new NEW [--allow expected.toml]
    python tests/verdicts/compare.py --old ../old --new . --inputs INPUTS

``OLD`` and ``NEW`` are folders that collect.py wrote, or checkouts of the project: then each is
collected first, with its own interpreter (``.venv/bin/python`` in it, or ``--old-python`` and
``--new-python``) and this folder's collect.py. ``--only GROUP`` and ``--every N`` compare a part,
as they collect a part; ``--every`` needs ``--inputs``. The exit code is 0 if nothing differs but
what is allowed, 1 if something does, 2 if the comparison cannot be made.

A file of allowed differences lists what a change is meant to do, and why::

    [[allowed]]
    rule = "RES*"            # rule, or kind of record: fact, sheet, file …
    old = "fail"             # outcome before; "absent" if it was not there
    new = "unmet"            # outcome after
    reason = "true figures below a standard are not faults any more"

    [[allowed]]
    rule = "TEA10?"
    message_only = true      # the outcome is the same, only the sentence differs
    group = "fields-*"
    reason = "the sentence names the stage"

``fields = ["message", "gap"]`` allows just these to differ; ``file`` narrows to some workbooks.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from collect import entries_of

Record = dict[str, Any]

EXAMPLES = 3
NAMING = ("file", "id", "kind")
KEYS = {"rule", "group", "file", "old", "new", "message_only", "fields", "reason"}


class Unusable(Exception):
    """The comparison cannot be made; the text says why."""


class Difference:
    """One record that differs; ``old`` or ``new`` is None where it is not there."""

    def __init__(self, group: str, old: Record | None, new: Record | None) -> None:
        self.group, self.old, self.new = group, old, new
        present = new if new is not None else old
        assert present is not None
        self.file: str = present["file"]
        self.id: str = present["id"]
        self.kind: str = present["kind"]
        self.rule: str = rule_of(present)
        names = sorted({*(old or {}), *(new or {})} - {*NAMING})
        both = old is not None and new is not None
        self.fields = [n for n in names if (old or {}).get(n) != (new or {}).get(n)] if both else []

    @property
    def what(self) -> str:
        """changed, added or removed."""
        return "added" if self.old is None else "removed" if self.new is None else "changed"

    @property
    def outcomes(self) -> tuple[str, str]:
        """Outcome, state or status before and after."""
        return _outcome(self.old), _outcome(self.new)

    @property
    def sort(self) -> str:
        """The kind of difference: what examples are shown of."""
        before, after = self.outcomes
        if before != after:
            return f"{before} -> {after}"
        return f"{self.what}: {', '.join(self.fields) or self.kind}"


def rule_of(record: Record) -> str:
    """The rule a record is about; its kind where it is about none."""
    return record.get("rule") or record["kind"]


def _outcome(record: Record | None) -> str:
    if record is None:
        return "absent"
    if record.get("gone"):
        return "gone"
    for name in ("outcome", "verdict", "state", "status"):
        if isinstance(record.get(name), str):
            return str(record[name])
    return "present"


# -- reading -------------------------------------------------------------------------------------


def records_of(path: Path) -> dict[tuple[str, str], Record]:
    """The records of one group by workbook and id."""
    found: dict[tuple[str, str], Record] = {}
    for line in path.read_bytes().decode("utf-8", "surrogatepass").split("\n"):
        if line:
            record = json.loads(line)
            found[record["file"], record["id"]] = record
    return found


class Part:
    """What is compared: the groups whose name begins so, every nth of the states of cells."""

    def __init__(self, inputs: Path | None, only: str | None, every: int) -> None:
        self.only, self.every = only, every
        if every > 1 and inputs is None:
            raise Unusable("--every needs --inputs, where the list of workbooks is")
        self._entries = entries_of(inputs, only, every) if inputs and every > 1 else None

    def groups(self, *folders: Path) -> list[str]:
        """The groups to compare, of those that any folder has."""
        names = {path.stem for folder in folders for path in folder.glob("*.jsonl")}
        return sorted(name for name in names if name.startswith(self.only or ""))

    def records(self, folder: Path, group: str) -> dict[tuple[str, str], Record]:
        """The records of one group to be compared. Raises Unusable."""
        path = folder / f"{group}.jsonl"
        if not path.exists():
            raise Unusable(f"{folder} lacks the group {group}")
        found = records_of(path)
        if self._entries is None:
            return found
        files = {entry["file"] for entry in self._entries.get(group, ())}
        return {key: record for key, record in found.items() if key[0] in files}


def differences(
    old: Path, new: Path, part: Part, counts: dict[str, Counter[str]]
) -> Iterator[Difference]:
    """All differences, group by group; ``counts`` is filled by group. Raises Unusable."""
    groups = part.groups(old, new)
    if not groups:
        raise Unusable(f"no records in {old} and {new}")
    for group in groups:
        before, after = part.records(old, group), part.records(new, group)
        counts[group]["equal"] = 0
        for key in sorted({*before, *after}):
            first, second = before.get(key), after.get(key)
            if first == second:
                counts[group]["equal"] += 1
            else:
                found = Difference(group, first, second)
                counts[group][found.what] += 1
                yield found


# -- what is allowed -----------------------------------------------------------------------------


def allowed_of(path: Path) -> list[Record]:
    """The entries of a file of allowed differences. Raises Unusable."""
    entries: list[Record] = tomllib.loads(path.read_text("utf-8")).get("allowed", [])
    for number, entry in enumerate(entries, 1):
        if unknown := set(entry) - KEYS:
            raise Unusable(f"{path}, entry {number}: unknown {', '.join(sorted(unknown))}")
        if not entry.get("reason"):
            raise Unusable(f"{path}, entry {number}: a reason is needed")
    return entries


def allows(entry: Record, found: Difference) -> bool:
    """Whether an entry speaks of this difference."""
    before, after = found.outcomes
    fields = ["message"] if entry.get("message_only") else entry.get("fields")
    return (
        fnmatchcase(found.rule, entry.get("rule", "*"))
        and fnmatchcase(found.group, entry.get("group", "*"))
        and fnmatchcase(found.file, entry.get("file", "*"))
        and fnmatchcase(before, entry.get("old", "*"))
        and fnmatchcase(after, entry.get("new", "*"))
        and (fields is None or (found.what == "changed" and set(found.fields) <= set(fields)))
    )


# -- telling -------------------------------------------------------------------------------------


def lines_of(found: list[Difference], examples: int) -> Iterator[str]:
    """The differences by rule and kind, so many examples of each."""
    kinds: dict[tuple[str, str, str], list[Difference]] = defaultdict(list)
    for each in found:
        kinds[each.rule, each.sort, each.group].append(each)
    for (rule, sort, group), members in sorted(kinds.items(), key=lambda i: (i[0][0], -len(i[1]))):
        yield f"{rule}  {sort}  {len(members)} × in {group}"
        for each in members[:examples]:
            yield f"    {each.file} · {each.id}"
            yield from (f"      {line}" for line in _detail(each))


def _detail(found: Difference) -> Iterator[str]:
    if found.old is None or found.new is None:
        sign, record = ("+", found.new) if found.old is None else ("-", found.old)
        assert record is not None
        shown = {n: v for n, v in record.items() if n not in (*NAMING, "rule") and v is not None}
        yield f"{sign} {_short(shown)}"
        return
    for name in found.fields:
        yield f"- {name}: {_short(found.old.get(name))}"
        yield f"+ {name}: {_short(found.new.get(name))}"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 300 else f"{text[:297]}..."


def table(title: str, counts: dict[str, Counter[str]], columns: tuple[str, ...]) -> Iterator[str]:
    """One line per name with its counts."""
    width = max(len(title), *(len(name) for name in counts))
    yield title.ljust(width) + "".join(column.rjust(10) for column in columns)
    for name in sorted(counts):
        yield name.ljust(width) + "".join(str(counts[name][c]).rjust(10) for c in columns)


def compare(old: Path, new: Path, part: Part, allow: Path | None, examples: int) -> int:
    """Print the comparison of two collected folders; the exit code. Raises Unusable."""
    entries = allowed_of(allow) if allow is not None else []
    used: Counter[int] = Counter()
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    rules: dict[str, Counter[str]] = defaultdict(Counter)
    left: list[Difference] = []
    for found in differences(old, new, part, groups):
        rules[found.rule][found.what] += 1
        match = next((i for i, entry in enumerate(entries) if allows(entry, found)), None)
        if match is None:
            left.append(found)
        else:
            used[match] += 1
            groups[found.group]["allowed"] += 1
            rules[found.rule]["allowed"] += 1
    print("\n".join(table("group", groups, ("equal", "changed", "added", "removed", "allowed"))))
    if rules:
        print("\n" + "\n".join(table("rule", rules, ("changed", "added", "removed", "allowed"))))
    for number, entry in enumerate(entries):
        seen = f"{used[number]} ×" if used[number] else "never seen, take it out:"
        print(f"\nallowed {seen} {entry.get('rule', '*')}: {entry['reason']}", end="")
    if entries:
        print()
    if left:
        print("\n" + "\n".join(lines_of(left, examples)))
    print(f"\n{len(left)} differences that are not allowed" if left else "\nno difference")
    return 1 if left else 0


# -- collecting ----------------------------------------------------------------------------------


def collected(given: Path, python: Path | None, inputs: Path | None, part: Part,
              out: Path) -> Path:  # fmt: skip
    """The folder of records: the one that is given, or made from a checkout. Raises Unusable."""
    if not (given / "src" / "checker").is_dir():
        return given
    if inputs is None:
        raise Unusable(f"{given} is a checkout: --inputs names the workbooks to judge")
    interpreter = python if python is not None else given / ".venv" / "bin" / "python"
    script = Path(__file__).with_name("collect.py")
    command = [str(interpreter), str(script), "--inputs", str(inputs), "--out", str(out)]
    command += ["--every", str(part.every), *(("--only", part.only) if part.only else ())]
    print(f"collecting {given}", flush=True)
    if subprocess.run(command, check=False).returncode:
        raise Unusable(f"collecting {given} went wrong")
    return out


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--old", type=Path, required=True, help="checkout or folder of records")
    parser.add_argument("--new", type=Path, required=True, help="checkout or folder of records")
    parser.add_argument("--inputs", type=Path, help="what inputs.py wrote, for checkouts")
    parser.add_argument("--old-python", type=Path, help="interpreter of the old checkout")
    parser.add_argument("--new-python", type=Path, help="interpreter of the new checkout")
    parser.add_argument("--only", help="only groups whose name begins so")
    parser.add_argument("--every", type=int, default=1, help="of the states of cells, every nth")
    parser.add_argument("--allow", type=Path, help="TOML file of allowed differences")
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="shown of each kind")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        try:
            part = Part(chosen.inputs, chosen.only, chosen.every)
            old, new = (
                collected(given, python, chosen.inputs, part, Path(scratch) / side)
                for side, given, python in (
                    ("old", chosen.old, chosen.old_python),
                    ("new", chosen.new, chosen.new_python),
                )
            )
            return compare(old, new, part, chosen.allow, chosen.examples)
        except Unusable as problem:
            print(problem, file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main())
