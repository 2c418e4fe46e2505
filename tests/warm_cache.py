"""Cache folders as every run but a user's very first one finds them: manifests and templates are
read from TOML once per process of pytest, not once per test (1.6 s each time)."""

from __future__ import annotations

import functools
from pathlib import Path

from checker import toml_files
from checker.session import Session
from checker.toml_files import STORE_FILE


@functools.cache
def _documents() -> bytes:
    """What the program keeps of its own manifests, profiles and templates."""
    Session()
    folder = toml_files.cache_folder()
    assert folder is not None, "nothing is kept"
    return (folder / STORE_FILE).read_bytes()


def warm(cache: Path) -> Path:
    """The cache folder, made if need be; without any result, but with the documents."""
    if not (cache / STORE_FILE).exists():
        cache.mkdir(parents=True, exist_ok=True)
        (cache / STORE_FILE).write_bytes(_documents())
    return cache
