"""How much of a file is read at most. Real workbooks stay far below every one of these."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import asdict


class Limits(Struct):
    """Counts are per workbook, sizes in bytes of what was unpacked unless said otherwise."""

    file_bytes: int = 200_000_000  # as the file lies on the disk
    members: int = 5_000  # entries of the zip directory
    part_bytes: int = 300_000_000
    total_bytes: int = 800_000_000
    ratio: int = 300  # unpacked to packed; real workbooks reach 5 to 60
    ratio_from_bytes: int = 50_000_000  # below this any ratio is harmless
    small_part_bytes: int = 8_000_000  # every part but sheets and shared strings
    sheets: int = 2_000
    styles: int = 70_000  # Excel itself allows 65,490
    format_code: int = 255  # characters, Excel's own limit
    strings: int = 2_000_000
    cells: int = 5_000_000  # written cells
    area: int = 10_000_000  # cells of the boxes around all values: readers fill them
    merged: int = 200_000
    in_process_bytes: int = 6_000_000  # above this an .xlsx is read in a guarded process
    memory: int = 1_500_000_000  # address space of the guarded process
    seconds: float = 30.0  # of the guarded process


LIMITS = Limits()
"""What holds in this process, like the limits that the system sets for one."""

LimitChanges = tuple[tuple[str, int], ...]
"""Limits that are other than usual, by name."""


def set_limits(changes: Iterable[tuple[str, int]]) -> None:
    """From now on these hold, and the usual ones besides."""
    for name, most in (asdict(Limits()) | dict(changes)).items():
        setattr(LIMITS, name, most)


def limit_changes() -> LimitChanges:
    """Which limits are other than usual."""
    usual = asdict(Limits())
    return tuple((name, most) for name, most in asdict(LIMITS).items() if most != usual[name])
