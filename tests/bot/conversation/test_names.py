"""Names in resolved questions, written as the articles write them."""

import pytest

from bot.conversation.names import spell_names

TEXTS = ["The minister, Anton Rehn, came. Rehn spoke.", "Ellen Dahl speaks for the fishermen."]


@pytest.mark.parametrize(
    ("full", "asked", "spelled"),
    [
        ("What did Anton Rehn say?", "What did he say?", "What did Rehn say?"),
        ("What did Ellen Dahl say?", "What did she say?", "What did Ellen Dahl say?"),
        ("Who is Rehn?", "Who is he?", "Who is Anton Rehn?"),
        ("Who is Anton Rehn?", "Who is he?", "Who is Anton Rehn?"),
        ("What did Anton Rehn say?", "What did Anton Rehn say?", "What did Anton Rehn say?"),
        ("Where is Port Imber?", "Where is it?", "Where is Port Imber?"),
        ("Did Anton Rehn meet Ellen Dahl?", "Did he meet her?", "Did Rehn meet Ellen Dahl?"),
    ],
)
def test_names_are_spelled_as_in_the_articles(full: str, asked: str, spelled: str) -> None:
    assert spell_names(full, asked, TEXTS) == spelled
