"""Puts this folder's own builders, and the acceptance tests' readers, on the path."""

import sys
from pathlib import Path

for folder in (Path(__file__).parent, Path(__file__).parents[1] / "acceptance"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
