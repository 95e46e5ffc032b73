"""The table of jobs: sources that are waiting to be indexed, by whichever process takes them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from pydantic import TypeAdapter

from index.build import IndexReport
from index.errors import SourceError
from index.reading.read import Reading
from index.stores.postgres.schema import Connection
from index.stores.postgres.writing import RUNS

ATTEMPTS = 3
"""How often a job is begun: a source that ends each process which reads it is given up."""
KEPT = timedelta(days=7)
"""How long the outcome of a job is kept."""
_READING = TypeAdapter(Reading)


@dataclass(frozen=True, slots=True)
class Job:
    """A source to index."""

    id: int
    source: str
    """An absolute path, or a URL."""
    reading: Reading


def add_jobs(connection: Connection, batch: str, sources: Sequence[str], reading: Reading) -> None:
    """Let sources wait, in this order; forget what ended long ago."""
    how = _READING.dump_json(reading).decode()
    with connection.transaction():
        connection.execute("DELETE FROM job WHERE ended < now() - %s", (KEPT,))
        with (
            connection.cursor() as cursor,
            cursor.copy("COPY job (batch, source, reading) FROM STDIN") as copy,
        ):
            for source in sources:
                copy.write_row((batch, json.dumps(source), how))


def claim(connection: Connection, run: int) -> Job | None:
    """Take the first job that waits, or that a run has left which has ended.

    Of any number that claim at once, no two get the same.
    """
    row = connection.execute(
        "UPDATE job SET run = %(run)s, attempts = attempts + 1 WHERE id = (SELECT id FROM job"
        " WHERE ended IS NULL AND (run IS NULL OR pg_try_advisory_xact_lock(%(runs)s, run))"
        " AND run IS DISTINCT FROM %(run)s AND attempts < %(attempts)s"
        " ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id, source, reading",
        {"run": run, "runs": RUNS, "attempts": ATTEMPTS},
    ).fetchone()
    if row is None:
        return None
    id_, source, reading = cast(tuple[int, str, Mapping[str, Any]], row)
    return Job(id_, source, _READING.validate_python(reading))


def give_up_hopeless(connection: Connection) -> None:
    """End the jobs that have ended each process which began them."""
    what = SourceError("it ended the process that read it", f"tried {ATTEMPTS} times")
    outcome = _dump(IndexReport(0, 0, 0, 0, (what,)))
    connection.execute(
        "UPDATE job SET ended = now(), outcome = %(outcome)s WHERE id IN (SELECT id FROM job"
        " WHERE ended IS NULL AND attempts >= %(attempts)s"
        " AND pg_try_advisory_xact_lock(%(runs)s, run) FOR UPDATE SKIP LOCKED)",
        {"outcome": outcome, "runs": RUNS, "attempts": ATTEMPTS},
    )


def finish(connection: Connection, job: Job, report: IndexReport) -> None:
    """Note that a job has ended, and what it did."""
    connection.execute(
        "UPDATE job SET ended = now(), outcome = %s WHERE id = %s", (_dump(report), job.id)
    )


def withdraw(connection: Connection, batch: str) -> None:
    """Let the jobs of a batch wait no longer."""
    connection.execute("DELETE FROM job WHERE batch = %s AND ended IS NULL", (batch,))


def count_open(connection: Connection, batch: str | None = None) -> int:
    """Count the jobs that have not ended, of one batch or of all."""
    row = connection.execute(
        "SELECT count(*) FROM job WHERE ended IS NULL AND (%s::text IS NULL OR batch = %s)",
        (batch, batch),
    ).fetchone()
    assert row is not None, "an aggregate gives one row"
    return cast(int, row[0])


def read_report(connection: Connection, batch: str) -> IndexReport:
    """Give what the jobs of a batch have done so far."""
    found = connection.execute(
        "SELECT source, outcome FROM job WHERE batch = %s AND ended IS NOT NULL ORDER BY id",
        (batch,),
    ).fetchall()
    outcomes = cast(list[tuple[str, Mapping[str, Any]]], found)
    failed = [
        SourceError(what if source in what else f"{source}: {what}", remedy)
        for source, outcome in outcomes
        for what, remedy in outcome["failed"]
    ]
    added, changed, unchanged, sentences = (
        sum(outcome[name] for _, outcome in outcomes)
        for name in ("added", "changed", "unchanged", "sentences")
    )
    warnings = tuple(
        (source, warning) for _, outcome in outcomes for source, warning in outcome["warnings"]
    )
    return IndexReport(added, changed, unchanged, sentences, tuple(failed), warnings=warnings)


def _dump(report: IndexReport) -> str:
    return json.dumps(
        {
            "added": report.added,
            "changed": report.changed,
            "unchanged": report.unchanged,
            "sentences": report.sentences,
            "failed": [[error.what, error.remedy] for error in report.failed],
            "warnings": report.warnings,
        }
    )
