"""What is never trained on, and the program that writes it."""

import gzip
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from index.training.held_out import half_of, main

TRAINED, SETTINGS, REPORT = "A visit", "Title 10", "Title 3"
"""Titles of which the hash says so."""


def article(title: str, **more: object) -> dict[str, Any]:
    return {"id": title, "title": title, "paragraphs": ["Rain fell."], "questions": []} | more


def test_an_eighth_is_held_out_by_title() -> None:
    halves = [half_of(article(f"Title {n}")) for n in range(4000)]
    assert 400 < halves.count("settings") + halves.count("report") < 600
    assert 180 < halves.count("settings") < 320
    titles = (TRAINED, SETTINGS, REPORT)
    assert [half_of(article(title)) for title in titles] == [None, "settings", "report"]
    assert half_of(article(REPORT, genre="encyclopaedia")) is None


def write(monkeypatch: pytest.MonkeyPatch, source: Path, half: str) -> str:
    out = source.with_name("out")
    arguments = ["held_out", str(source), "--half", half, "--out", str(out)]
    monkeypatch.setattr(sys, "argv", arguments)
    main()
    return out.read_text("utf-8")


def test_one_half_of_the_newsroom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "all.jsonl"
    rows = [article(title) for title in (TRAINED, SETTINGS, REPORT)]
    source.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    for half, title in (("settings", SETTINGS), ("report", REPORT)):
        lines = write(monkeypatch, source, half).splitlines()
        assert [json.loads(line) for line in lines] == [article(title)]


def test_one_half_of_a_squad_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "dev.json.gz"
    paragraphs: list[dict[str, Any]] = [
        {"context": text, "qas": []} for text in ("Rain fell.", "Snow fell.")
    ]
    data: list[dict[str, Any]] = [
        {"title": t, "paragraphs": paragraphs[:1]} for t in (TRAINED, SETTINGS, REPORT)
    ]
    data.append({"title": REPORT, "paragraphs": paragraphs[1:]})
    source.write_bytes(gzip.compress(json.dumps({"data": data}).encode()))
    (held,) = json.loads(write(monkeypatch, source, "report"))["data"]
    assert held == {"title": REPORT, "paragraphs": paragraphs}, "its parts are one article"
