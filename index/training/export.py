"""Export the trained reader to ONNX, once in fp32 and once with int8 weights."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from onnxruntime.quantization import (
    QuantType,
    quantize_dynamic,
)
from onnxruntime.quantization.shape_inference import (
    quant_pre_process,
)
from safetensors.torch import load_file

from index.training.model import PassageReader


def export(weights: Path, out: Path) -> None:
    """Write `reranker-fp32.onnx` and `reranker.onnx` (int8) into the folder `out`."""
    model = PassageReader()
    model.load(load_file(weights))
    model.eval()
    ids = torch.tensor([[101, 2040, 102, 2023, 2003, 102], [101, 2040, 102, 2003, 102, 0]])
    mask = (ids != 0).long()
    types = torch.tensor([[0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 0]])
    names = ["input_ids", "attention_mask", "token_type_ids"]
    full = out / "reranker-fp32.onnx"
    axes = {0: "batch", 1: "length"}
    torch.onnx.export(
        model,
        (ids, mask, types),
        str(full),
        input_names=names,
        output_names=["scores"],
        dynamic_axes=dict.fromkeys([*names, "scores"], axes),
        opset_version=17,
        dynamo=False,
    )
    prepared = out / "prepared.onnx"
    quant_pre_process(str(full), str(prepared), skip_symbolic_shape=True)
    quantize_dynamic(
        str(prepared),
        str(out / "reranker.onnx"),
        per_channel=True,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=["MatMul", "Gather"],
    )
    prepared.unlink()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True, help="reader.safetensors")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    export(args.weights, args.out)


if __name__ == "__main__":
    main()
