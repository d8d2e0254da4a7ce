"""Makes tests/support importable, and shares its fixtures."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from scans import catalog, scanned  # noqa: F401
