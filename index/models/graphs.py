"""Write sentence-transformers models as ONNX graphs; the only module that imports torch."""

import json
import logging
import warnings
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.errors import ModelError
from index.models.encode import OnnxEncoder
from index.models.exported import (
    BUNDLED_SHA256,
    QUESTION_GRAPH,
    ExportedModel,
    sha256_of,
    weights_of,
)
from index.settings import DEFAULT_MODEL

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder, SentenceTransformer

_QUESTION = "Who raised concerns?"
_TEXTS = (_QUESTION, "The deal has raised concerns among its allies.", "Été 🙂")
QUESTION_COSINE = 0.98
"""Least cosine of a question's two vectors, by 8-bit weights and by the model's own. The default
model has 0.991 and more, and answers as often right (`tests/quality/README.md`)."""
_INPUTS = ["input_ids", "attention_mask", "token_type_ids"]


def write_encoder(name: str, source: str, folder: Path) -> None:
    """Write a SentenceTransformer as one graph, pooling and normalisation included.

    Raises:
        ModelError: it cannot be loaded or traced, or the graph's vectors differ from its own
            (cosine below 0.9999).
    """
    original: SentenceTransformer = _load("SentenceTransformer", name, source, "ARTICLEBOT_MODEL")
    dimension = original.get_embedding_dimension()
    assert dimension is not None, "a sentence embedding model has a dimension"
    model = _write(original, name, folder, "sentence_embedding", dimension)
    expected = original.encode(list(_TEXTS), normalize_embeddings=True, show_progress_bar=False)
    cosine = float((expected * OnnxEncoder(model).encode(_TEXTS)).sum(axis=1).min())
    if cosine < 0.9999:
        raise _differs(name, f"cosine {cosine:.6f}")
    if _quantise(model):
        encoder = OnnxEncoder(model, for_questions=True)
        vectors = np.concatenate([encoder.encode([text]) for text in _TEXTS])
        if (expected * vectors).sum(axis=1).min() < QUESTION_COSINE:
            quantised = model.question_graph
            for file in (quantised, weights_of(quantised)):
                file.unlink()


def write_cross_encoder(name: str, source: str, folder: Path) -> None:
    """Write a CrossEncoder as one graph that gives its logit, before any activation.

    Raises:
        ModelError: it cannot be loaded or traced, has several labels, or the graph's logits
            differ from its own (by 0.001 or more).
    """
    import torch

    from index.models.cross_encoder import CrossEncoderReranker

    original: CrossEncoder = _load("CrossEncoder", name, source, "ARTICLEBOT_RERANKER")
    if original.num_labels != 1:
        raise ModelError(
            f"the reranker {name} has {original.num_labels} labels",
            "name a cross-encoder with one, in ARTICLEBOT_RERANKER",
        )
    model = _write(original, name, folder, "scores", 1)
    pairs = [(_QUESTION, text) for text in _TEXTS]
    expected = original.predict(pairs, activation_fn=torch.nn.Identity(), show_progress_bar=False)
    given = CrossEncoderReranker(model).logits(_QUESTION, _TEXTS)
    difference = float(np.abs(np.asarray(expected).reshape(-1) - given).max())
    if difference >= 0.001:
        raise _differs(name, f"by {difference:.6f}")


def _load(kind: str, name: str, source: str, setting: str) -> Any:
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    try:
        import sentence_transformers
        from transformers.utils import logging as transformers_logging
    except ImportError as error:
        raise ModelError(
            "sentence-transformers is needed to export the model and is not installed",
            "run `pip install sentence-transformers`, or set ARTICLEBOT_CACHE to a finished export",
        ) from error
    transformers_logging.disable_progress_bar()
    load: Callable[..., Any] = getattr(sentence_transformers, kind)
    try:
        return load(source, device="cpu", model_kwargs={"attn_implementation": "eager"}).eval()
    except Exception as error:  # the loaders raise errors of every kind
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(
            f"the model {name} cannot be loaded ({reason})",
            f"name a sentence-transformers {kind}, or the folder of one, in {setting}",
        ) from error


