import hashlib
import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.answer import Answer, Query, ask
from bot.problems import MEDIA_TYPE
from bot.samples import SAMPLES
from bot.web import MAX_BODY, create_app, serve
from bot.web.articles import ArticleView
from bot.web.ask import KeptAnswer
from bot.web.chat import ChatCompletion
from bot.web.server import listen
from index.encode import Vectors
from index.errors import SettingsError
from index.library import Library
from index.settings import Settings
from tests.bot.serving import serving
from tests.bot.test_problems import problem_of
from tests.fakes import FakeEncoder

SEEDS = Path(__file__).parents[2] / "seeds"
QUESTION = "Who raised concerns among the NATO allies?"


def indexed(data: Path, encoder: FakeEncoder) -> Library:
    """Make a library of the seeds; its questions go through `encoder`."""
    Library(Settings(data=data), FakeEncoder()).index([SEEDS])
    return Library(Settings(data=data), encoder)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with indexed(tmp_path_factory.mktemp("library"), FakeEncoder()) as library:
        yield library


@pytest.fixture(scope="module")
def client(library: Library) -> Iterator[httpx.Client]:
    with serving(create_app(library, library.settings)) as client:
        yield client


def post(client: httpx.Client, content: bytes) -> httpx.Response:
    return client.post("/v1/ask", content=content, headers={"Content-Type": "application/json"})


def without_id(response: httpx.Response) -> dict[str, Any]:
    """Give an answer as the other interfaces do, which keep none."""
    answer: dict[str, Any] = response.json()
    assert answer.pop("id")
    return answer


def wait_until_ready(client: httpx.Client) -> httpx.Response:
    deadline = time.monotonic() + 10
    while (response := client.get("/readyz")).status_code != 200:
        assert time.monotonic() < deadline, response.text
        time.sleep(0.02)
    return response


# Answers


def test_answer_is_the_object_of_the_one_answer_path(
    client: httpx.Client, library: Library
) -> None:
    response = client.post("/v1/ask", json={"question": QUESTION, "top_k": 2})
    assert response.status_code == 200
    answer = Answer.model_validate(without_id(response))
    direct = ask(library, Query(question=QUESTION, top_k=2))
    same = {"took_ms": 0.0}
    assert answer.model_copy(update=same) == direct.model_copy(update=same)
    assert answer.passages or answer.closest


def test_citations_can_be_checked_over_http(client: httpx.Client) -> None:
    answer = client.post("/v1/ask", json={"question": QUESTION}).json()
    for passage in answer["passages"] + answer["closest"]:
        cited = passage["citation"]
        article = client.get(f"/v1/articles/{cited['article_id']}").json()
        assert article["text"][cited["start"] : cited["end"]] == cited["quote"]
        assert article["text"][passage["start"] : passage["end"]] == passage["text"]
        assert article["text_sha256"] == cited["text_sha256"]
        page = client.get(cited["link"].partition("#")[0])
        assert page.status_code == 200
        assert page.headers["content-type"].startswith("text/html")


def test_question_may_be_limited_to_an_article(client: httpx.Client) -> None:
    [article] = client.get("/v1/articles").json()["articles"]
    known = client.post("/v1/ask", json={"question": QUESTION, "article": article["id"]})
    unknown = client.post("/v1/ask", json={"question": QUESTION, "article": "none"})
    assert known.status_code == 200
    assert problem_of(unknown).type == "urn:articlebot:problem:unknown-article"
    assert unknown.status_code == 404


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"question": ""}', "empty"),
        (b'{"question": " \\n\\u00a0 "}', "empty"),
        (json.dumps({"question": "é" * 2001}).encode(), "2001 characters"),
        (b'{"question": "a\\u0000b"}', "not text"),
        (b'{"question": "a\\u001bb"}', "not text"),
        (b'{"question": "\\ud800"}', "not text"),
        (b'{"question": 7}', "question: Input should be a valid string"),
        (b'{"question": null}', "question: Input should be a valid string"),
        (b'{"question": ["a"]}', "question: Input should be a valid string"),
        (b"{}", "question: Field required"),
        (b"[]", "valid dictionary"),
        (b"", "Field required"),
        (b"{", "not valid JSON"),
        (b"null", "valid dictionary"),
        (b'{"question": "\xff"}', "not valid JSON in UTF-8"),
        (b"[" * 60_000, "not valid JSON"),
        (b'{"question": ' + b"9" * 5000 + b"}", "not valid JSON"),
        (b'{"question": "a", "top_k": 0}', "top_k: Input should be greater"),
        (b'{"question": "a", "top_k": 21}', "top_k: Input should be less"),
        (b'{"question": "a", "\\ud800": 1}', "surrogate"),
        (b'{"question": "a", "colour": 1}', "colour: Extra inputs are not permitted"),
    ],
)
def test_unusable_question_is_refused_with_the_reason(
    client: httpx.Client, content: bytes, reason: str
) -> None:
    response = post(client, content)
    assert response.status_code == 422
    assert reason in problem_of(response).detail


