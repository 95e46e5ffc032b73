"""An exported model on disk, as a value: who writes graphs and who runs them both know it."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""sha256 of the official all-MiniLM-L6-v2 `model.safetensors`."""
QUESTION_GRAPH = "question.onnx"


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
    def weights(self) -> Path:
        """What the graph refers to: a file of its own is mapped into memory, not copied."""
        return weights_of(self.graph)

    @property
    def question_graph(self) -> Path:
        """The graph for one text at a time; the same one where the model has no other."""
        quantised = self.folder / QUESTION_GRAPH
        return quantised if quantised.is_file() else self.graph

    @property
    def tokenizer(self) -> Path:
        return self.folder / "tokenizer.json"


def weights_of(graph: Path) -> Path:
    return graph.with_name(f"{graph.name}.data")


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
