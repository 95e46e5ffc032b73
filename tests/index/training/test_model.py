"""The model: weights taken back out of the bundled graph, and what its losses reward."""

import numpy as np
import pytest
import torch

from index.models.export import find_bundled_model
from index.models.onnx import open_session
from index.models.rerank import MODELS
from index.training.corpus import Corpus
from index.training.groups import Group, Window
from index.training.model import SCORES, PassageReader, span_loss
from index.training.restore import WORDS, restore
from index.training.train import loss_of

IDS = [101, 2043, 2106, 1996, 7566, 4088, 102, 1996, 7566, 2211, 1999, 2233, 1012, 102]
TYPES = [0] * 7 + [1] * 7


def test_weights_are_taken_back_out_of_the_bundled_graph() -> None:
    base = find_bundled_model()
    model = PassageReader()
    model.load(restore(MODELS / "reranker.onnx", base))
    model.eval()
    ids, types = torch.tensor([IDS]), torch.tensor([TYPES])
    with torch.inference_mode():
        ours = model(ids, torch.ones_like(ids), types)[0].numpy()
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "token_type_ids": types}
    session = open_session(MODELS / "reranker.onnx", 1)
    (theirs,) = session.run(None, {name: each.numpy() for name, each in inputs.items()})
    # The graph rounds what passes between the layers, too: the order of tokens stays.
    assert np.corrcoef(ours[:, 1], theirs[0, :, 1])[0, 1] > 0.98
    assert np.abs(ours[:, 0] - theirs[0, :, 0]).mean() < 0.5
    assert base is None or restore(MODELS / "reranker.onnx")[WORDS].shape == (30522, 384)


def test_scores_that_an_older_reader_lacks_begin_at_zero() -> None:
    state = PassageReader().state_dict()
    old = dict(state)
    old["score.weight"], old["score.bias"] = state["score.weight"][:2], state["score.bias"][:2]
    model = PassageReader()
    model.load(old)
    assert torch.equal(model.score.weight[:2], state["score.weight"][:2])
    assert not model.score.weight[2:].any()
    assert len(model.score.bias) == SCORES
    model.load(state)
    assert torch.equal(model.score.weight, state["score.weight"])


def test_what_is_frozen_gets_no_gradient() -> None:
    model = PassageReader()
    model.encoder.freeze(2)
    trained = {name for name, p in model.named_parameters() if p.requires_grad}
    assert not [name for name in trained if ".words." in name or ".layers.1." in name]
    assert "encoder.layers.2.up.weight" in trained
    whole = PassageReader()
    whole.encoder.freeze(0)
    assert not whole.encoder.words.weight.requires_grad
    assert whole.encoder.places.weight.requires_grad


def test_pointing_at_any_form_of_the_answer_is_right() -> None:
    scores = torch.zeros(6, 4)
    scores[2, 2] = scores[3, 3] = 20.0
    assert float(span_loss(scores, [(2, 3)])) == pytest.approx(0, abs=1e-3)
    assert float(span_loss(scores, [(1, 4), (2, 3)])) == pytest.approx(0, abs=1e-3)
    assert float(span_loss(scores, [(1, 4)])) > 20


def test_a_neutral_sentence_costs_nothing(corpus: Corpus) -> None:
    home = corpus.add_document("T", ["Rain fell.", "Snow fell."])
    corpus.add_question("What fell first?", home, {0: []}, {0, 1}, "newsroom")
    window = Window(home, (0, 1))
    scores = torch.tensor([[[0.0, -9, 0, 0]] * 3 + [[9.0, -9, 0, 0]] * 3])
    places = torch.tensor([[0, 0, 0, 1, 1, 1]])

    def loss(neutral: tuple[tuple[int, int], ...]) -> tuple[float, int]:
        group = Group(corpus.questions[0], (window,), ((0, 0),), (), neutral)
        total, right = loss_of([group], [[scores[0]]], [[places[0]]])
        return float(total), right

    wrong, neither = loss(()), loss(((0, 1),))
    assert wrong[0] > neither[0]
    assert neither[1] == 0 or wrong[1] == 0
