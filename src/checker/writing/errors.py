"""The one refusal of the writer: a workbook that must not, or cannot, be written."""

from __future__ import annotations

DAMAGED = "文件已损坏，不是完整的 xlsx 文件。请用 Excel 或 WPS 打开后另存一份再试。"


class UnwritableWorkbook(Exception):
    """Raised before anything is written. ``reason`` says why, in plain Chinese."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
