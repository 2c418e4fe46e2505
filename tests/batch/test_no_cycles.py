"""Judging leaves nothing for the collector of cycles: memory is free as soon as a file is done."""

from __future__ import annotations

import gc
from pathlib import Path

from checker.session import Session

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_a_judged_file_leaves_no_cycles() -> None:
    session = Session()
    files = sorted(EXAMPLES.glob("*.xlsx"))
    assert len(files) == 7
    for path in files:
        session.judge_file(path)  # what is loaded once stays
    gc.collect()
    gc.freeze()  # what was there before need not be looked through for every file
    try:
        for path in files:
            judgement = session.judge_file(path)
            assert judgement.report is not None
            del judgement
            assert gc.collect() == 0, path.name
    finally:
        gc.unfreeze()
