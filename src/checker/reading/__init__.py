"""Reading: file -> Snapshot. Files are hostile input; what cannot be read says why in Chinese."""

from checker.reading.snapshots import read_snapshot, read_snapshot_bytes
from checker.reading.unreadable import UnreadableWorkbook

__all__ = ["UnreadableWorkbook", "read_snapshot", "read_snapshot_bytes"]
