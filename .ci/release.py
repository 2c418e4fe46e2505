"""What a release says about itself.

``python .ci/release.py notes VERSION``: that version's part of CHANGELOG.md (the unreleased part if
the version has none yet). ``python .ci/release.py links ADDRESS TAG``: README once more with
absolute links and pictures, named with the project's addresses in pyproject.toml, for a package
index shows it without the files beside it; README itself stays, so that the tests run from the
sdist. The addresses come from the release job, none is kept here.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHOWN = "README.package.md"
"""What a package index shows."""


def notes(changelog: str, version: str) -> str:
    """The lines below the version's heading. Raises SystemExit if there are none."""
    parts = re.split(r"(?m)^## \[([^\]]+)\].*\n", changelog)
    found = dict(zip(parts[1::2], parts[2::2], strict=True))
    text = (found.get(version) or found.get("未发布") or "").strip()
    if not text:
        raise SystemExit(f"CHANGELOG.md says nothing of {version}")
    return text + "\n"


def absolute(readme: str, address: str, tag: str) -> str:
    """README with absolute links: pictures raw, other files as pages."""

    def link(found: re.Match[str]) -> str:
        mark, words, target = found.groups()
        if re.match(r"[a-z]+:|#", target):
            return found[0]
        return f"{mark}[{words}]({address}/{'raw' if mark else 'blob'}/{tag}/{target})"

    return re.sub(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)", link, readme)


def with_urls(project: str, address: str) -> str:
    """pyproject.toml with the project's addresses and what an index is to show."""
    urls = {
        "Homepage": address,
        "Source": address,
        "Issues": f"{address}/issues",
        "Changelog": f"{address}/blob/main/CHANGELOG.md",
    }
    table = "".join(f'{name} = "{value}"\n' for name, value in urls.items())
    project = project.replace('readme = "README.md"', f'readme = "{SHOWN}"', 1)
    return project.replace("[project.scripts]", f"[project.urls]\n{table}\n[project.scripts]", 1)


def main() -> None:
    """One of the two. Raises SystemExit."""
    match sys.argv[1:]:
        case ["notes", version]:
            sys.stdout.write(notes((ROOT / "CHANGELOG.md").read_text("utf-8"), version))
        case ["links", address, tag]:
            for name, text in (
                (SHOWN, absolute((ROOT / "README.md").read_text("utf-8"), address, tag)),
                (
                    "pyproject.toml",
                    with_urls((ROOT / "pyproject.toml").read_text("utf-8"), address),
                ),
            ):
                (ROOT / name).write_text(text, "utf-8")
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main()