def test_longest_question_is_taken_however_it_is_escaped(client: httpx.Client) -> None:
    content = json.dumps({"question": "\U0001f680a" * 1000}).encode()
    assert b"\\ud83d" in content
    assert post(client, content).status_code == 200


_bodies = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(lambda text: json.dumps({"question": text}).encode()),
    st.text(st.characters(exclude_categories=[]), max_size=50).map(
        lambda text: json.dumps({"question": text, text: text}).encode()
    ),
    st.fixed_dictionaries(
        {"question": st.one_of(st.text(max_size=50), st.integers(), st.none())},
        optional={
            "top_k": st.one_of(st.integers(), st.floats(), st.text(max_size=5), st.booleans()),
            "article": st.one_of(st.text(max_size=20), st.integers()),
        },
    ).map(lambda body: json.dumps(body).encode()),
)


@given(_bodies)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_body_breaks_the_server(client: httpx.Client, content: bytes) -> None:
    response = post(client, content)
    if response.status_code == 200:
        Answer.model_validate(without_id(response))
    else:
        assert response.status_code in (404, 422)
        problem_of(response)


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_other_media_types_are_refused(client: httpx.Client, media_type: str) -> None:
    content = json.dumps({"question": QUESTION})
    headers = {"Content-Type": media_type} if media_type else {}
    response = client.post("/v1/ask", content=content, headers=headers)
    assert response.status_code == 415
    assert "application/json" in problem_of(response).detail


def test_body_over_the_limit_is_refused(client: httpx.Client) -> None:
    filler = b'{"question": "' + b"a" * 10 * MAX_BODY + b'"}'
    announced = post(client, filler)
    unannounced = client.post(
        "/v1/ask",
        content=(filler[at : at + 1000] for at in range(0, len(filler), 1000)),
        headers={"Content-Type": "application/json"},
    )
    for response in announced, unannounced:
        assert response.status_code == 413
        assert "64 kB" in problem_of(response).detail
    assert client.get("/healthz").status_code == 200


def test_refusal_of_a_large_body_reaches_a_client_that_is_still_sending(
    client: httpx.Client,
) -> None:
    half = b"a" * 4 * MAX_BODY
    with socket.create_connection(("127.0.0.1", client.base_url.port or 0), timeout=10) as sent:
        head = f"POST /v1/ask HTTP/1.1\r\nHost: x\r\nContent-Length: {2 * len(half)}\r\n\r\n"
        sent.sendall(head.encode() + half)
        time.sleep(0.2)
        sent.sendall(half)
        time.sleep(0.2)
        assert sent.recv(1000).startswith(b"HTTP/1.1 413 ")


# Articles


def test_articles_are_listed_and_read(client: httpx.Client, library: Library) -> None:
    [listed] = client.get("/v1/articles").json()["articles"]
    response = client.get(f"/v1/articles/{listed['id']}")
    article = response.json()
    parsed = library.article(listed["id"])
    assert article["text"] == parsed.article.text
    assert article["title"] == listed["title"] == parsed.article.title
    assert len(article["paragraphs"]) == len(parsed.paragraphs)
    assert {each["kind"] for each in article["paragraphs"]} == {"body", "furniture"}


def test_an_article_is_read_by_the_beginning_of_its_id(client: httpx.Client) -> None:
    [listed] = client.get("/v1/articles").json()["articles"]
    assert client.get("/v1/articles/turkey-s400").json()["id"] == listed["id"]
    assert client.get("/articles/turkey-s400").status_code == 200
    for path in "/v1/articles/none", "/articles/none":
        problem = problem_of(client.get(path))
        assert problem.type == "urn:articlebot:problem:unknown-article"
        assert problem.remedy == "GET /v1/articles lists their ids"
    client.delete("/v1/articles/turkey-s400")  # too easily the wrong one
    assert client.get(f"/v1/articles/{listed['id']}").status_code == 200


def test_unchanged_article_is_not_sent_again(client: httpx.Client) -> None:
    [listed] = client.get("/v1/articles").json()["articles"]
    address = f"/v1/articles/{listed['id']}"
    etag = client.get(address).headers["etag"]
    for known in etag, f'"other", W/{etag}', "*":
        response = client.get(address, headers={"If-None-Match": known})
        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["etag"] == etag
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


