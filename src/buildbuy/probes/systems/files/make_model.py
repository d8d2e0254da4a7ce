"""Makes model.onnx, the small model that probes serve where the user gives none: 30 features, two hidden
layers, one output, weights from a fixed seed. Needs the package `onnx`; run it in this folder.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

SIZES = (30, 64, 32, 1)

rng = np.random.default_rng(7)
nodes, weights, name = [], [], "inputs"
for i, (rows, columns) in enumerate(itertools.pairwise(SIZES)):
    last = i == len(SIZES) - 2
    weights += [
        numpy_helper.from_array((rng.standard_normal((rows, columns)) / rows**0.5).astype(np.float32), f"w{i}"),
        numpy_helper.from_array(np.zeros(columns, np.float32), f"b{i}"),
    ]
    made = "score" if last else f"h{i}"
    nodes.append(helper.make_node("Gemm", [name, f"w{i}", f"b{i}"], [f"g{i}"]))
    nodes.append(helper.make_node("Sigmoid" if last else "Relu", [f"g{i}"], [made]))
    name = made
graph = helper.make_graph(
    nodes, "small",
    [helper.make_tensor_value_info("inputs", TensorProto.FLOAT, ["n", SIZES[0]])],
    [helper.make_tensor_value_info("score", TensorProto.FLOAT, ["n", 1])], weights,
)  # fmt: skip
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="buildbuy")
model.ir_version = 8  # read by every onnxruntime since 1.14
save(model, Path(__file__).with_name("model.onnx"))
