"""Who did what is asked about is told only of a sentence that says so outright."""

import pytest

from bot.conversation.subjects import find_subject


@pytest.mark.parametrize(
    ("predicate", "sentence", "name"),
    [
        ("opened the tram line", "The mayor, Ada Brandt, opened the tram line.", "Ada Brandt"),
        ("opened the line", "Ada Brandt opened the tram line in 1902.", "Ada Brandt"),
        ("raised concerns", "Gen. Joseph Dunford raised concerns.", "Joseph Dunford"),
        (
            "doubted Caro's result",
            "Her colleague Dieter Wolff doubted the result at first.",
            "Dieter Wolff",
        ),
        (
            "designed the tide barrier",
            "The barrier was designed by Marta Solberg, an engineer.",
            "Marta Solberg",
        ),
        (
            "founded the observatory on Cerro Blanco",
            "The observatory was founded in 1961 by the Jesuit priest Tomas Quiroga.",
            "Tomas Quiroga",
        ),
    ],
)
def test_the_subject_of_the_very_verb_is_found(predicate: str, sentence: str, name: str) -> None:
    assert find_subject(predicate, sentence) == name


@pytest.mark.parametrize(
    ("predicate", "sentence"),
    [
        ("raised concerns", "The deal has raised concerns among Turkey’s allies."),
        ("raised concerns", "Critics of Ada Brandt raised concerns."),
        ("raised concerns", "Ada Brandt’s deputy raised concerns."),
        ("raised concerns", "Kalin denied that Ada Brandt raised concerns."),
        ("raised concerns", "If Ada Brandt raised concerns, nobody heard."),
        ("raised concerns", "Analysts fear Ada Brandt raised concerns."),
        ("raised concerns", "“Ada Brandt raised concerns,” the mayor said."),
        ("raised concerns", "Ada Brandt never raised concerns."),
        ("raised concerns", "Nobody came. He and Ada Brandt raised concerns."),
        ("raised concerns", "Ada Brandt raised taxes."),
        ("raised concerns", "Ada Brandt raised taxes, and there were concerns."),
        ("opened the line", "Friends of the mayor, Ada Brandt, opened the line."),
        ("opened the line", "The line was not opened by Ada Brandt."),
        ("opened the line", "It is untrue that the line was opened by Ada Brandt."),
        ("opened the line", "The line was opened by the king. Ada Brandt was ill."),
        ("opened the line", "The line was opened by the king and Ada Brandt."),
        ("opened the line", "The line was opened by Lake Imber."),
        ("opposes the treaty", "Opposition to the treaty is strong in Caldia."),
        ("lost the harvest", "Lindqvist said that farmers had lost the harvest."),
        ("granted the loan", "Chemezov said Ankara had a loan granted by Moscow."),
        ("", "Ada Brandt opened the line."),
        ("has", "Ada Brandt has it."),
    ],
)
def test_a_name_that_only_stands_in_the_sentence_is_not_its_subject(
    predicate: str, sentence: str
) -> None:
    assert find_subject(predicate, sentence) is None
