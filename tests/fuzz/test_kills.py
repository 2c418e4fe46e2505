"""Killed at random moments: no file lost, none half written. ``kills.py`` does two hundred."""

from __future__ import annotations

import random
import signal
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")

if sys.platform != "win32":
    from kills import SCENES, Grounds

    @pytest.fixture(scope="module")
    def grounds(tmp_path_factory: pytest.TempPathFactory) -> Grounds:
        """A county of three schools."""
        return Grounds(tmp_path_factory.mktemp("kills"), schools=3)

    @pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT])
    @pytest.mark.parametrize("name", SCENES)
    def test_nothing_is_lost(grounds: Grounds, name: str, sign: signal.Signals) -> None:
        share = random.Random(f"{name} {sign.name}").uniform(0.3, 1.0)
        assert not grounds.strike(name, sign, share, again=False).wrong
