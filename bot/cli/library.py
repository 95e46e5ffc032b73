"""The commands about the articles: add, list, show, remove, export, import."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.outcome import FAILED, INTERRUPTED, complain
from bot.cli.session import (
    JsonOption,
    Session,
    check_name,
    console,
    open_library,
    print_json,
    read_day,
    read_input,
    tell_outdated,
)
from index.errors import UsageError

if TYPE_CHECKING:
    from bot.cli.progress import IndexProgress
    from index.build import IndexReport, OnProgress
    from index.library import Library
    from index.reading.formats.document import Metadata
    from index.reading.read import Reading, Source

IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="The article's id, or the beginning of just one.")
]
SHOWN_KINDS = 5
SHOWN_WARNINGS = 20


def index(
    ctx: typer.Context,
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SOURCE", help='Files, folders, URLs; "-": one article from standard input.'
        ),
    ] = None,
    glob: Annotated[
        str | None, typer.Option("--glob", metavar="PATTERN", help="Which files of folders.")
    ] = None,
    prune: Annotated[
        bool, typer.Option("--prune", help="Remove articles that are gone from the folders.")
    ] = False,
    title: Annotated[str | None, typer.Option("--title", help="Of the one article.")] = None,
    author: Annotated[str | None, typer.Option("--author", help="Of all of them.")] = None,
    published: Annotated[
        str | None, typer.Option("--published", metavar="DATE", help="Of all of them.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", help="Where it appeared: a URL or a name.")
    ] = None,
    language: Annotated[str | None, typer.Option("--language", help="Such as en.")] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Also pages that seem to hold no article.")
    ] = False,
    follow: Annotated[
        bool, typer.Option("--follow", help="Fetch the pages that a feed has only teasers of.")
    ] = False,
    follow_links: Annotated[
        bool, typer.Option("--follow-links", help="Read what links in folders lead to elsewhere.")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, max=64, help="Processes, into a PostgreSQL database."),
    ] = None,
) -> None:
    """Add articles; what has not changed is passed over.

    Told by their content, else by their names: plain text, Markdown, reStructuredText, HTML, PDF,
    Word (DOCX), PowerPoint (PPTX), Excel (XLSX), OpenDocument (ODT, ODS, ODP), CSV and TSV, EPUB,
    mail (EML, MBOX), subtitles (VTT, SRT), RSS and Atom, JSON Lines, and ZIP of these.

    Examples:

    $ articlebot index seeds
    $ articlebot index news/ --glob "*.html" --prune
    $ articlebot index report.pdf --published 2017-07-28 --source Anadolu
    $ articlebot index https://example.org/visit
    """
    from index.reading.read import Reading

    about = _read_about(title, author, published, source, language)
    if not sources and workers is None:
        ctx.fail("Missing argument 'SOURCE...'.")
    sources = sources or []
    if title and (len(sources) > 1 or Path(sources[0]).is_dir()):
        raise UsageError("--title is that of one article", "index the articles one by one")
    reading = Reading(about, glob, follow_links, force=force, follow=follow)
    given = [find_source(each) for each in sources]
    if workers is None:
        report = _run(ctx, lambda library, show: library.index(given, show, reading, prune=prune))
    else:
        report = _run_workers(ctx, given, reading, workers, prune=prune)
    for failure in report.failed:
        say(f"failed: {failure}")
    if report.passed_over:
        kinds = ", ".join(f"{count} {kind}" for kind, count in report.passed_over[:SHOWN_KINDS])
        others = sum(count for _, count in report.passed_over[SHOWN_KINDS:])
        rest = f", {others} others" if others else ""
        say(f"passed over, as no articles by their names: {kinds}{rest} (--glob chooses files)")
    _tell_warnings(report)
    _print_report(report)
    if report.failed:
        raise typer.Exit(FAILED)


def articles(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """List the indexed articles.

    A table on a terminal, tab-separated lines in a pipe.

    Examples:

    $ articlebot articles
    $ articlebot articles --json
    """
    from dataclasses import asdict

    from bot.cli.render import print_articles

    with open_library(ctx) as library:
        found = library.articles()
    if as_json:
        rows = [asdict(article) for article in found]
        print_json(json.dumps(rows, indent=2, ensure_ascii=False, default=str))
    elif found:
        print_articles(found, console(sys.stdout))
    else:
        complain("no articles yet: run `articlebot index PATH`")


def show(
    ctx: typer.Context,
    article: IdArgument,
    kinds: Annotated[
        bool, typer.Option("--kinds", help="Say of each paragraph what it is: heading, table …")
    ] = False,
) -> None:
    """Show an article with the numbers of its paragraphs.

    What surrounds the story (navigation, tags, advertising) is dimmed and has a dash.

    Examples:

    $ articlebot show turkey-s400
    $ articlebot show turkey-s400 --kinds
    """
    from bot.cli.kinds import print_kinds
    from bot.cli.render import print_article

    with open_library(ctx) as library:
        print_ = print_kinds if kinds else print_article
        print_(library.article(article), console(sys.stdout))


def remove(
    ctx: typer.Context,
    ids: Annotated[
        list[str], typer.Argument(metavar="ID", help="Ids, as `articlebot articles` lists them.")
    ],
) -> None:
    """Remove articles.

    Example:

    $ articlebot remove turkey-s400-1a2b3c
    """
    with open_library(ctx) as library:
        library.remove(ids)
    typer.echo(f"{len(set(ids))} removed")


def export_library(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="To write, such as all.jsonl.gz.")],
) -> None:
    """Write everything to one file: articles with their vectors, and feedback.

    Example:

    $ articlebot export all.jsonl.gz
    """
    check_name(file, "all.jsonl.gz")
    with open_library(ctx) as library:
        exported = library.export(file)
    typer.echo(f"{exported.articles} articles exported, {exported.feedback} opinions on answers")


def import_library(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="From `articlebot export`.")],
) -> None:
    """Add what an exported file holds; an article replaces what has its id.

    Example:

    $ articlebot import all.jsonl.gz
    """
    _print_report(_run(ctx, lambda library, show: library.restore(file, show)))


def _run_workers(
    ctx: typer.Context, sources: "list[Source]", reading: "Reading", workers: int, *, prune: bool
) -> "IndexReport":
    """Let several processes index into a database."""
    from index.stores.choice import open_server

    settings = ctx.ensure_object(Session).settings()
    open_server(settings)  # or an error that says what is missing
    if prune:
        raise UsageError("--prune does not go with --workers", "run it without them afterwards")
    from index.stores.postgres.bulk import index_in_parallel

    with _going_on("files are indexed") as bar:
        return index_in_parallel(settings, sources, reading, workers, bar.show)


def _run(ctx: typer.Context, work: "Callable[[Library, OnProgress], IndexReport]") -> "IndexReport":
    # None of them is searched before all are there.
    with open_library(ctx) as library:
        with _going_on("articles are read") as bar:
            report = work(library, bar.show)
        tell_outdated(library)
        return report


@contextmanager
def _going_on(done: str) -> "Iterator[IndexProgress]":
    """Show a bar over long work; what Ctrl-C leaves is gone on with the next time."""
    from bot.cli.progress import IndexProgress

    bar = IndexProgress(console(sys.stderr))
    try:
        with bar:
            yield bar
    except KeyboardInterrupt:
        complain(bar.how_to_go_on(done))
        raise typer.Exit(INTERRUPTED) from None


def _tell_warnings(report: "IndexReport") -> None:
    """Say what was left out of which article, or looks wrong in it."""
    for source, warning in report.warnings[:SHOWN_WARNINGS]:
        say(f"{source}: {warning}")
    others = len(report.warnings) - SHOWN_WARNINGS
    if others > 0:
        say(f"and {others} more: `articlebot show ID --kinds` tells those of an article")


def _print_report(report: "IndexReport") -> None:
    counts = f"{report.added} added, {report.changed} changed, {report.unchanged} unchanged"
    removed = f", {report.removed} removed" if report.removed else ""
    failed = f"{len(report.failed)} failed"
    typer.echo(f"{counts}{removed}, {failed} ({report.sentences} sentences)")


def say(line: str) -> None:
    """Say one line on standard error; what it quotes cannot act on the terminal."""
    from bot.wording import one_line

    console(sys.stderr).print(one_line(line), soft_wrap=True)


def find_source(given: str) -> "Source":
    """Give what an argument means: standard input, a URL, or a path."""
    from index.article import is_url
    from index.reading.read import LARGEST_FILE, Blob

    if given == "-":
        return Blob("standard input", read_input(LARGEST_FILE, "the article"))
    return given if is_url(given) else Path(given)


def _read_about(
    title: str | None,
    author: str | None,
    published: str | None,
    source: str | None,
    language: str | None,
) -> "Metadata":
    from index.reading.formats.document import Metadata

    return Metadata(title, author, read_day(published) if published else None, source, language)
