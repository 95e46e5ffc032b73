"""Running exported models: one way to open them, one way to batch what they read."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import onnxruntime
from tokenizers import Tokenizer

from index.errors import ModelError
from index.models.exported import ExportedModel

SLOWER = "SkipLayerNormFusion"
"""What makes one operation of an addition and a normalisation: it takes 37 us where they take 14,
and a question 1.9 ms in place of 1.6."""


def open_session(graph: Path, threads: int) -> onnxruntime.InferenceSession:
    """Open a graph for the CPU.

    Args:
        graph: the file.
        threads: cores that one run uses; 0: all.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    # Cores that spin between two questions are taken from everything else on the machine.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(
        str(graph), options, providers=["CPUExecutionProvider"], disabled_optimizers=[SLOWER]
    )


def open_exported(
    model: ExportedModel, threads: int, graph: Path
) -> tuple[Tokenizer, onnxruntime.InferenceSession]:
    """Open an exported model: its tokenizer, which cuts what is too long, and a graph.

    Raises:
        ModelError: the exported files are damaged.
    """
    # Threads of the Rust tokenizer would only compete with onnxruntime's.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        tokenizer = Tokenizer.from_file(str(model.tokenizer))
        tokenizer.enable_truncation(model.max_tokens)
        tokenizer.no_padding()
        return tokenizer, open_session(graph, threads)
    except Exception as error:  # both libraries raise bare exceptions on damaged files
        raise ModelError(
            f"the exported model in {model.folder} is damaged",
            "delete that folder; it is made again when it is next needed",
        ) from error


def batches_by_length(lengths: Sequence[int], tokens: int) -> Iterator[list[int]]:
    """Group rows of similar length, so that little is padded; longest first.

    Args:
        lengths: tokens of each row.
        tokens: what one batch may hold, padding included; a longer row is a batch by itself.
    """
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lambda row: -lengths[row]):
        if batch and lengths[batch[0]] * (len(batch) + 1) > tokens:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch
