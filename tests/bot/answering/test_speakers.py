"""Quotations come with whose they are; to "who" several are heard; the newest goes first."""

from collections.abc import Callable
from datetime import date

import pytest

from bot.answering.answer import ask
from bot.answering.query import Query
from bot.answering.speakers import asks_who, find_speaker, replies, widen
from index.article import Article
from index.library import Library
from index.reading.clean import find_paragraphs


@pytest.mark.parametrize(
    ("sentence", "speaker"),
    [
        ("Wolff said that the rhythm was wrong.", "wolff"),
        ("“It is safe,” said Ellen Dahl, who speaks for the fishermen.", "dahl"),
        ('Buying it "would be concerning," the chairman, Gen. Joseph Dunford, said.', "dunford"),
        (
            (
                "Mustafa Kibaroglu, director of the Center for Security Studies and Strategic"
                " Research at the Istanbul-based MEF University, said that it failed."
            ),
            "kibaroglu",
        ),
        ("According to Kibaroglu, Turkey needs to build one.", "kibaroglu"),
        ("Turkish spokesman Ibrahim Kalin said Friday.", "kalin"),
        ("“Anna said so,” the man muttered.", None),
        ("The barrier cost 1.9 billion crowns.", None),
        ("", None),
    ],
)
def test_who_speaks(sentence: str, speaker: str | None) -> None:
    assert find_speaker(sentence) == speaker


@pytest.mark.parametrize(
    ("question", "sentence", "is_reply"),
    [
        ("Who raised concerns?", "Commenting on the concerns, Anna said they are wrong.", True),
        ("Who raised concerns?", "Anna replied to that concern at once.", True),
        ("Which members have voiced doubts?", "Anna dismissed every doubt.", True),
        ("Who raised concerns?", "Anna rejected the concerns that Bern raised.", False),
        ("Who raised concerns?", "Asked about the price, Anna voiced concern.", False),
        ("Who raised concerns?", "Anna said that this was concerning.", False),
        ("Who dismissed the concerns?", "Commenting on the concerns, Anna said no.", False),
        ("Who responded to concerns?", "Anna responded to the concerns.", False),
        ("Why did they raise concerns?", "Anna rejected the concerns.", False),
    ],
)
def test_who_replies_is_not_who_is_asked_for(question: str, sentence: str, is_reply: bool) -> None:
    assert replies(question, sentence) == is_reply


def test_a_reply_comes_after_those_it_replies_to(library: Library) -> None:
    reply = "Commenting on the concerns, Anna said that concerns are old."
    raised = "Commenting on the concerns raised about the dam, Eva said that concerns are good."
    text = f"{reply}\n\nBern has concerns.\n\n{raised}"
    library.add([Article("dam", "Dam", "dam.txt", text)])
    answer = ask(library, Query(question="Who raised concerns?"))
    quotes = [passage.citation.quote for passage in answer.shown]
    assert sorted(quotes) == sorted([reply, raised, "Bern has concerns."])
    assert quotes[-1] == reply
    assert [passage.rank for passage in answer.shown] == [1, 2, 3]


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("Who raised concerns?", True),
        ("Which countries objected?", True),
        ("And by whom?", True),
        ("What was said?", False),
        ("Whose is it?", False),
    ],
)
def test_what_asks_who(question: str, asks: bool) -> None:
    assert asks_who(question) is asks


@pytest.mark.parametrize(
    ("text", "sentence", "widened"),
    [
        (
            "“We will stay here and never leave.” That is what Ada Brandt said on Monday. Rain.",
            "“We will stay here and never leave.”",
            "“We will stay here and never leave.” That is what Ada Brandt said on Monday.",
        ),
        (
            "It rained. The mayor spoke up, and said this. “We will stay here and never leave.”",
            "“We will stay here and never leave.”",
            "The mayor spoke up, and said this. “We will stay here and never leave.”",
        ),
        (
            "“We will stay here and never leave,” Ada Brandt said. He said more.",
            "“We will stay here and never leave,” Ada Brandt said.",
            "“We will stay here and never leave,” Ada Brandt said.",
        ),
        ("It rained. Ada Brandt said so.", "It rained.", "It rained."),
        (
            "“We will stay here for ever.” Rain.",
            "“We will stay here for ever.”",
            "“We will stay here for ever.”",
        ),
        ("The “deal” is off. Brandt said so.", "The “deal” is off.", "The “deal” is off."),
    ],
)  # fmt: skip
def test_a_quotation_is_widened_to_its_attribution(text: str, sentence: str, widened: str) -> None:
    text = f"Before.\n\n{text}"
    paragraph = find_paragraphs(text)[1]
    start = text.index(sentence)
    first, last = widen(text, paragraph, start, start + len(sentence))
    assert text[first:last] == widened


def test_an_answer_marks_the_quotation_with_its_speaker(library: Library) -> None:
    text = "“The tram has to run every ten minutes at night.” So the mayor, Ada Brandt, said."
    library.add([Article("a", "Tram", "a.txt", text)])
    answer = ask(library, Query(question="How often does the tram have to run at night?"))
    (passage,) = answer.passages
    assert passage.citation.quote == text
    assert text[passage.citation.start : passage.citation.end] == passage.citation.quote


@pytest.fixture
def concerned(library: Library) -> Library:
    says = [
        ("Wolff", "deal raises serious concerns of the army about the missiles"),
        ("Wolff", "deal raises serious concerns of the fleet about the missiles too"),
        ("Wolff", "deal raises serious concerns of everybody about the missiles now"),
        ("Brandt", "planned purchase of missiles raises her serious concerns about the deal"),
        ("Dahl", "deal for the missiles raises serious concerns among the allies there"),
    ]
    text = "\n\n".join(f"{name} said that the {what}." for name, what in says)
    library.add([Article("a", "Concerns", "a.txt", text)])
    return library


def test_who_is_answered_by_different_speakers(concerned: Library) -> None:
    question = "Who raises serious concerns about the deal for missiles?"
    answer = ask(concerned, Query(question=question, top_k=3))
    speakers = [find_speaker(passage.citation.quote) for passage in answer.passages]
    assert sorted(map(str, speakers)) == ["brandt", "dahl", "wolff"]
    assert [passage.rank for passage in answer.passages] == [1, 2, 3]
    answer = ask(concerned, Query(question=question, top_k=5))
    assert len(answer.passages) == 5, "who was heard is heard again after the others"


def test_among_equals_the_newest_is_first(library: Library) -> None:
    days = {"a": date(2017, 1, 1), "b": None, "c": date(2019, 1, 1), "d": date(2018, 1, 1)}
    # Different numbers: else they would be folded as copies of each other.
    library.add(
        [
            Article(id_, "Ferry", f"{id_}.txt", f"The ferry carried {n} people.", day)
            for n, (id_, day) in enumerate(days.items(), 21)
        ]
    )
    answer = ask(library, Query(question="How many people did the ferry carry?", top_k=4))
    assert [p.citation.article_id for p in answer.passages] == ["c", "d", "a", "b"]


def test_a_citation_names_the_page(library: Library, write: Callable[[str, str], object]) -> None:
    library.add([Article("a", "A", "a.pdf", "One came by sea.\n\fTwo went by train.")])
    answer = ask(library, Query(question="Who went by train?"))
    assert (answer.passages or answer.closest)[0].citation.page == 2
    library.add([Article("a", "A", "a.txt", "One came by sea.\n\nTwo went by train.")])
    answer = ask(library, Query(question="Who went by train?"))
    assert (answer.passages or answer.closest)[0].citation.page is None
