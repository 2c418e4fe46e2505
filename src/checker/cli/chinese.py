"""Click's own sentences in Chinese: what the parser says of a wrong command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

_sentences: dict[str, str] = {}
"""By the English ones; read from ``chinese.json`` when click is to speak."""


def _say(sentence: str) -> str:
    return _sentences.get(sentence, sentence)


def _say_many(one: str, many: str, count: int) -> str:
    return _say(one if count == 1 else many)


def speak_chinese() -> None:
    """Give click's loaded modules Chinese sentences; one it does not know stays English."""
    _sentences.update(json.loads(Path(__file__).with_suffix(".json").read_text("utf-8")))
    for name in ("core", "exceptions", "types", "formatting", "decorators", "parser"):
        module = sys.modules.get(f"click.{name}")
        for attribute, speak in (("_", _say), ("ngettext", _say_many)):
            if module is not None and hasattr(module, attribute):
                setattr(module, attribute, speak)
