"""The progress of indexing on standard error: a bar on a terminal, a line a stage elsewhere."""

from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.text import Text

if TYPE_CHECKING:
    from index.build import Progress

_STAGES = {
    "export": "Preparing the model, once",
    "wait": "Waiting for another process that writes",
    "index": "Indexing",
    "publish": "Publishing",
}
NARROW = 72
"""Below this many columns there is no room for more than the figures."""


class _Count(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.completed:,.0f}/{task.total:,.0f} articles" if task.total else "")


class _Speed(ProgressColumn):
    def render(self, task: Task) -> Text:
        sentences: int = task.fields["sentences"]
        return Text(f"{sentences / task.elapsed:,.0f} sentences/s" if task.elapsed else "")


class IndexProgress:
    """Shows what `Library.index` reports, as a context manager."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._stage = ""
        self._last: Progress | None = None
        self._narrow = console.width < NARROW
        columns: list[ProgressColumn] = [
            TextColumn("{task.description}", markup=False),
            *([] if self._narrow else [BarColumn(bar_width=None)]),
            _Count(),
            _Speed(),
            TimeRemainingColumn(compact=True),
        ]
        self._bar = Bar(
            *columns, console=console, disable=not console.is_terminal, expand=True, transient=True
        )
        self._task = self._bar.add_task("", total=None, sentences=0)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, progress: "Progress") -> None:
        """Bring the bar up to date."""
        self._last = progress
        name = _STAGES[progress.stage]
        if progress.stage != self._stage:
            self._stage = progress.stage
            self._bar.reset(self._task)  # speed is that of indexing, not of what came before
            if not self._console.is_terminal:
                self._console.print(f"{name}...")
        self._bar.update(
            self._task,
            description="" if self._narrow and progress.total else name,
            completed=progress.done,
            total=progress.total or None,
            sentences=progress.sentences,
        )

    def how_to_go_on(self, done: str) -> str:
        """Say how far it had come when somebody interrupted it, and how to go on.

        Args:
            done: what has been done so far, such as "articles are read".
        """
        last = self._last
        far = ""
        if last and last.stage == "index" and last.total:
            far = f"{last.done:,} of {last.total:,} {done}; "
        return f"interrupted: {far}run the same command again to go on"
