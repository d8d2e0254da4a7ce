"""What may be asked of a run, by a command and from Python. Imports nothing: commands name it in their options."""

from __future__ import annotations

DRAWS = (200, 1_000_000)
SEED = (0, None)
HORIZON = (6, 120)  # months
BOUNDS: dict[str, tuple[int, int | None]] = {"draws": DRAWS, "seed": SEED, "horizon": HORIZON}
