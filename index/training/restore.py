"""Take float weights back out of a quantised reader, to train it on.

Word vectors are never trained, so they come exact from the base model; all else
is what the 8-bit numbers stand for.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper
from safetensors.torch import load_file, save_file
from torch import Tensor

from index.models.export import find_bundled_model
from index.models.rerank import MODELS

WORDS = "encoder.words.weight"
_QUANTISED = "_quantized"


def restore(graph: Path, base: Path | None = None) -> dict[str, Tensor]:
    """Return the state of `PassageReader` that an int8 graph was exported from.

    1. what was left in float: biases and norms, by their names;
    2. tables of vectors, stored under their names with one scale;
    3. products, whose node says which layer they are, with a scale a column;
    4. the word vectors of the base model, where its folder is given.
    """
    model = onnx.load(str(graph)).graph
    held: dict[str, npt.NDArray[np.generic]] = {
        i.name: numpy_helper.to_array(i) for i in model.initializer
    }
    state = {
        name: values
        for name, values in held.items()
        if name.endswith((".weight", ".bias")) and values.dtype == np.float32
    }
    for name in held:
        if name.endswith(f".weight{_QUANTISED}"):
            state[name.removesuffix(_QUANTISED)] = _floats(held, name.removesuffix(_QUANTISED))
    for node in model.node:
        if node.op_type == "MatMulInteger":
            layer = node.output[0].split("/MatMul")[0].strip("/").replace("/", ".")
            state[f"{layer}.weight"] = _floats(held, node.input[1].removesuffix(_QUANTISED)).T
    tensors = {
        name: torch.from_numpy(np.array(values, np.float32)) for name, values in state.items()
    }
    if base is not None:
        exact = load_file(base / "model.safetensors")
        tensors[WORDS] = exact["embeddings.word_embeddings.weight"].float()
    return tensors


def _floats(held: dict[str, npt.NDArray[np.generic]], name: str) -> npt.NDArray[np.float32]:
    """Return what the 8-bit numbers of an initializer stand for."""
    numbers, zero, scale = (
        held[f"{name}{part}"].astype(np.float32) for part in (_QUANTISED, "_zero_point", "_scale")
    )
    return (numbers - zero) * scale


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--graph", type=Path, default=MODELS / "reranker.onnx")
    parser.add_argument(
        "--base", type=Path, default=find_bundled_model(), help="folder of all-MiniLM-L6-v2"
    )
    parser.add_argument("--out", type=Path, required=True, help="the file: start.safetensors")
    args = parser.parse_args()
    args.out.parent.mkdir(parents=True, exist_ok=True)
    save_file({k: v.contiguous() for k, v in restore(args.graph, args.base).items()}, args.out)


if __name__ == "__main__":
    main()
