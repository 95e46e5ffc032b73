"""Train the passage reader that reranks sentences.

1. Read the files (`sources.py`); hold articles out by fixed rules.
2. Embed sentences and questions with the initial encoder; mine hard negatives, in
   other texts and in the same article.
3. Draw groups anew in every epoch: a gold window and one or two others, or,
   for a part of them, none that answers.
4. Train with a softmax over all sentences of the group and a constant zero for
   "none of these"; where the answer's words are known, a second softmax over
   the group's tokens points at them, and two more over the tokens of the
   answering sentence at their start and end.
5. Keep a running average of the weights, which is the result; write
   checkpoints from which --resume goes on.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor

from index.models.export import find_bundled_model
from index.training.corpus import Corpus
from index.training.groups import Group, Sampler, sequence
from index.training.model import Encoder, PassageReader, pool, span_loss
from index.training.negatives import embed, mine, mine_rivals
from index.training.newsroom import SOURCE as NEWSROOM
from index.training.sources import SHARES, add_sources

CHUNK = 10
SPAN_WEIGHT = 0.25
"""Of the loss of an answer's start and end beside that of its sentence."""


def log(path: Path, text: str) -> None:
    """Print a line and append it to the log."""
    line = f"{time.strftime('%H:%M:%S')} {text}"
    print(line, flush=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def build(args: argparse.Namespace, device: torch.device, workers: ThreadPoolExecutor) -> Corpus:
    """Return the training corpus; the mined negatives are kept in the output folder."""
    tokenizer = Tokenizer.from_file(str(args.base / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    corpus = Corpus(tokenizer)
    add_sources(corpus, args.data, args.newsroom)
    cache: Path = args.out / "negatives.json"
    if cache.exists():
        for q, (negatives, rivals) in zip(
            corpus.questions, json.loads(cache.read_text()), strict=True
        ):
            q.negatives, q.rivals = [(d, s) for d, s in negatives], rivals
    else:
        encoder = Encoder()
        encoder.load_bert(args.base / "model.safetensors")
        encoder = encoder.to(device).eval()
        mine_rivals(
            corpus, NEWSROOM, lambda texts: embed(encoder, tokenizer, texts, device, workers)
        )
        mine(corpus)
        cache.write_text(json.dumps([(q.negatives, q.rivals) for q in corpus.questions]))
    corpus.add_quotes(args.seed, 1000)
    return corpus


def forward(
    model: PassageReader,
    corpus: Corpus,
    groups: list[Group],
    seed: int,
    device: torch.device,
    half: bool = False,
) -> tuple[list[list[Tensor]], list[list[Tensor]]]:
    """Return, per group and window, token scores (tokens, 4) and their sentences (tokens,).

    `half` computes in bfloat16 where that can be.
    """
    titled = np.random.default_rng(seed).random(len(groups)) > 0.15
    rows = [
        (g, w, sequence(corpus, group.question, window, bool(titled[g])))
        for g, group in enumerate(groups)
        for w, window in enumerate(group.windows)
    ]
    rows.sort(key=lambda row: len(row[2][0]))
    scores: list[list[Tensor]] = [[torch.empty(0)] * len(g.windows) for g in groups]
    places: list[list[Tensor]] = [[torch.empty(0)] * len(g.windows) for g in groups]
    for at in range(0, len(rows), CHUNK):
        part = rows[at : at + CHUNK]
        length = len(part[-1][2][0])
        padded = np.zeros((3, len(part), length), np.int64)
        sentences = np.full((len(part), length), -1, np.int64)
        for r, (_, _, (ids, types, marks)) in enumerate(part):
            padded[0, r, : len(ids)], padded[2, r, : len(ids)] = ids, types
            padded[1, r, : len(ids)], sentences[r, : len(ids)] = 1, marks
        inputs = torch.from_numpy(padded).to(device)
        numbers = torch.from_numpy(sentences).to(device)
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=half):
            out = model(inputs[0], inputs[1], inputs[2]).float()
        for r, (g, w, _) in enumerate(part):
            inside = numbers[r] >= 0
            scores[g][w], places[g][w] = out[r][inside], numbers[r][inside]
    return scores, places


def loss_of(
    groups: list[Group], scores: list[list[Tensor]], places: list[list[Tensor]]
) -> tuple[Tensor, int]:
    """Return the summed loss of the groups and how many have a right best sentence."""
    total, right = scores[0][0].new_zeros(()), 0
    for group, s, p in zip(groups, scores, places, strict=True):
        logits = [pool(a, b, len(w.sentences)) for a, b, w in zip(s, p, group.windows, strict=True)]
        starts = np.cumsum([0, *(len(x) for x in logits)])
        every = torch.cat([*logits, s[0].new_zeros(1)])
        neutral = [int(starts[w]) + i for w, i in group.neutral]
        every[neutral] = -torch.inf
        gold = [int(starts[w]) + i for w, i in group.gold] or [len(every) - 1]
        total = total + torch.logsumexp(every, 0) - torch.logsumexp(every[gold], 0)
        right += int(every.argmax()) in gold
        if group.answer:
            begins = np.cumsum([0, *(len(x) for x in p)])
            tokens = torch.cat([x[:, 1] for x in s])
            marks = [int(begins[w]) + int((p[w] < i).sum()) + t for w, i, t in group.answer]
            total = total + 0.3 * (torch.logsumexp(tokens, 0) - torch.logsumexp(tokens[marks], 0))
        parts = [span_loss(s[w][p[w] == i], spans) for w, i, spans in group.spans()]
        if parts:
            total = total + SPAN_WEIGHT * torch.stack(parts).mean()
    return total, right


class Trainer:
    """The model, its optimizer, the running average of its weights, and the clock."""

    def __init__(self, args: argparse.Namespace, device: torch.device) -> None:
        """Start from the base encoder, or from the last checkpoint with --resume."""
        self.args, self.device = args, device
        self.model = PassageReader(args.dropout).to(device)
        if args.start:
            self.model.load(load_file(args.start))
        else:
            self.model.encoder.load_bert(args.base / "model.safetensors")
        self.model.encoder.freeze(args.frozen)
        named = [(n, p) for n, p in self.model.named_parameters() if p.requires_grad]
        body = [p for n, p in named if n.startswith("encoder.")]
        heads = [p for n, p in named if not n.startswith("encoder.")]
        self.weights, self.trained = [*body, *heads], {n for n, _ in named}
        self.optimizer = torch.optim.AdamW(
            [{"params": body, "peak": args.lr}, {"params": heads, "peak": 5 * args.lr}],
            lr=0.0,
            betas=(0.9, 0.98),
            weight_decay=0.01,
            fused=True,
        )
        self.average = {k: v.detach().clone() for k, v in self.model.state_dict().items()}
        self.step, self.spent = 0, 0.0
        self.checkpoint: Path = args.out / "checkpoint.pt"
        if args.resume and self.checkpoint.exists():
            state = torch.load(self.checkpoint, map_location=device)
            self.model.load_state_dict(state["model"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.average, self.step, self.spent = state["average"], state["step"], state["spent"]
        self.model.train()

    def save(self) -> None:
        """Write the checkpoint and the averaged weights, each in one move."""
        state = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": self.average,
            "step": self.step,
            "spent": self.spent,
        }
        out: Path = self.args.out
        torch.save(state, out / "checkpoint.part")
        (out / "checkpoint.part").replace(self.checkpoint)
        save_file({k: v.contiguous() for k, v in self.average.items()}, out / "reader.part")
        (out / "reader.part").replace(out / "reader.safetensors")

    def update(
        self, corpus: Corpus, groups: list[Group], done: float, workers: ThreadPoolExecutor
    ) -> tuple[float, float]:
        """Take one step; return the mean loss and the share of groups answered rightly.

        `done` is the part of the schedule that is over, from 0 to 1. Each worker
        thread takes a share of the groups: on a busy machine this is faster than
        threads inside the matrix products, which wait for one another.
        """
        for part in self.optimizer.param_groups:
            part["lr"] = part["peak"] * min((self.step + 1) / self.args.warm, 1 - done)

        def share(some: list[Group]) -> tuple[float, int, tuple[Tensor, ...]]:
            key = self.args.seed * 1_000_003 + self.step
            scores, places = forward(self.model, corpus, some, key, self.device, self.args.half)
            loss, hits = loss_of(some, scores, places)
            return float(loss.detach()), hits, torch.autograd.grad(loss / len(groups), self.weights)

        size = self.args.workers
        results = list(workers.map(share, [groups[i::size] for i in range(size)]))
        for i, weight in enumerate(self.weights):
            weight.grad = sum((r[2][i] for r in results[1:]), results[0][2][i])
        torch.nn.utils.clip_grad_norm_(self.weights, 1.0)
        self.optimizer.step()
        self.step += 1
        decay = min(0.99, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for name, value in self.model.state_dict().items():
                if name in self.trained:
                    self.average[name].lerp_(value, 1 - decay)
        return sum(r[0] for r in results) / len(groups), sum(r[1] for r in results) / len(groups)


def train(args: argparse.Namespace) -> None:
    """Run all stages."""
    args.out.mkdir(parents=True, exist_ok=True)
    journal = args.out / "train.log"
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(args.seed)
    torch.set_flush_denormal(True)
    torch.set_num_threads(1)
    workers = ThreadPoolExecutor(args.workers, initializer=torch.set_num_threads, initargs=(1,))
    corpus = build(args, device, workers)
    sampler = Sampler(corpus, SHARES)
    steps = int(args.epochs * sum(1 for _ in sampler.batches(args.seed, 0, args.batch)))
    log(
        journal,
        f"{len(corpus.questions)} questions, {len(corpus.documents)} documents, {steps} steps",
    )
    trainer = Trainer(args, device)
    begun, saved = time.monotonic() - trainer.spent, time.monotonic()
    recent: list[tuple[float, float]] = []
    for number, groups in enumerate(sampler.stream(args.seed, args.batch)):
        if number < trainer.step:
            continue
        trainer.spent = time.monotonic() - begun
        done = max(number / steps, trainer.spent / 60 / args.minutes)
        if done >= 1:
            break
        recent.append(trainer.update(corpus, groups, done, workers))
        if trainer.step % 20 == 0:
            loss, right = np.mean(recent, axis=0)
            left = trainer.spent / 60 * (1 - done) / max(done, 1e-9)
            log(
                journal,
                f"step {trainer.step} loss {loss:.4f} right {right:.4f} left {left:.1f} min",
            )
            recent = []
        if time.monotonic() - saved > 240:
            trainer.save()
            saved = time.monotonic()
    trainer.save()
    log(journal, "done")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, required=True, help="folder of the files (see sources.py)"
    )
    parser.add_argument(
        "--newsroom", type=Path, nargs="*", default=[], help="further files of that format"
    )
    parser.add_argument(
        "--base", type=Path, default=find_bundled_model(), help="folder of all-MiniLM-L6-v2"
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--start", type=Path, help="weights of an earlier run (reader.safetensors) to begin with"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lr", type=float, default=1e-4)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--epochs", type=float, default=3.0)
    parser.add_argument(
        "--minutes",
        type=float,
        default=math.inf,
        help="end the schedule after this time at the latest",
    )
    parser.add_argument("--warm", type=int, default=80, help="steps of warm-up")
    parser.add_argument(
        "--workers", type=int, default=2, help="threads, each with a share of every batch"
    )
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--frozen", type=int, default=0, help="lowest layers that stay as they are")
    parser.add_argument(
        "--half",
        action=argparse.BooleanOptionalAction,
        default=torch.cuda.is_available(),
        help="compute in bfloat16: a CPU without AMX is slower with it",
    )
    parser.add_argument("--resume", action="store_true")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
