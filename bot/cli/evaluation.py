"""The commands that ask questions with known answers: `eval` measures, `calibrate` fits."""

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.session import JsonOption, Session, check_name, console, write_file
from index.errors import UsageError

if TYPE_CHECKING:
    from bot.evaluation.evaluate import Evaluation, Plan


def evaluate(
    ctx: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="Questions: SQuAD .json, or .jsonl; also with .gz."),
    ],
    in_index: Annotated[
        bool, typer.Option("--index", help="Ask the index that is there, not one of FILE's own.")
    ] = False,
    per_article: Annotated[
        bool, typer.Option("--per-article", help="Ask each question of its own article alone.")
    ] = False,
    off_topic: Annotated[
        bool,
        typer.Option(
            "--off-topic",
            help="Per article; the unanswerable questions are those of another article.",
        ),
    ] = False,
    about: Annotated[
        list[str] | None,
        typer.Option("--about", metavar="NAME", help="Ask about this article alone; repeatable."),
    ] = None,
    sample: Annotated[
        int | None, typer.Option("--sample", metavar="N", min=1, help="Ask N, drawn at random.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the random draw.")] = 0,
    as_json: JsonOption = False,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="HTML", help="Write a page with curves and misses."),
    ] = None,
) -> None:
    """Measure the answers to questions whose answers are known.

    The questions are asked of a throw-away index of their articles.

    Examples:

    $ articlebot eval questions.jsonl
    $ articlebot eval --per-article --report misses.html dev-v2.0.json.gz
    """
    from bot.evaluation.evaluate import Plan

    if report is not None:
        check_name(report, "misses.html")
        if not report.absolute().parent.is_dir():
            raise UsageError(f"the folder of {report} does not exist", "make it first")
    plan = Plan(in_index, per_article, off_topic, tuple(about or ()), sample, seed)
    evaluation = _evaluate(file, plan, ctx.obj)
    _print(evaluation, as_json)
    if report is not None:
        from bot.evaluation.report import render_report

        write_file(report, render_report(evaluation, file.name))


def calibrate(
    ctx: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="Questions, some of which nothing answers."),
    ] = None,
    reset: Annotated[
        bool, typer.Option("--reset", help="Return to the built-in probabilities.")
    ] = False,
) -> None:
    """Fit the probabilities of answers to questions about your own articles.

    FILE is as for `eval`; its articles are those of the index, and the fit is stored with it.
    Questions that nothing answers ("quote": null) set the probability from which on a question
    counts as answered: at most 5 in 100 of them are.

    Examples:

    $ articlebot calibrate questions.jsonl
    $ articlebot calibrate --reset
    """
    from bot.answering.calibration import drop_calibration, save_calibration
    from bot.evaluation.evaluate import Plan

    session: Session = ctx.obj
    settings = session.settings()
    if reset == (file is not None):
        ctx.fail("Give FILE, or --reset.")
    if file is None:
        dropped = drop_calibration(settings.data)
        typer.echo("the built-in probabilities " + ("apply again" if dropped else "apply already"))
        return
    from bot.evaluation.calibrate import fit_calibration

    evaluation = _evaluate(file, Plan(in_index=True, calibrated=False), session)
    fitted = fit_calibration(evaluation.outcomes, settings)
    save_calibration(settings.data, fitted)
    typer.echo(
        f"fitted to {fitted.questions} questions: answered from a probability of"
        f" {fitted.threshold:.2f} (logit scaled by {fitted.scale:.2f}, shifted by"
        f" {fitted.shift:+.2f})"
    )


def _evaluate(file: Path, plan: "Plan", session: "Session") -> "Evaluation":
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    from bot.cli.progress import IndexProgress
    from bot.evaluation.evaluate import Watch, evaluate

    stderr = console(sys.stderr)
    asking = Progress(
        TextColumn("Asking"),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True),
        console=stderr,
        disable=not stderr.is_terminal,
        expand=True,
        transient=True,
    )
    task = asking.add_task("", total=None)
    with ExitStack() as shown:
        indexing = shown.enter_context(IndexProgress(stderr))

        def on_question(done: int, total: int) -> None:
            if done == 0:
                shown.close()
                shown.enter_context(asking)
            asking.update(task, completed=done, total=total)

        watch = Watch(indexing.show, on_question)
        return evaluate(file, plan, session.settings(), session.open_library, watch)


def _print(evaluation: "Evaluation", as_json: bool) -> None:
    from dataclasses import asdict

    from bot.evaluation.figures import compute_figures

    figures = compute_figures(evaluation.outcomes)
    if as_json:
        typer.echo(json.dumps(asdict(figures)))
    else:
        from bot.evaluation.report import print_figures

        print_figures(figures, console(sys.stdout))
