"""Work that behaves and misbehaves, importable by worker processes."""

from __future__ import annotations

import os
import signal
import time


def behave(name: str) -> object:
    """Do what the name says."""
    if name == "hangs":
        time.sleep(600)
    if name == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "eats":
        return "x" * (3 * 1024**3)
    if name == "raises":
        raise ValueError("坏数据")
    if name == "unpicklable":
        return lambda: name
    if name == "slow":
        time.sleep(2)
    return name.upper()
