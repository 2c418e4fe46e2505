"""What pyproject.toml cannot say of the build; everything else stands there."""

from __future__ import annotations

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class WithoutTests(build_py):
    """Tests lie beside the rules they test, and stay out of the wheel."""

    def find_package_modules(self, package: str, package_dir: str) -> list[tuple[str, str, str]]:
        """Modules of a package, without what pytest alone loads."""
        found = super().find_package_modules(package, package_dir)
        return [module for module in found if module[1] != "conftest"]

    def find_data_files(self, package: str, src_dir: str) -> list[str]:
        """Its other files, without those of its tests."""
        found = super().find_data_files(package, src_dir)
        return [
            name
            for name in found
            if "tests" not in Path(name).parts and Path(name).name != "conftest.py"
        ]


setup(cmdclass={"build_py": WithoutTests})
