"""The curl lines of the pages, run as they stand against a server of the seed article."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.web.app import create_app
from index.library import Library
from tests.bot.serving import serving
from tests.pages import PAGES, ROOT, blocks, label, read

SCRIPTS = {
    page: "".join(lines)
    for page in PAGES
    if (lines := [block for block in blocks(page, "sh") if "curl " in block])
}


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl: apt-get install curl")
@pytest.mark.parametrize("page", SCRIPTS, ids=label)
def test_every_curl_line_works_as_it_stands(
    page: Path, seed_library: Library, tmp_path: Path
) -> None:
    with serving(create_app(seed_library, seed_library.settings)) as client:
        (tmp_path / ".curlrc").write_text(
            f"connect-to = 127.0.0.1:8000:127.0.0.1:{client.base_url.port}\n"
            "fail-with-body\nsilent\nshow-error\nmax-time = 20\nnoproxy = *\n"
        )
        client.get("/readyz")
        done = subprocess.run(
            ["bash", "-euxo", "pipefail", "-c", SCRIPTS[page]],
            cwd=ROOT,
            env={**os.environ, "CURL_HOME": str(tmp_path), "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-500:] + done.stderr[-1000:]
    assert [each.title for each in seed_library.articles()].count("The visit") == 0
    seed_library.article("turkey-s400")  # as the pages name it elsewhere: still just one
    said = [(each.question, each.verdict) for each in seed_library.records.feedback()]
    assert said == [("Who raised concerns?", "up")] * SCRIPTS[page].count("/v1/feedback ")


def test_every_operation_of_the_api_is_in_a_table(seed_library: Library) -> None:
    rows = re.findall(r"`([A-Z]+) (/[^`#]*)[`#]", "".join(map(read, PAGES)))
    listed = {(method, re.sub(r"\{.*?\}", "{}", path)) for method, path in rows}
    paths = create_app(seed_library, seed_library.settings).openapi()["paths"]
    there = {
        (method.upper(), re.sub(r"\{.*?\}", "{}", path))
        for path, methods in paths.items()
        for method in methods
    }
    assert listed - there == {("GET", "/articles/{}")}, "a page, which is no part of the API"
    assert not there - listed


def test_every_path_of_the_api_is_on_a_page(seed_library: Library) -> None:
    lines = "".join(SCRIPTS.values())
    paths = create_app(seed_library, seed_library.settings).openapi()["paths"]
    for path in paths:
        pattern = re.sub(r"\\\{[^}]*\}", r"[\\w$-]+", re.escape(path))
        assert re.search(rf"http://127\.0\.0\.1:8000{pattern}(?=\s|$|')", lines), path
