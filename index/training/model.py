"""The passage reader: a small BERT encoder with four scores for every token.

A sentence's logit is the mean of the first score over its tokens plus the
log-sum-exp of the second, so that the first judges the sentence as a whole and
the second points at the answer's words. The third and the fourth say where,
within a sentence that answers, the shortest answer starts and ends.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

WIDTH, LAYERS, HEADS, INNER, VOCABULARY, POSITIONS = 384, 6, 12, 1536, 30522, 512
SCORES = 4


class Layer(nn.Module):
    """One post-norm transformer layer."""

    def __init__(self, dropout: float) -> None:
        """Start with random weights."""
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.norm1 = nn.LayerNorm(WIDTH, eps=1e-12)
        self.up = nn.Linear(WIDTH, INNER)
        self.down = nn.Linear(INNER, WIDTH)
        self.norm2 = nn.LayerNorm(WIDTH, eps=1e-12)
        self.dropout = dropout

    def drop(self, x: Tensor) -> Tensor:
        """Drop whole channels of a text: as good as single values, and far cheaper on a CPU."""
        if not self.training or self.dropout == 0:
            return x
        keep = 1 - self.dropout
        return x * (torch.rand(x.shape[0], 1, x.shape[2], device=x.device) < keep).to(x.dtype).div_(
            keep
        )

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """Map (batch, length, width) to the same shape; `bias` is added to the attention."""
        batch, length, _ = x.shape
        q, k, v = (
            self.qkv(x)
            .view(batch, length, 3, HEADS, WIDTH // HEADS)
            .permute(2, 0, 3, 1, 4)
            .unbind(0)
        )
        a = q @ k.transpose(2, 3) * (WIDTH // HEADS) ** -0.5 + bias.to(q.dtype)
        a = functional.softmax(a, -1, dtype=a.dtype) @ v
        a = a.transpose(1, 2).reshape(batch, length, WIDTH)
        x = self.norm1(x + self.drop(self.out(a)))
        return cast(Tensor, self.norm2(x + self.drop(self.down(functional.gelu(self.up(x))))))


class Encoder(nn.Module):
    """BERT's encoder (uncased word pieces, learnt positions, two token types)."""

    def __init__(self, dropout: float = 0.1) -> None:
        """Start with random weights."""
        super().__init__()
        self.words = nn.Embedding(VOCABULARY, WIDTH)
        self.places = nn.Embedding(POSITIONS, WIDTH)
        self.types = nn.Embedding(2, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(LAYERS))

    def freeze(self, layers: int) -> None:
        """Keep the word vectors as they are, and what is below and in the lowest `layers`.

        Word vectors are never trained: most words of a new article never occur in training.
        """
        kept = [self.words, *([self.places, self.types, self.norm] if layers else [])]
        for module in [*kept, *self.layers[:layers]]:
            module.requires_grad_(requires_grad=False)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """Return hidden states, (batch, length, width), of int64 inputs (batch, length)."""
        places = torch.arange(input_ids.shape[1], device=input_ids.device)
        x = self.norm(self.words(input_ids) + self.places(places) + self.types(token_type_ids))
        bias = ((1.0 - attention_mask.to(x.dtype)) * -1e4)[:, None, None, :]
        for layer in self.layers:
            x = layer(x, bias)
        return cast(Tensor, x)

    def embed(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Return unit sentence vectors, (batch, width): the mean of the hidden states."""
        x = self(input_ids, attention_mask, torch.zeros_like(input_ids))
        mask = attention_mask[:, :, None].to(x.dtype)
        return functional.normalize((x * mask).sum(1) / mask.sum(1), dim=-1)

    def load_bert(self, path: Path) -> None:
        """Load the weights of a Hugging Face BERT checkpoint of the same size."""
        raw = {k.removeprefix("bert."): v.float() for k, v in load_file(path).items()}
        state: dict[str, Tensor] = {}
        for part in ("weight", "bias"):
            if part == "weight":
                for own, name in (
                    ("words", "word"),
                    ("places", "position"),
                    ("types", "token_type"),
                ):
                    state[f"{own}.weight"] = raw[f"embeddings.{name}_embeddings.weight"]
            state[f"norm.{part}"] = raw[f"embeddings.LayerNorm.{part}"]
            for i in range(LAYERS):
                old, new = f"encoder.layer.{i}", f"layers.{i}"
                qkv = [raw[f"{old}.attention.self.{n}.{part}"] for n in ("query", "key", "value")]
                state[f"{new}.qkv.{part}"] = torch.cat(qkv)
                for own, name in (
                    ("out", "attention.output.dense"),
                    ("norm1", "attention.output.LayerNorm"),
                    ("up", "intermediate.dense"),
                    ("down", "output.dense"),
                    ("norm2", "output.LayerNorm"),
                ):
                    state[f"{new}.{own}.{part}"] = raw[f"{old}.{name}.{part}"]
        self.load_state_dict(state)


class PassageReader(nn.Module):
    """Encoder and token scores."""

    def __init__(self, dropout: float = 0.1) -> None:
        """Start with random weights."""
        super().__init__()
        self.encoder = Encoder(dropout)
        self.hidden = nn.Linear(WIDTH, WIDTH)
        self.score = nn.Linear(WIDTH, SCORES)
        nn.init.normal_(self.score.weight, std=0.02)
        with torch.no_grad():
            self.score.bias.copy_(torch.tensor([0.0, -3.5, 0.0, 0.0]))

    def load(self, state: dict[str, Tensor]) -> None:
        """Load weights; scores that an older reader has not begin at zero."""
        state = dict(state)
        for name in ("score.weight", "score.bias"):
            old = state[name]
            state[name] = torch.cat([old, old.new_zeros(SCORES - len(old), *old.shape[1:])])
        self.load_state_dict(state)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """Return token scores, (batch, length, 4), of int64 inputs (batch, length)."""
        x = self.encoder(input_ids, attention_mask, token_type_ids)
        return cast(Tensor, self.score(functional.gelu(self.hidden(x))))


def pool(scores: Tensor, sentence_ids: Tensor, count: int) -> Tensor:
    """Return sentence logits, (count,), of token scores (tokens, 4) and their sentences (tokens,).

    Sentences are numbered from 0 to count - 1, each with at least one token.
    """
    ones = torch.ones_like(scores[:, 0])
    zeros = torch.zeros(count, dtype=scores.dtype, device=scores.device)
    mean = zeros.index_add(0, sentence_ids, scores[:, 0]) / zeros.index_add(0, sentence_ids, ones)
    top = scores[:, 1].detach().max()
    exp = torch.exp((scores[:, 1] - top).clamp(min=-60))
    return mean + top + torch.log(zeros.index_add(0, sentence_ids, exp))


def span_loss(scores: Tensor, spans: list[tuple[int, int]]) -> Tensor:
    """Return the loss of pointing at an answer within its sentence.

    Args:
        scores: of the sentence's tokens, (tokens, 4).
        spans: the first and the last token of each form of the answer; any of them is right.
    """
    start, end = functional.log_softmax(scores[:, 2:], 0).unbind(1)
    first, last = torch.tensor(spans, device=scores.device).unbind(1)
    return -torch.logsumexp(start[first] + end[last], 0)
