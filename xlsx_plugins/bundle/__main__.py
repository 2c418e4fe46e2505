"""``python -m checker_xlsx.bundle``: build the one-folder program into ``dist/``."""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
PACKAGES = ("checker", "checker_validators", "checker_templates", "checker_xlsx")


def staged(folder: Path) -> Path:
    """Copies of our packages under their import names, wherever they are installed from:
    PyInstaller does not understand the finders of editable installations."""
    shutil.rmtree(folder, ignore_errors=True)
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            raise ModuleNotFoundError(package)
        shutil.copytree(
            next(iter(spec.submodule_search_locations)),
            folder / package,
            ignore=shutil.ignore_patterns("__pycache__", "tests", "*.xlsx~"),
        )
    return folder


def build(out: Path, county: bool) -> Path:
    """Build; the folder of the program. Raises subprocess.CalledProcessError if it fails."""
    packages = staged(Path("build") / "bundle" / "packages").resolve()
    environment = dict(os.environ, CHECKER_BUNDLE_COUNTY="1" if county else "0")
    environment["PYTHONPATH"] = str(packages)
    subprocess.run(
        [
            *(sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"),
            *("--distpath", out, "--workpath", Path("build") / "bundle", HERE / "checker.spec"),
        ],
        check=True,
        env=environment,
    )
    folder = out / ("checker-county" if county else "checker")
    for name in ("install.cmd", "uninstall.cmd", "install.sh", "uninstall.sh", "README.txt"):
        text = (HERE / name).read_text(encoding="utf-8")
        newline = "\r\n" if name.endswith((".cmd", ".txt")) else "\n"
        (folder / name).write_text(text, encoding="utf-8", newline=newline)
    for name in ("install.sh", "uninstall.sh"):
        (folder / name).chmod(0o755)
    return folder


def main() -> None:
    """Build, then say how large it is and how long its first start takes."""
    parser = argparse.ArgumentParser(prog="python -m checker_xlsx.bundle", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("dist"))
    parser.add_argument("--county", action="store_true", help="with the county report (Parquet)")
    chosen = parser.parse_args()
    folder = build(chosen.out, chosen.county)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    program = folder / ("checker.exe" if os.name == "nt" else "checker")
    starts = []
    for _ in range(2):
        begin = time.perf_counter()
        subprocess.run([program, "--version"], check=True, stdout=subprocess.DEVNULL)
        starts.append(time.perf_counter() - begin)
    print(f"{folder}: {size / 1e6:.0f} MB; first start {starts[0]:.2f} s, second {starts[1]:.2f} s")


if __name__ == "__main__":
    main()
