"""The exported model gives the original's vectors, alone and in a batch, in threads too."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.errors import ModelError
from index.models.encode import Encoder, OnnxEncoder
from index.models.export import find_export
from index.models.exported import ExportedModel
from index.models.graphs import QUESTION_COSINE
from index.models.onnx import batches_by_length
from index.settings import Settings
from tests.conftest import COMPARED_TEXTS, Exported
from tests.fakes import FakeEncoder


@pytest.fixture(scope="session")
def exported_model(real_settings: Settings) -> ExportedModel:
    model = find_export(real_settings)
    assert model is not None
    return model


@pytest.fixture(scope="session")
def encoder(exported_model: ExportedModel) -> OnnxEncoder:
    return OnnxEncoder(exported_model)


def test_vectors_equal_those_of_sentence_transformers(
    encoder: OnnxEncoder, exported: Exported
) -> None:
    expected = exported.vectors
    vectors = encoder.encode(COMPARED_TEXTS)
    assert vectors.shape == expected.shape == (len(COMPARED_TEXTS), 384)
    np.testing.assert_allclose(vectors, expected, atol=2e-5)
    # The nearest text is the same one, with the same score.
    np.testing.assert_allclose(vectors @ vectors.T, expected @ expected.T, atol=2e-5)


def test_a_text_has_one_vector_whatever_stands_beside_it(encoder: OnnxEncoder) -> None:
    together = encoder.encode(COMPARED_TEXTS)
    alone = np.concatenate([encoder.encode([text]) for text in COMPARED_TEXTS])
    np.testing.assert_allclose(together, alone, atol=2e-6)


def test_no_texts_give_no_vectors(encoder: OnnxEncoder) -> None:
    assert encoder.encode([]).shape == (0, 384)


def test_threads_share_an_encoder(encoder: OnnxEncoder) -> None:
    texts = COMPARED_TEXTS[:-1]
    expected = encoder.encode(texts)
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(encoder.encode, [texts] * 20):
            np.testing.assert_allclose(vectors, expected, atol=2e-6)


@pytest.fixture(scope="session")
def asker(exported_model: ExportedModel) -> OnnxEncoder:
    return OnnxEncoder(exported_model, threads=1, for_questions=True)


def test_a_question_has_nearly_the_vector_of_its_text(
    encoder: OnnxEncoder, asker: OnnxEncoder
) -> None:
    exact = encoder.encode(COMPARED_TEXTS)
    quick = np.concatenate([asker.encode([text]) for text in COMPARED_TEXTS])
    cosines = (exact * quick).sum(axis=1)
    assert cosines.min() > QUESTION_COSINE
    assert cosines.max() < 1  # it is another graph
    assert asker.fingerprint == encoder.fingerprint


def test_a_model_without_a_graph_for_questions_has_one_for_all(
    exported_model: ExportedModel, encoder: OnnxEncoder, tmp_path: Path
) -> None:
    for file in exported_model.folder.iterdir():
        if not file.name.startswith("question"):
            (tmp_path / file.name).symlink_to(file)
    asker = OnnxEncoder(replace(exported_model, folder=tmp_path), for_questions=True)
    np.testing.assert_allclose(
        asker.encode(COMPARED_TEXTS), encoder.encode(COMPARED_TEXTS), atol=2e-6
    )


@pytest.mark.parametrize("name", ["model.onnx", "model.onnx.data", "tokenizer.json"])
def test_a_damaged_export_is_told_with_the_remedy(
    exported_model: ExportedModel, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    for file in exported_model.folder.iterdir():
        data = file.read_bytes()
        (folder / file.name).write_bytes(data[: len(data) // 2] if file.name == name else data)
    with pytest.raises(ModelError, match=f"exported model in {folder} is damaged: delete that"):
        OnnxEncoder(replace(exported_model, folder=folder))


def test_batches_hold_every_text_once_and_few_tokens() -> None:
    lengths = [1, 256, 3, 3, 256, 40, 5000] + [10] * 1000
    batches = list(batches_by_length(lengths, 4096))
    assert sorted(row for batch in batches for row in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or max(lengths[row] for row in batch) * len(batch) <= 4096
    assert len(batches) < 10


def test_the_fake_is_an_encoder() -> None:
    fake: Encoder = FakeEncoder()
    vectors = fake.encode(["The cat sat.", "the CAT sat!", "", "Dogs ran."])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(vectors[0], vectors[1])
    assert vectors.dtype == np.float32
