"""Batches, hits, and what is remembered."""

import json
import logging
import re
from pathlib import Path

import pytest

from bot.slack.query import name_conversation
from index.errors import LibraryError
from tests.bot.serving import problem_of
from tests.bot.web.conftest import ASKED, BRIDGE, Site, open_site


def test_an_answer_is_read_as_it_was_given(site: Site) -> None:
    given = site.client.post("/v1/ask", json={"question": ASKED}).json()
    site.client.delete("/v1/articles/bridge")
    assert site.client.get(f"/v1/answers/{given['id']}").json() == given
    unusable = problem_of(site.client.get("/v1/answers/no.ne"))
    assert unusable.status == 422
    assert unusable.detail.startswith("answer_id: it is no id: those have letters, digits")


def test_what_is_unknown_is_told_with_the_reason_that_there_may_be(tmp_path: Path) -> None:
    with open_site(tmp_path / "data", BRIDGE, conversation_hours=5) as site:
        answer = problem_of(site.client.get("/v1/answers/none"))
        verdict = {"answer_id": "none", "verdict": "up"}
        judged = problem_of(site.client.post("/v1/feedback", json=verdict))
        tea = problem_of(site.client.delete("/v1/conversations/tea"))
        job = problem_of(site.client.get("/v1/jobs/none"))
        watched = problem_of(site.client.get("/v1/jobs/none/events"))
        shown = site.client.get("/answers/none")
    assert answer.detail == "there is no answer 'none'"
    assert "90 days" in str(answer.remedy)
    assert tea.detail == "there is no conversation 'tea'"
    assert "5 hours" in str(tea.remedy)
    assert job.detail == "there is no job 'none'"
    assert "until the server starts anew" in str(job.remedy)
    assert (judged, watched) == (answer, job)
    for problem, kind in (answer, "answer"), (tea, "conversation"), (job, "job"):
        assert (problem.status, problem.type) == (404, f"urn:articlebot:problem:unknown-{kind}")
    # An old link is followed by people: it leads to the page.
    assert (shown.status_code, "There is no answer" in shown.text) == (404, True)
    assert shown.headers["content-type"].startswith("text/html")


