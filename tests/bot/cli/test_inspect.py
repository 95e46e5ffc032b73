"""What would be read, and what was: kinds, warnings and what is known, on the command line."""

from pathlib import Path

from index.reading.formats.names import FORMATS
from tests.bot.cli.program import Run
from tests.index.reading.formats.made import paragraph, word_body, workbook

LETTER = word_body(
    paragraph("The ferry", style="Heading1") + paragraph("It sails at nine."),
    parts={"comments": '<w:comment w:id="1"/>'},
)


def test_inspecting_shows_the_kinds_and_stores_nothing(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "letter.docx"
    file.write_bytes(LETTER)
    shown = run("inspect", str(file))
    assert shown.exit_code == 0
    lines = shown.stdout.splitlines()
    assert lines[0] == "The ferry"
    assert "warning    1 comment left out" in lines
    assert "1 sentence; 1 heading, 1 body" in lines
    assert [" ".join(line.split()) for line in lines[-2:]] == [
        *("1 heading 1 The ferry", "2 body It sails at nine.")
    ]
    assert "no articles yet" in run("articles").stderr
    folder = run("inspect", str(tmp_path))
    assert folder.stdout == shown.stdout
    missing = run("inspect", str(tmp_path / "none"))
    assert missing.exit_code == 3
    assert "failed: no such file" in missing.stderr
    assert run("inspect", "-", stdin="One came.\x1b[2J").stdout.splitlines()[-1].endswith("␛[2J")


def test_what_was_left_out_is_told_and_kept(run: Run, tmp_path: Path) -> None:
    (tmp_path / "letter.docx").write_bytes(LETTER)
    (tmp_path / "tolls.xlsx").write_bytes(workbook())
    indexed = run("index", str(tmp_path / "letter.docx"), str(tmp_path / "tolls.xlsx"))
    told = [line for line in indexed.stderr.splitlines() if "left out" in line]
    assert [line.rpartition("/")[2] for line in told] == [
        "letter.docx: 1 comment left out",
        "tolls.xlsx: 1 comment left out",
        "tolls.xlsx: 1 hidden sheet left out",
    ]
    assert "left out" not in run("index", str(tmp_path / "letter.docx")).stderr
    shown = run("show", "letter", "--kinds").stdout
    assert "1 comment left out" in shown
    assert "heading 1" in shown
    assert "heading 1" not in run("show", "letter").stdout


def test_the_help_names_every_format(run: Run) -> None:
    shown = " ".join(run("index", "--help").stdout.split())
    assert all(name in shown for name in FORMATS)
