"""The program with the five adopted forms, loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.session import Session, SessionOptions

PLUGIN = Path(__file__).parents[2] / "examples" / "plugins" / "own_forms"


@pytest.fixture(scope="session")
def own() -> Session:
    """The program with the plugin that adopts the five forms."""
    return Session(SessionOptions(plugin_dirs=(str(PLUGIN),)))
