"""The sentence that a clerk reads after 校验."""

from __future__ import annotations

from checker.marking.findings import Counts
from checker.marking.overview import BLANK_FORM, Overview


def verdict_sentence(counts: Counts, overview: Overview, profile: str = "") -> str:
    """What was found, what to do first, and by which ``profile`` where one was chosen."""
    found = _found(counts, overview)
    return f"{found}\n口径：{profile}" if profile else found


def _found(counts: Counts, overview: Overview) -> str:
    if overview.blank:
        return BLANK_FORM
    told = counts.told()
    if not told:
        return "全部通过，可以上报。"
    if overview.first:
        return f"{told}。\n先做：{overview.first[0].message}"
    if counts.unjudged:
        return f"没有必须修改的；{told}，填完请再校验一次。"
    return f"没有必须修改的；{told}。"
