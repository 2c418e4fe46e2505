"""Starting other programs from the frozen one: with the system's libraries, not with its own."""

from __future__ import annotations

import os
import sys


def outside_environment() -> dict[str, str]:
    """This process's environment, without what PyInstaller set for its own libraries."""
    environment = dict(os.environ)
    if getattr(sys, "frozen", False):
        original = environment.pop("LD_LIBRARY_PATH_ORIG", None)
        environment.pop("LD_LIBRARY_PATH", None)
        if original:
            environment["LD_LIBRARY_PATH"] = original
    return environment
