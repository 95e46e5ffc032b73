"""A cross-encoder of one's own: exported like the encoder, and compared with the original."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index.errors import ModelError
from index.library import Library
from index.models.cross_encoder import CrossEncoderReranker
from index.models.exported import ExportedModel
from index.models.rerank import PassageText
from index.settings import Settings
from tests.conftest import ROOT
from tests.fakes import FakeEncoder

QUESTION = "Who raised concerns?"
TEXTS = ["The allies did.", "x", "A longer sentence about 🙂 nothing at all. " * 40, "It is red."]

_MAKE = """
import json, sys
import torch
from sentence_transformers import CrossEncoder
from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast
from index.errors import ModelError
from index.models.export import export_reranker, find_bundled_model
from index.settings import load_settings
folder, labels = sys.argv[1], int(sys.argv[2])
torch.manual_seed(0)
sizes = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64)
BertForSequenceClassification(
    BertConfig(vocab_size=30522, initializer_range=0.5, num_labels=labels, **sizes)
).save_pretrained(folder)
BertTokenizerFast.from_pretrained(str(find_bundled_model())).save_pretrained(folder)
if labels == 1:
    question, texts = json.load(sys.stdin)
    model = CrossEncoder(folder, device="cpu")
    pairs = [(question, text) for text in texts]
    logits = model.predict(pairs, activation_fn=torch.nn.Identity())
    exported = export_reranker(load_settings(reranker=folder))
    print(json.dumps([str(exported.folder), logits.tolist()]))
else:
    try:
        export_reranker(load_settings(reranker=folder))
    except ModelError as error:
        print(json.dumps(str(error)))
"""


def make(tmp_path: Path, labels: int) -> object:
    """Make a tiny cross-encoder with random weights in another process; give what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", _MAKE, str(tmp_path / "tiny"), str(labels)],
        input=json.dumps([QUESTION, TEXTS]),
        cwd=ROOT,
        env={**os.environ, "ARTICLEBOT_CACHE": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_an_exported_cross_encoder_ranks_as_the_original(tmp_path: Path) -> None:
    made = make(tmp_path, 1)
    assert isinstance(made, list)
    folder, expected = made
    described = json.loads((Path(folder) / "export.json").read_text())
    reranker = CrossEncoderReranker(ExportedModel(folder=Path(folder), **described))
    assert np.ptp(expected) > 0.01
    np.testing.assert_allclose(reranker.logits(QUESTION, TEXTS), expected, atol=1e-3)

    text = "  ".join(TEXTS)
    starts = [text.index(part) for part in TEXTS]
    spans = tuple((start, start + len(part)) for start, part in zip(starts, TEXTS, strict=True))
    readings = [PassageText("t", text, spans[:1]), PassageText("t", text, spans[1:])]
    given = [[each.logit for each in part] for part in reranker.read(QUESTION, readings)]
    assert [len(part) for part in given] == [1, 3]
    np.testing.assert_allclose(given[0] + given[1], expected, atol=1e-3)

    settings = Settings(
        data=tmp_path / "data", cache=tmp_path / "cache", reranker=str(tmp_path / "tiny")
    )
    with Library.open(settings, encoder=FakeEncoder()) as library:
        library.index([ROOT / "seeds"])
        with library.snapshot() as snapshot:
            hits = library.search(snapshot, QUESTION, 5)
    assert all(hit.relevance is not None for hit in hits)


def test_several_labels_are_refused(tmp_path: Path) -> None:
    assert make(tmp_path, 2) == (
        f"the reranker {tmp_path / 'tiny'} has 2 labels:"
        " name a cross-encoder with one, in ARTICLEBOT_RERANKER"
    )


def test_a_damaged_export_is_told(tmp_path: Path) -> None:
    for name in ("model.onnx", "tokenizer.json"):
        (tmp_path / name).write_bytes(b"{")
    with pytest.raises(ModelError, match="is damaged: delete that folder"):
        CrossEncoderReranker(ExportedModel(tmp_path, "x", 1, 512, "y"))
