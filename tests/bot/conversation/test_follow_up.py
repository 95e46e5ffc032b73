"""Follow-ups are said in full by the turns before; complete questions stay as they are."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.follow_up import resolve
from index.store import Cited, Turn

QUALITY = Path(__file__).parents[2] / "quality"


def turn(question: str, quote: str = "") -> Turn:
    return Turn(question, question, bool(quote), (Cited("a", quote),) if quote else ())


MAYOR = turn("Who opened the tram line?", "The mayor, Ada Brandt, opened the tram line in 1902.")
DUNFORD = turn(
    "Who raised concerns?",
    'Turkey buying the S-400 "would be concerning," the chairman of the Joint Chiefs of Staff,'
    " Gen. Joseph Dunford, said recently.",
)
ALLIES = turn(
    "Who raised concerns?",
    "Despite the fact that the deal has raised serious concerns among Turkey’s NATO allies, Ankara"
    " stands firm for its intention to upgrade its shield with the Russian weapons.",
)


@pytest.mark.parametrize(
    ("question", "before", "full"),
    [
        ("Why?", turn("When did Mona Hale resign?"), "Why did Mona Hale resign?"),
        ("and why?", turn("Did the town close its pool?"), "Why did the town close its pool?"),
        ("Since when?", turn("Is the pool closed?"), "Since when is the pool closed?"),
        ("Why?", DUNFORD, "Who raised concerns, and why?"),
        ("Why?", ALLIES, "Who raised concerns, and why?"),
        ("When was that?", ALLIES, "Who raised concerns, and when?"),
        ("Why did they do that?", ALLIES, "Who raised concerns, and why?"),
        ("Why did they raise concerns?", ALLIES, "Why did they raise concerns?"),
        ("What did they say?", ALLIES, "What did they say?"),
        ("What did he say?", ALLIES, "What did he say?"),
        ("Why?", turn("Who did Ada meet?", "Ada met Bob."), "Who did Ada meet, and why?"),
        ("Since when?", turn("Who is the mayor?"), "Who is the mayor, and since when?"),
        ("Why?", turn("What is known of it?"), "What is known of it, and why?"),
        ("And Erdogan?", ALLIES, "Who raised concerns, and what about Erdogan?"),
        (
            "Why?",
            turn("Who opposes the treaty?", "Opposition to the treaty is strong in Caldia."),
            "Who opposes the treaty, and why?",
        ),
        (
            "When?",
            turn("Who granted the loan?", "Sergei Chemezov spoke of a loan granted by Moscow."),
            "Who granted the loan, and when?",
        ),
        (
            "Why?",
            turn("Who was ready to pay?", "Chemezov said Ankara was ready to pay."),
            "Who was ready to pay, and why?",
        ),
        (
            "When was that?",
            turn("Which country mediated?", "Lindqvist thanked Switzerland, which mediated."),
            "Which country mediated, and when?",
        ),
        (
            "Why?",
            turn("What raised concerns?", "Ankara stands firm though the deal raised concerns."),
            "What raised concerns, and why?",
        ),
        (
            "When?",
            turn("Who designed the barrier?", "The barrier was designed by Marta Solberg."),
            "When was it that Marta Solberg designed the barrier?",
        ),
        (
            "What did she say?",
            turn("Who won the race?", "Ada won the race before Turkey’s champion."),
            "What did Ada say?",
        ),
        (
            "How often do they report?",
            turn("Who measures the water?", "It is measured by engineers at three places."),
            "How often do the engineers report?",
        ),
        (
            "What did they say?",
            turn("What do the allies want?", "They want an explanation."),
            "What did the allies say?",
        ),
        (
            "Why did she say that?",
            turn("What does Ada Brandt want?", "She wants the bridge."),
            "Why did Ada Brandt say that?",
        ),
        ("When was that?", MAYOR, "When was it that Ada Brandt opened the tram line?"),
        (
            "When was that?",
            turn("What happened to the bridge?", "The bridge was washed away in a flood."),
            "When was it that the bridge was washed away in a flood?",
        ),
        ("Why is that?", turn("How deep is the lake?"), "Why is the lake deep?"),
        ("How many?", turn("Who took part in the vote?"), "How many took part in the vote?"),
        ("Why?", turn("Who opposes it?"), "Who opposes it, and why?"),
        (
            "And Russia?",
            turn("What does Turkey want from the deal?"),
            "What does Russia want from the deal?",
        ),
        (
            "What about the ferry?",
            turn("How much does the bridge cost?"),
            "How much does the ferry cost?",
        ),
        ("Russia?", turn("What does Turkey want?"), "What does Russia want?"),
        ("And in 2018?", turn("How many voted in 2017?"), "How many voted in 2018?"),
        (
            "And in Hollin?",
            turn("How many people live in Marl?"),
            "How many people live in Hollin?",
        ),
        ("And at night?", turn("What does the keeper do?"), "What does the keeper do at night?"),
        ("What did he say about NATO?", DUNFORD, "What did Joseph Dunford say about NATO?"),
        (
            "What did he say about NATO?",
            turn(
                "Who is Mustafa Kibaroglu?",
                "Mustafa Kibaroglu, director of the Center for International Security Studies and"
                " Strategic Research at the MEF University, said that the systems failed.",
            ),
            "What did Mustafa Kibaroglu say about NATO?",
        ),
        ("Was he right?", turn("What did the mayor say?"), "Was the mayor right?"),
        ("Who is his wife?", turn("Who is Sergei Chemezov?"), "Who is Sergei Chemezov’s wife?"),
        ("How long is it?", turn("Where does the Velt rise?"), "How long is the Velt?"),
        ("And who built it?", turn("When was the dam at Hollin built?"), "Who built the dam?"),
        ("Are they paid?", turn("Who are the volunteers?"), "Are the volunteers paid?"),
        ("Who lives there?", turn("What happened in Port Imber?"), "Who lives in Port Imber?"),
        (
            "Who said that?",
            turn("Is it dangerous?", "“It is quite safe,” the mayor, Ada Brandt, said."),
            "Who said “it is quite safe”?",
        ),
        (
            "What did Caro teach her?",
            turn("Who is Amina Farouk?"),
            "What did Caro teach Amina Farouk?",
        ),
    ],
)
def test_a_follow_up_is_said_in_full(question: str, before: Turn, full: str) -> None:
    assert resolve(question, [before]) == full


def test_one_question_word_takes_the_place_of_the_other() -> None:
    why = replace(ALLIES, question="Why?", resolved_question="Who raised concerns, and why?")
    assert resolve("And when?", [ALLIES, why]) == "Who raised concerns, and when?"
    asked = turn("Who raised concerns, and why?")
    assert resolve("When?", [asked]) == "Who raised concerns, and why, and when?"


def test_a_name_is_remembered_over_several_turns() -> None:
    second = Turn("How old is the line?", "How old is the tram line?", False, ())
    assert resolve("What did she say?", [MAYOR, second]) == "What did Ada Brandt say?"


@pytest.mark.parametrize(
    "question",
    [
        "What did Erdogan say about his country?",
        "Who moved his court to Warsaw?",
        "Which team lost its first match?",
        "Did the mayor say when she would resign?",
        "In his letters, what did Luther fear?",
        "How long does it take to cross the bridge?",
        "Is it true that the bridge is closed?",
        "How much did it cost to build the dam?",
        "Are there wolves in Caldia?",
        "What are the cells that turn into tumours called?",
        "Who paid for that deal?",
        "How much of their harvest did the farmers lose?",
        "Which of his books did Luther write first?",
        "Why did the town close its pool?",
        "missile defense systems",
        "Why did the bridge fall?",
    ],
)
def test_a_complete_question_stays_as_it_is(question: str) -> None:
    for before in (MAYOR, DUNFORD):
        assert resolve(question, [before]) == question


def test_no_complete_question_of_the_quality_tests_is_altered() -> None:
    rows = (QUALITY / "dialogues.jsonl").read_text("utf-8").splitlines()
    questions = [json.loads(row)["turns"][0]["question"] for row in rows]
    rows = (QUALITY / "seed_questions.jsonl").read_text("utf-8").splitlines()
    questions += [json.loads(row)["question"] for row in rows]
    open_ones = {
        "How many types of missiles can it carry?",
        "Could aeroplanes be shot down with it?",
    }
    for question in set(questions) - open_ones:
        assert resolve(question, [MAYOR, DUNFORD]) == question


def test_the_first_question_stays_as_it_is() -> None:
    assert resolve("Why?", []) == "Why?"
    assert resolve("What did he say?", []) == "What did he say?"


def test_without_anybody_to_speak_of_a_pronoun_stays() -> None:
    assert resolve("What did he say?", [turn("How many?")]) == "What did he say?"


anything = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from("Why And he it that ?,’'“”A ")),
    max_size=60,
)


@given(anything, anything, anything)
def test_any_text_can_be_asked(question: str, asked: str, quote: str) -> None:
    for first in (question, f"And {question}?", f"What did he say about {question}?", "Why?"):
        assert isinstance(resolve(first, [turn(asked, quote), turn(f"Who is {asked}?")]), str)
