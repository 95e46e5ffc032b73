"""The whole OpenAPI document against a running server, by schemathesis."""

import shutil
import subprocess
import sys
from pathlib import Path

from bot.web.keys import make_key
from tests.bot.web.conftest import BRIDGE, open_site

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
# A schema cannot say that a question has words, or that a file can be read: 422 tells the reason.
CONFIG = """\
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "422", "429", "5xx"]
"""


def test_schemathesis_finds_no_failure(tmp_path: Path) -> None:
    key = make_key("write")
    (tmp_path / "schemathesis.toml").write_text(CONFIG)
    with open_site(tmp_path / "data", BRIDGE, api_keys=key.entry) as site:
        done = subprocess.run(
            [
                shutil.which("schemathesis") or str(SCHEMATHESIS),
                f"--config-file={tmp_path / 'schemathesis.toml'}",
                "run",
                f"{site.address}/openapi.json",
                f"--header=Authorization: Bearer {key.key}",
                "--phases=examples,coverage,fuzzing",
                "--checks=all",
                "--max-examples=15",
                "--seed=1",
                "--continue-on-failure",
                "--no-color",
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout
    assert "Tested: 18" in done.stdout
