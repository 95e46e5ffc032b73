"""The Makefile around stand-ins for the programs that it starts."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

PROGRAM = """#!/bin/sh
printf '%s\\0' "$@" >>"$CALLS"
printf '\\n' >>"$CALLS"
[ "$1" != index ] || mkdir -p "$ARTICLEBOT_DATA"
[ "$1" != ask ] || exit "${CODE:-0}"
"""
PIP = """#!/bin/sh
# Says whether torch is there, and notes what pip is asked for.
case "$*" in
  *'m.version("torch")'*) [ -e "$TORCH_IS_THERE" ];;
  *--version*) ;;
  *--index-url*) echo "$*" >>"$CALLS"; [ -z "$INDEX_ANSWERS" ] || touch "$TORCH_IS_THERE";;
  *) echo "$*" >>"$CALLS"; cat .venv/constraints.txt >>"$CALLS"; exit "${CODE:-0}";;
esac
"""


def write_program(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")
    path.chmod(0o755)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder (its name has a space) that looks installed, with stand-ins in .venv/bin."""
    folder = tmp_path / "a clone"
    (folder / "seeds").mkdir(parents=True)
    (folder / "seeds" / "article.txt").write_text("An article.")
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder)
    binaries = folder / ".venv" / "bin"
    binaries.mkdir(parents=True)
    write_program(binaries / "articlebot", PROGRAM)
    write_program(binaries / "python", PIP)
    write_program(binaries / "uname", "#!/bin/sh\necho Linux\n")
    for stamp in (".installed", ".developed"):
        (folder / ".venv" / stamp).touch()
    return folder


def make(clone: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    # Only this: the flags of a make that runs these tests are not for the make that they run.
    kept = {"PATH": f"{clone / '.venv' / 'bin'}:{os.environ['PATH']}"}
    return subprocess.run(
        ["make", *arguments],
        cwd=clone,
        env=kept
        | {"CALLS": str(clone / "calls"), "TORCH_IS_THERE": str(clone / "torch")}
        | variables,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def asked(clone: Path) -> list[list[str]]:
    """Give the arguments of each call of articlebot."""
    calls = (clone / "calls").read_text("utf-8").split("\0\n")
    return [call.split("\0") for call in calls if call]


QUESTIONS = [
    "Who raised concerns?",
    "",
    "-",
    "--help",
    "It's \"quoted\" 'twice'",
    "costs $5 or $HOME or $$ or ${Q} or $(HOME)?",
    "$(shell touch harm) `touch harm` $(touch harm); touch harm & touch harm | touch harm",
    "#no comment, 100% \\ back\\slash \\",
    " spaces   inside ",
    "é ı 🙂 مرحبا",
    "two\nlines",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_reaches_the_program_as_it_was_typed(clone: Path, question: str) -> None:
    done = make(clone, "ask", f"Q={question}")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    # make itself takes the blanks at the start of a variable
    assert asked(clone)[-1] == ["ask", "--", question.lstrip(" ")]
    assert not (clone / "harm").exists()


def test_a_question_may_come_from_the_environment(clone: Path) -> None:
    make(clone, "ask", Q="costs $5 or $(HOME)?")
    assert asked(clone)[-1] == ["ask", "--", "costs $5 or $(HOME)?"]


def test_no_question_opens_the_prompt(clone: Path) -> None:
    assert make(clone, "ask").returncode == 0
    assert asked(clone)[-1] == ["ask"]


def test_the_index_is_built_once_and_again_when_a_seed_changes(clone: Path) -> None:
    for _ in range(2):
        make(clone, "ask", "Q=Why?")
    assert asked(clone) == [["index", "seeds"], ["ask", "--", "Why?"], ["ask", "--", "Why?"]]
    stamp = clone / ".articlebot" / ".seeds"
    os.utime(stamp, (0, 0))
    make(clone, "ask", "Q=Why?")
    assert asked(clone)[3:] == [["index", "seeds"], ["ask", "--", "Why?"]]


def test_the_data_directory_may_be_elsewhere(clone: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "my data"
    for _ in range(2):
        make(clone, "ask", "Q=Why?", ARTICLEBOT_DATA=str(elsewhere))
    assert [call[0] for call in asked(clone)] == ["index", "ask", "ask"]
    assert (elsewhere / ".seeds").exists()


def test_not_found_is_no_failure_of_make(clone: Path) -> None:
    done = make(clone, "ask", "Q=Why?", CODE="1")
    assert (done.returncode, done.stderr) == (0, "")


def test_other_failures_are(clone: Path) -> None:
    assert make(clone, "ask", "Q=Why?", CODE="3").returncode != 0


def test_help_lists_every_command(clone: Path) -> None:
    listed = {line.split()[1] for line in make(clone).stdout.splitlines()}
    phony = next(
        line for line in (ROOT / "Makefile").read_text().splitlines() if line.startswith(".PHONY:")
    )
    assert listed == set(phony.split()[1:])


def installed_with(clone: Path, **variables: str) -> str:
    """Install anew and give what pip was asked for, then the constraints it was given."""
    (clone / ".venv" / ".installed").unlink()
    done = make(clone, "ask", "Q=Why?", **variables)
    assert done.returncode == 0
    assert done.stderr.startswith("Installing articlebot into .venv")
    return (clone / "calls").read_text("utf-8")


def test_asking_installs_what_answering_needs_and_testing_adds_to_it(clone: Path) -> None:
    calls = installed_with(clone)
    assert "--editable .\n" in calls
    assert "dev" not in calls
    (clone / ".venv" / ".developed").unlink()
    done = make(clone, "test")
    added = (clone / "calls").read_text("utf-8").removeprefix(calls)
    assert "--editable .[dev]\n" in added
    assert "-m pytest" in added
    assert done.stderr.count("Installing") == 1, "what answering needs is there already"


def test_what_is_installed_is_completed_when_the_requirements_change(clone: Path) -> None:
    changed = (clone / ".venv" / ".installed").stat().st_mtime + 10
    os.utime(clone / "pyproject.toml", (changed, changed))
    assert make(clone, "lint", "BIN=.venv/bin", "PYTHON=/none").stderr.count("Installing") == 2


def test_torch_comes_from_its_own_index_when_that_answers(clone: Path) -> None:
    calls = installed_with(clone, INDEX_ANSWERS="yes")
    assert (
        "--retries 0 --timeout 5 --index-url https://download.pytorch.org/whl/cpu torch==" in calls
    )
    assert "\ntorch==" not in calls


def test_torch_is_what_the_constraints_find_otherwise(clone: Path) -> None:
    calls = installed_with(clone)
    assert "--index-url" in calls
    assert "\ntorch==2.13.0\n" in calls


def test_an_installed_torch_is_left_alone(clone: Path) -> None:
    (clone / "torch").touch()
    calls = installed_with(clone)
    assert "--index-url" not in calls
    assert "\ntorch==" not in calls


def test_a_failed_installation_shows_its_log_and_is_tried_again(clone: Path) -> None:
    (clone / ".venv" / ".installed").unlink()
    write_program(
        clone / ".venv" / "bin" / "python", PIP.replace("*) echo", "*) echo no disk >&2; echo")
    )
    for _ in range(2):
        done = make(clone, "ask", "Q=Why?", CODE="1")
        assert done.returncode != 0
        assert "no disk" in done.stderr


def test_a_missing_python_is_named(clone: Path) -> None:
    shutil.rmtree(clone / ".venv")
    done = make(clone, "ask", "Q=Why?", "PYTHON=")
    assert done.returncode != 0
    assert "articlebot needs Python 3.11 or later" in done.stderr
