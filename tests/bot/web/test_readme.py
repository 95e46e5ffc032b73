"""The README's curl lines, run as they stand against a server of the seed article."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.web.app import create_app
from index.library import Library
from tests.bot.serving import serving

ROOT = Path(__file__).parents[3]
BLOCKS = [
    block
    for block in re.findall(
        r"^```sh\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    if "curl " in block
]


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl: apt-get install curl")
def test_every_curl_line_works_as_it_stands(seed_library: Library, tmp_path: Path) -> None:
    with serving(create_app(seed_library, seed_library.settings)) as client:
        (tmp_path / ".curlrc").write_text(
            f"connect-to = 127.0.0.1:8000:127.0.0.1:{client.base_url.port}\n"
            "fail-with-body\nsilent\nshow-error\nmax-time = 20\nnoproxy = *\n"
        )
        client.get("/readyz")
        done = subprocess.run(
            ["bash", "-euxo", "pipefail", "-c", "".join(BLOCKS)],
            cwd=ROOT,
            env={**os.environ, "CURL_HOME": str(tmp_path), "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-500:] + done.stderr[-1000:]
    assert [each.title for each in seed_library.articles()].count("The visit") == 0
    seed_library.article("turkey-s400")  # as README names it elsewhere: still just one
    [feedback] = seed_library.records.feedback()
    assert (feedback.question, feedback.verdict) == ("Who raised concerns?", "up")


def test_every_path_of_the_api_is_in_the_readme(seed_library: Library) -> None:
    readme = "".join(BLOCKS)
    paths = create_app(seed_library, seed_library.settings).openapi()["paths"]
    for path in paths:
        pattern = re.sub(r"\\\{[^}]*\}", r"[\\w$-]+", re.escape(path))
        assert re.search(rf"http://127\.0\.0\.1:8000{pattern}(?=\s|$|')", readme), path
