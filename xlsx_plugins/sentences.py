"""The one sentence that a clerk reads after 校验."""

from __future__ import annotations


def verdict_sentence(fail: int, doubt: int, incomplete: int) -> str:
    """What was found, by the numbers of findings; the worst comes first."""
    if fail and doubt:
        return f"{fail} 处必须修改，{doubt} 处需要说明。"
    if fail:
        return f"{fail} 处必须修改。"
    if doubt:
        return f"没有必须修改的，{doubt} 处需要说明。"
    if incomplete:
        return "已填的数据没有发现问题；还有数据没有填，填完请再校验一次。"
    return "全部通过，可以上报。"
