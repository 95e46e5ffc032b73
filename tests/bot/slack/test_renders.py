"""The page of what the bot shows is as the program is."""

import json
import re

from index.article import canonical
from tests.bot.slack.renders import PAGE, ROOT, SPANS, page, renders


def test_the_page_shows_what_is_sent() -> None:
    assert PAGE.read_text("utf-8") == page()


def test_each_message_and_view_is_shown_once_and_quotes_the_seed() -> None:
    titles = [title for title, _, _ in renders()]
    assert len(titles) == len(set(titles)) == 14
    text = canonical((ROOT / "seeds" / "turkey-s400.txt").read_text("utf-8"))
    spans = re.findall(r"characters (\d+)–(\d+)", page())
    assert {(int(start), int(end)) for start, end in spans} == {*SPANS}
    for start, end in SPANS:
        assert json.dumps(text[start:end], ensure_ascii=False)[1:-1] in page()
