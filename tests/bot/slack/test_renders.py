"""The messages and pictures that the page of the bot in Slack shows are as the program is."""

import json
import re

from index.article import canonical
from tests.bot.slack.look import shows
from tests.bot.slack.renders import MESSAGES, PICTURES, ROOT, SPANS, files, pictures, renders
from tests.pages import links

PAGE = ROOT / "bot" / "slack" / "README.md"
ANEW = "write them anew: python -m tests.bot.slack.renders"


def test_the_messages_are_what_is_sent() -> None:
    assert set(MESSAGES.glob("*.json")) == set(files())
    for file, text in files().items():
        assert file.read_text("utf-8") == text, ANEW


def test_the_pictures_are_of_these_messages_and_small() -> None:
    assert set(MESSAGES.glob("*.png")) == set(pictures())
    for file, html in pictures().items():
        assert shows(file, html), ANEW
        assert file.stat().st_size < 60_000
    on_pictures = {name for names in PICTURES.values() for name in names}
    assert on_pictures == {name for name, _ in renders()} - {"more-passages"}


def test_the_page_shows_each_of_them() -> None:
    linked = [path for path, _ in links(PAGE) if path.parent == MESSAGES]
    assert sorted(linked) == sorted([*files(), *pictures()])


def test_each_message_and_view_is_shown_once_and_quotes_the_seed() -> None:
    names = [name for name, _ in renders()]
    assert len(names) == len(set(names)) == 14
    text = canonical((ROOT / "seeds" / "turkey-s400.txt").read_text("utf-8"))
    sent = "".join(files().values())
    spans = re.findall(r"characters (\d+)–(\d+)", sent)
    assert {(int(start), int(end)) for start, end in spans} == {*SPANS}
    for start, end in SPANS:
        assert json.dumps(text[start:end], ensure_ascii=False)[1:-1] in sent