def test_an_answer_that_cannot_be_kept_is_given_all_the_same(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise LibraryError("the disk is full")

    monkeypatch.setattr(site.library.records, "keep_answer", fail)
    answer = site.client.post("/v1/ask", json={"question": ASKED}).json()
    assert answer["found"]
    assert answer["id"] is None
    assert "the disk is full" in caplog.text


def test_feedback_is_kept_with_the_places_that_it_is_about(site: Site) -> None:
    given = site.client.post("/v1/ask", json={"question": ASKED}).json()
    verdict = {"answer_id": given["id"], "verdict": "down", "comment": "Which?"}
    assert site.client.post("/v1/feedback", json=verdict).status_code == 204
    [kept] = site.library.records.feedback()
    cited = [passage["citation"] for passage in given["passages"]]
    assert kept.spans == tuple((c["article_id"], c["start"], c["end"]) for c in cited)
    assert (kept.question, kept.verdict, kept.comment) == (ASKED, "down", "Which?")
    assert kept.fingerprint == given["index"]["fingerprint"]


def test_a_batch_is_answered_in_order_and_errors_hold_nothing_up(site: Site) -> None:
    questions = [{"question": ASKED}, {"question": " "}, {"question": ASKED, "article": "none"}]
    items = site.client.post("/v1/ask/batch", json={"questions": questions}).json()["answers"]
    assert items[0]["answer"]["found"]
    assert items[0]["problem"] is None
    assert items[1] == {"status": 422, "answer": None, "problem": items[1]["problem"]}
    assert "empty" in items[1]["problem"]["detail"]
    assert "no article 'none'" in items[2]["problem"]["detail"]
    too_many = {"questions": [{"question": "a"}] * 101}
    none: dict[str, list[object]] = {"questions": []}
    for body in none, too_many:
        assert problem_of(site.client.post("/v1/ask/batch", json=body)).status == 422


def test_hits_come_with_all_their_scores(site: Site) -> None:
    hits = site.client.post("/v1/search", json={"question": ASKED, "k": 3}).json()["hits"]
    text = BRIDGE.text
    assert [hit["rank"] for hit in hits] == [1, 2, 3]
    for hit in hits:
        assert text[hit["start"] : hit["end"]] == hit["quote"]
        assert {"dense", "lexical", "fused"} <= set(hit["scores"])
    fused = [hit["scores"]["fused"] for hit in hits]
    assert fused == sorted(fused, reverse=True)
    limited = site.client.post("/v1/search", json={"question": ASKED, "since": "2020-01-01"})
    assert problem_of(limited).status == 422


def test_a_thread_in_slack_is_no_conversation_of_others(site: Site) -> None:
    name = name_conversation({"channel": "C1", "ts": "1.1"}, "T1")
    body = {"question": "Why?", "conversation": name}
    refused = problem_of(site.client.post("/v1/ask", json=body))
    assert refused.status == 422
    assert "those in Slack" in str(refused.detail)
    [item] = site.client.post("/v1/ask/batch", json={"questions": [body]}).json()["answers"]
    assert "those in Slack" in str(item)


def test_a_conversation_is_followed_up_and_forgotten(site: Site) -> None:
    tea = {"conversation": "tea"}
    follow_up = {"question": "Where does she work?"} | tea
    site.client.post("/v1/ask", json={"question": "What did Maria Lopez say?"} | tea)
    answer = site.client.post("/v1/ask", json=follow_up).json()
    assert re.fullmatch("Where does (Maria )?Lopez work[?]", answer["resolved_question"])
    assert site.client.delete("/v1/conversations/tea").status_code == 204
    assert problem_of(site.client.delete("/v1/conversations/tea")).status == 404
    answer = site.client.post("/v1/ask", json=follow_up).json()
    assert answer["resolved_question"] == "Where does she work?"


def test_metrics_tell_requests_answers_stages_jobs_and_size(site: Site) -> None:
    site.client.post("/v1/ask", json={"question": ASKED})
    site.client.post("/v1/ask", json={"question": "Which penguins juggle?"})
    site.client.post("/v1/articles", json={"title": "T", "text": "Some words."})
    site.client.get("/made-up-path")
    metrics = site.client.get("/metrics")
    assert metrics.headers["content-type"].startswith("text/plain")
    lines = dict(line.rsplit(" ", 1) for line in metrics.text.splitlines() if line[0] != "#")
    route = 'articlebot_requests_total{method="POST",route="/v1/ask",status="200"}'
    assert lines[route] == "2.0"
    assert lines['articlebot_answers_total{found="true"}'] == "1.0"
    assert lines['articlebot_answers_total{found="false"}'] == "1.0"
    for stage in "encode", "search", "cite", "answer":
        assert float(lines[f'articlebot_stage_seconds_count{{stage="{stage}"}}']) == 2
    assert lines['articlebot_jobs_total{outcome="done"}'] == "1.0"
    assert (lines["articlebot_jobs_under_way"], lines["articlebot_articles"]) == ("0.0", "2.0")
    assert "made-up" not in metrics.text


@pytest.mark.parametrize("wanted", [True, False])
def test_questions_are_logged_only_when_wanted(
    tmp_path: Path, wanted: bool, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.INFO),
        open_site(tmp_path / "data", BRIDGE, log_questions=wanted) as site,
    ):
        site.client.post("/v1/ask", json={"question": "Which zebras?"})
        site.client.get("/?q=Which+zebras?")
    ours = [r.getMessage() for r in caplog.records if r.name.startswith(("bot", "index"))]
    assert ("zebras" in "".join(ours)) is wanted


def test_json_lines_hold_the_facts_of_a_request(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    from bot.web.logs import JsonFormatter
    from bot.web.middleware import add_request_id

    caplog.handler.addFilter(add_request_id)
    try:
        with caplog.at_level(logging.INFO):
            response = site.client.get("/healthz%0aforged")
            site.client.get("/healthz")  # by now the line of the one before is written
    finally:
        caplog.handler.removeFilter(add_request_id)
    record = next(r for r in caplog.records if r.name == "bot.web.middleware")
    line = JsonFormatter().format(record)
    assert "\n" not in line
    entry = json.loads(line)
    assert entry["request_id"] == response.headers["x-request-id"]
    assert (entry["status"], entry["path"]) == (404, "/healthz%0Aforged")
