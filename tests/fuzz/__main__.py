"""Read damaged files of every format until stopped, and tell what came of it: `make fuzz`."""

import argparse
import contextlib
import logging
import math
import time
from pathlib import Path

from tests.fuzz.campaign import Figures, run
from tests.fuzz.samples import all_formats

SHOWN_SECONDS = 300.0
FOLDER = Path(".cache/fuzz")


def main() -> int:
    """Run; a fault makes the exit code 1."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    names = [each.name for each in all_formats()]
    parser.add_argument("--minutes", type=float, default=math.inf, help="default: until Ctrl-C")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="default: the clock's")
    parser.add_argument("--format", choices=names, action="append", help="default: all of them")
    given = parser.parse_args()
    # Nobody wants to read what the libraries say of files that are meant to be damaged.
    logging.getLogger().addHandler(logging.NullHandler())
    wanted = [each for each in all_formats() if each.name in (given.format or names)]
    last, figures = time.monotonic(), Figures()

    def show(now: Figures) -> None:
        nonlocal last, figures
        figures = now
        if time.monotonic() - last > SHOWN_SECONDS:
            last = time.monotonic()
            print(f"{now.tell()}\n", flush=True)

    print(f"seed {given.seed}; inputs that show a fault are kept in {FOLDER}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        figures = run(wanted, given.seed, given.minutes * 60, keep=FOLDER, show=show)
    print(figures.tell(), flush=True)
    return int(bool(figures.faults))


if __name__ == "__main__":
    raise SystemExit(main())