# Errors, headers, document


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/v1/ask/", 404),
        ("GET", "/v1/articles/none", 404),
        ("GET", "/v1/articles/%00%ff%0a", 404),
        ("GET", "/articles/none", 404),
        ("GET", "/static/none.js", 404),
        ("GET", "/static/../web.py", 404),
        ("GET", "/static/%2e%2e/web.py", 404),
        ("GET", "/slack/events", 404),
        ("GET", "/v1/ask", 405),
        ("PUT", "/v1/articles", 405),
        ("POST", "/static/reader.js", 405),
    ],
)
def test_routing_errors_are_problems(
    client: httpx.Client, method: str, path: str, status: int
) -> None:
    response = client.request(method, path)
    assert response.status_code == status
    remedy = problem_of(response).remedy or ""
    assert ("Allow" in remedy) == ("allow" in response.headers)


def test_every_response_has_an_id_of_its_own_and_safe_headers(client: httpx.Client) -> None:
    responses = [client.get("/healthz"), client.get("/nothing"), client.post("/v1/ask")]
    assert len({response.headers["x-request-id"] for response in responses}) == 3
    for response in responses:
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in response.headers["content-security-policy"]


def test_refused_method_names_those_allowed(client: httpx.Client) -> None:
    assert client.get("/v1/ask").headers["allow"] == "POST"