def _write(original: Any, name: str, folder: Path, output: str, dimension: int) -> ExportedModel:
    """Write the graph, the tokenizer and what describes them."""
    tokenizer = getattr(original.tokenizer, "backend_tokenizer", None)
    if tokenizer is None:
        raise ModelError(f"the model {name} has no fast tokenizer", "name another one")
    tokenizer.save(str(folder / "tokenizer.json"))
    with warnings.catch_warnings():  # the exporter warns about its own deprecations
        warnings.simplefilter("ignore")
        traced = folder / "traced.onnx"
        _trace(original, output, traced)
    model = ExportedModel(
        folder=folder,
        name=name,
        dimension=dimension,
        max_tokens=int(original.max_seq_length or 512),
        fingerprint=(BUNDLED_SHA256 if name == DEFAULT_MODEL else sha256_of(traced))[:16],
    )
    transformer = getattr(original[0], "auto_model", None)
    _fuse(traced, getattr(transformer, "config", None), model)
    traced.unlink()
    fields = {key: value for key, value in asdict(model).items() if key != "folder"}
    (folder / "export.json").write_text(json.dumps(fields, indent=2), "utf-8")
    return model


def _fuse(traced: Path, config: Any, model: ExportedModel) -> None:
    """Write the graph, a layer of BERT as few operations, and its weights beside it.

    With the weights inside of the graph it takes 150 ms to open and 80 MB more, instead of 60 ms.
    """
    import onnx
    from onnxruntime.transformers.fusion_options import FusionOptions
    from onnxruntime.transformers.optimizer import optimize_model

    if getattr(config, "model_type", "") == "bert":
        heads, size = config.num_attention_heads, config.hidden_size
        options = FusionOptions("bert")
        options.enable_skip_layer_norm = False  # as `index.models.onnx.SLOWER` says
        graph = optimize_model(str(traced), "bert", heads, size, options, opt_level=0).model
    else:
        graph = onnx.load(traced)
    _save(graph, model.graph)


def _save(graph: Any, path: Path) -> None:
    """Write a graph, with its weights beside it."""
    import onnx

    onnx.save(graph, path, save_as_external_data=True, location=weights_of(path).name)
    # onnx lets the owner alone read it.
    weights_of(path).chmod(path.stat().st_mode)


def _quantise(model: ExportedModel) -> bool:
    """Write the graph for questions, where the model's is of fused layers of BERT; tell whether.

    Its products are of 8-bit numbers, but for those after the attention in the first layer, which
    bear it worst: a question takes half of the time (`tests/quality/README.md`). Weights have
    7 bits, as without VNNI instructions the sum of two products of 8 bits would not fit.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    fused = onnx.load(model.graph)
    products = [node for node in fused.graph.node if node.op_type in ("Attention", "MatMul")]
    layers = [at for at, node in enumerate(products) if node.op_type == "Attention"]
    if len(layers) < 2:
        return False
    fused.opset_import.append(onnx.helper.make_opsetid("com.microsoft", 1))
    quantised = model.folder / "quantised.onnx"
    root, silent = logging.getLogger(), lambda _: False  # where it gives advice
    root.addFilter(silent)
    try:
        quantize_dynamic(
            fused,
            quantised,
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["Attention", "MatMul"],
            nodes_to_exclude=[node.name for node in products[layers[0] + 2 : layers[1]]],
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )
    finally:
        root.removeFilter(silent)
    _save(onnx.load(quantised), model.folder / QUESTION_GRAPH)
    quantised.unlink()
    return True


def _trace(original: Any, output: str, path: Path) -> None:
    """Trace the modules in turn; batch and length stay dynamic."""
    import torch

    names = [name for name in _INPUTS if name in original.tokenizer.model_input_names]

    class Pipeline(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stages = torch.nn.ModuleList(original.children())

        def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
            features: dict[str, Any] = dict(zip(names, inputs, strict=True))
            for stage in self.stages:
                features = stage(features)
            found: torch.Tensor = features[output]
            if output == "scores":
                return found.reshape(-1)
            return torch.nn.functional.normalize(found, dim=1)

    example = torch.ones((2, 8), dtype=torch.int64)
    torch.onnx.export(
        Pipeline().eval(),
        tuple(example for _ in names),
        str(path),
        dynamo=False,
        input_names=names,
        output_names=[output],
        dynamic_axes={**{name: {0: "batch", 1: "length"} for name in names}, output: {0: "batch"}},
        opset_version=17,
    )


def _differs(name: str, how: str) -> ModelError:
    return ModelError(f"the export of {name} differs from the model ({how})", "name another model")
