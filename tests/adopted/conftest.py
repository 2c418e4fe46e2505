"""The program with the five adopted forms, loaded once."""

from __future__ import annotations

import pytest
from tests.adopted import own_forms

from checker.session import Session


@pytest.fixture(scope="session")
def own() -> Session:
    """The program with the plugin that adopts the five forms."""
    return own_forms.session()