def test_log_names_the_request_but_not_the_question(
    client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        client.post("/v1/ask", json={"question": "zebra?"})
        client.get("/nothing%0aforged?zebra=1")
        client.get("/healthz")  # by now the lines of the two before are written
    lines = [record.getMessage() for record in caplog.records if record.name == "bot.middleware"]
    assert any(line.startswith("POST /v1/ask 200 ") for line in lines)
    assert any(line.startswith("GET /nothing%0Aforged 404 ") for line in lines)
    assert "zebra" not in "".join(lines)


def test_document_is_complete(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {
        "/v1/answers/{answer_id}",
        "/v1/ask",
        "/v1/ask/batch",
        "/v1/articles",
        "/v1/chat/completions",
        "/v1/conversations/{name}",
        "/v1/jobs/{job_id}",
        "/v1/jobs/{job_id}/events",
        "/v1/models",
        "/v1/articles/{article_id}",
        "/v1/feedback",
        "/v1/search",
        "/healthz",
        "/metrics",
        "/readyz",
    }
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["description"]
            for status, response in operation["responses"].items():
                if status >= "400":
                    body = response["content"][MEDIA_TYPE]
                    assert list(response["content"]) == [MEDIA_TYPE]
                    assert body["schema"] == {"$ref": "#/components/schemas/Problem"}
                    assert body["example"]["status"] == int(status)
    for reference in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)):
        assert reference in document["components"]["schemas"]
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_examples_of_the_document_are_as_the_server_answers(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    operation = document["paths"]["/v1/ask"]["post"]
    examples: dict[str, Any] = operation["requestBody"]["content"]["application/json"]["examples"]
    for example in examples.values():
        assert client.post("/v1/ask", json=example["value"]).status_code == 200
    [listed] = client.get("/v1/articles").json()["articles"]
    given = client.get(f"/v1/articles/{listed['id']}").json()
    for passage in KeptAnswer.model_validate(SAMPLES["KeptAnswer"]).passages:
        cited = passage.citation
        assert given["text"][cited.start : cited.end] == cited.quote
        assert given["text"][passage.start : passage.end] == passage.text
        assert given["text_sha256"] == cited.text_sha256
    [choice] = ChatCompletion.model_validate(SAMPLES["ChatCompletion"]).choices
    [note] = choice.message.annotations
    place = note.url_citation
    assert choice.message.content[place.start_index : place.end_index] == "[1]"
    article = ArticleView.model_validate(SAMPLES["ArticleView"])
    assert article.text_sha256 == hashlib.sha256(article.text.encode()).hexdigest()
    assert [(each.start, each.end) for each in article.paragraphs] == [(0, len(article.text))]


def test_every_response_has_an_example_that_fits_its_schema(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    examples = 0
    for path in document["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                assert response["headers"]["X-Request-ID"]
                for media_type, body in response.get("content", {}).items():
                    examples += 1
                    if "json" not in media_type:
                        assert body["example"]
                        continue
                    schema = body["schema"] | {"components": document["components"]}
                    jsonschema_rs.validate(schema, body["example"])
                    known = document["components"]["schemas"][body["schema"]["$ref"].split("/")[-1]]
                    if status < "400":  # nothing is left out, and nothing made up
                        assert set(body["example"]) == set(known["properties"])
    assert examples > 100


# Readiness


class HeldEncoder(FakeEncoder):
    """Encodes nothing before `release` is set; `waiting` counts those who wait."""

    def __init__(self) -> None:
        self.release = threading.Event()
        self.waiting = threading.Semaphore(0)

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.waiting.release()
        assert self.release.wait(15)
        return super().encode(texts)


class SlowLibrary(Library):
    """A library that warms up once `release` is set."""

    release: threading.Event

    def warm(self) -> None:
        assert self.release.wait(15)
        super().warm()


def test_ready_only_once_warm(tmp_path: Path) -> None:
    indexed(tmp_path, FakeEncoder())
    library = SlowLibrary(Settings(data=tmp_path), FakeEncoder())
    library.release = threading.Event()
    with serving(create_app(library, library.settings)) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        starting = client.get("/readyz")
        library.release.set()
        ready = wait_until_ready(client)
    assert starting.status_code == 503
    assert "being loaded" in problem_of(starting).detail
    assert ready.json()["index"]["articles"] == 1


def test_empty_library_is_not_ready(tmp_path: Path) -> None:
    library = Library(Settings(data=tmp_path / "data"), FakeEncoder())
    with serving(create_app(library, library.settings)) as client:
        time.sleep(0.1)
        ready = client.get("/readyz")
        asked = client.post("/v1/ask", json={"question": QUESTION})
        assert client.get("/v1/articles").json() == {"articles": []}
        assert client.get("/healthz").status_code == 200
    for response in ready, asked:
        assert response.status_code == 503
        problem = problem_of(response)
        assert problem.type == "urn:articlebot:problem:empty-library"
        assert "articlebot index" in (problem.remedy or "")
        assert str(tmp_path) not in response.text


# Slack


def test_slack_joins_when_its_tokens_are_set(library: Library) -> None:
    slack = Settings(
        data=library.settings.data,
        SLACK_BOT_TOKEN="xoxb-1",  # type: ignore[call-arg]
        SLACK_SIGNING_SECRET="s3cret",
    )
    with serving(create_app(library, slack)) as client:
        small = client.post("/slack/events", content=b"{}")
        large = client.post("/slack/events", content=b" " * (MAX_BODY + 1))
        assert client.get("/healthz").status_code == 200
    for response in small, large:
        assert response.status_code == 401
        assert "not signed by Slack" in problem_of(response).detail


# Concurrency and shutdown


def test_questions_are_answered_side_by_side(tmp_path: Path) -> None:
    encoder = HeldEncoder()
    library = indexed(tmp_path, encoder)
    with (
        serving(create_app(library, library.settings)) as client,
        ThreadPoolExecutor(8) as pool,
    ):
        wait_until_ready(client)
        asked = [
            pool.submit(client.post, "/v1/ask", json={"question": f"{QUESTION} {number}"})
            for number in range(8)
        ]
        try:
            for _ in asked:  # all of them are at work at the same time
                assert encoder.waiting.acquire(timeout=10)
            assert client.get("/healthz").status_code == 200
            assert client.get("/readyz").status_code == 200
        finally:
            encoder.release.set()
        answers = [each.result().json() for each in asked]
    assert [each["question"] for each in answers] == [f"{QUESTION} {n}" for n in range(8)]


SLOW_SERVER = """
import sys, time
from pathlib import Path
from bot.web import create_app, run_app
from index.library import Library
from index.settings import Settings
from tests.fakes import FakeEncoder

class SlowEncoder(FakeEncoder):
    def encode(self, texts):
        if "allies" in texts[0]:  # the question of the test
            print("encoding", flush=True)
            time.sleep(0.7)
        return super().encode(texts)

class TellingLibrary(Library):
    def close(self):
        super().close()
        print("closed", flush=True)

settings = Settings(data=Path(sys.argv[1]))
with TellingLibrary.open(settings, encoder=SlowEncoder()) as library:
    run_app(create_app(library, settings), settings, "127.0.0.1", 0)
"""


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_requests_under_way_finish_before_the_server_stops(
    tmp_path: Path, stop: signal.Signals
) -> None:
    indexed(tmp_path, FakeEncoder())
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW_SERVER, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=SEEDS.parent,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        address = re.search(r"http://127\.0\.0\.1:(\d+)", process.stderr.readline())
        assert address
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(
                httpx.post,
                f"{address[0]}/v1/ask",
                json={"question": QUESTION},
                timeout=20,
                trust_env=False,
            )
            assert process.stdout.readline() == "encoding\n"
            process.send_signal(stop)
            response = asked.result()
        output, log = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait()
    assert response.status_code == 200
    assert response.json()["index"]["articles"] == 1
    assert output == "closed\n"
    assert process.returncode == 0
    assert "Traceback" not in log
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", int(address[1])))


def test_the_body_of_an_answer_does_not_wait_for_the_receipt_of_its_head() -> None:
    with (
        listen("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as connection,
    ):
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_address_in_use_is_told_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"127\.0\.0\.1:{port}: .* choose another"):
            serve(Settings(data=tmp_path), "127.0.0.1", port)
    with pytest.raises(SettingsError, match="choose another"):
        serve(Settings(data=tmp_path), "127.0.0.1", 70_000)
