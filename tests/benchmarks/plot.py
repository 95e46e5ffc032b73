"""The growth plot: one small picture a figure, against the number of sentences."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl

from tests.benchmarks.growth import Figures

PANELS: dict[str, dict[str, tuple[str, float]]] = {
    "search without encoding, ms": {
        "median": ("search_ms_p50", 1),
        "95th percentile": ("search_ms_p95", 1),
    },
    "memory, MB": {"of a searching process": ("memory_bytes", 1e-6)},
    "on disk, MB": {"data directory": ("disk_bytes", 1e-6)},
    "building, s": {"storing": ("stage_s", 1), "search files": ("publish_s", 1)},
    "changing one article, s": {"adding": ("add_s", 1), "removing": ("remove_s", 1)},
    "opening, s": {"search files": ("open_s", 1)},
}
"""By title: the lines, by name, with the figure's key and its unit."""


def plot(figures: Mapping[int, Figures], path: Path) -> None:
    """Write the picture (SVG, the same bytes for the same figures)."""
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "articlebot"
    picture = Figure(figsize=(10, 5.5), layout="constrained")
    axes = picture.subplots(2, 3).flat
    sizes = sorted(figures)
    for axis, (title, lines) in zip(axes, PANELS.items(), strict=True):
        for name, (key, unit) in lines.items():
            axis.plot(sizes, [figures[size][key] * unit for size in sizes], marker="o", label=name)
        axis.set(title=title, xscale="log", yscale="log")
        axis.grid(alpha=0.3)
        axis.legend(fontsize="small")
    picture.supxlabel("sentences")
    picture.savefig(path, metadata={"Date": None})
