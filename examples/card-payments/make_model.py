"""Makes model.onnx and rows.json: gradient-boosted trees on invented card payments, and one of them to score.

Needs scikit-learn and skl2onnx; run it in this folder.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from skl2onnx import to_onnx
from sklearn.ensemble import GradientBoostingClassifier

HERE = Path(__file__).parent
FEATURES = 24

rng = np.random.default_rng(11)
rows = rng.standard_normal((4000, FEATURES)).astype(np.float32)
risk = rows[:, 0] + 0.7 * rows[:, 1] * rows[:, 2] - 0.5 * np.abs(rows[:, 3]) + 0.4 * rng.standard_normal(4000)
model = GradientBoostingClassifier(n_estimators=120, max_depth=4, random_state=11).fit(rows, risk > 1.2)
(HERE / "model.onnx").write_bytes(to_onnx(model, rows[:1], options={"zipmap": False}, target_opset=15).SerializeToString())
(HERE / "rows.json").write_text(json.dumps({"inputs": [[round(float(x), 3) for x in row] for row in rows[:1]]}) + "\n")
