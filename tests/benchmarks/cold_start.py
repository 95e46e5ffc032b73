"""How long a question takes from the shell, beside the plain stack with the same model.

Whole processes, one after the other in turn, the first of each not counted: `articlebot ask` on a
built index, and a script that loads sentence-transformers, encodes the sentences of the same
article and searches them with FAISS.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.compare import Row

RUNS = 5
QUESTION = "Who raised concerns?"
SEEDS = Path(__file__).parents[2] / "seeds"

_PLAIN = """
import sys
import faiss
from sentence_transformers import SentenceTransformer
from index.models.export import find_bundled_model
model = SentenceTransformer(str(find_bundled_model()), device="cpu")
lines = [line for line in open(sys.argv[1], encoding="utf-8").read().split("\\n") if line.strip()]
index = faiss.IndexFlatIP(384)
index.add(model.encode(lines, normalize_embeddings=True, show_progress_bar=False))
_, rows = index.search(model.encode([sys.argv[2]], normalize_embeddings=True), 3)
print([lines[row] for row in rows[0]])
"""


def measure(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Run a command once; give its wall time in seconds and its peak memory in MB."""
    started = time.perf_counter()
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def cold_start() -> Row:
    """Time both in turn; the ratio is of the median times."""
    with tempfile.TemporaryDirectory() as data:
        environment = {**os.environ, "ARTICLEBOT_DATA": data, "HF_HUB_OFFLINE": "1"}
        # An installed program has its bytecode at hand, whatever the benchmark's own shell says.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        program = str(Path(sys.executable).with_name("articlebot"))
        subprocess.run(
            [program, "index", str(SEEDS)], env=environment, check=True, capture_output=True
        )
        plain = [sys.executable, "-c", _PLAIN, str(SEEDS / "turkey-s400.txt"), QUESTION]
        commands = ([program, "ask", QUESTION], plain)
        runs: tuple[list[tuple[float, float]], ...] = ([], [])
        for _ in range(RUNS + 1):
            for command, results in zip(commands, runs, strict=True):
                results.append(measure(command, environment))
    medians = [statistics.median(seconds for seconds, _ in results[1:]) for results in runs]
    memory = [max(megabytes for _, megabytes in results) for results in runs]
    ours, other = (f"{s:.2f} s, {m:.0f} MB" for s, m in zip(medians, memory, strict=True))
    return Row("cold start of `articlebot ask`", ours, other, medians[1] / medians[0], "10 times")
