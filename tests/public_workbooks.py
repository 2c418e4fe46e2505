"""Where the workbooks that nobody here made lie: all of them, or the sample in ``tests/corpus``."""

from __future__ import annotations

from pathlib import Path

SAMPLE = Path(__file__).parent / "corpus"
SHARED = Path(__file__).resolve().parents[2] / "shared" / "corpus"
WHOLE = SHARED.is_dir()
"""Whether the whole corpus is beside the repository: 423 good files; the sample has 106."""
CORPUS = SHARED if WHOLE else SAMPLE
