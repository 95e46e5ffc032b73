"""Short invented reports in which people take different stances on a matter, and questions for one.

The SQuAD questions seldom ask for stances, which news articles are full of.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

FIRST = [
    "Anna",
    "Peter",
    "Maria",
    "John",
    "Leila",
    "Tomas",
    "Grace",
    "Ahmed",
    "Ines",
    "Viktor",
    "Chloe",
    "Samuel",
    "Nadia",
    "Paul",
    "Rosa",
    "Henrik",
    "Mei",
    "Omar",
]
LAST = [
    "Keller",
    "Novak",
    "Okafor",
    "Silva",
    "Hansen",
    "Rossi",
    "Tanaka",
    "Moreau",
    "Costa",
    "Weber",
    "Singh",
    "Larsen",
    "Duarte",
    "Petrov",
    "Kim",
    "Alvarez",
    "Whitman",
    "Haddad",
    "Lindqvist",
    "Mbeki",
]
ROLES = [
    "the health minister",
    "mayor",
    "the union leader",
    "the opposition leader",
    "professor",
    "company spokeswoman",
    "the chief executive",
    "senator",
    "the finance minister",
    "the head of the agency",
    "campaigner",
    "the police chief",
    "the chairman of the committee",
    "economist",
    "the foreign secretary",
    "the team's coach",
    "the school's director",
    "a resident",
]
GROUPS = [
    "local residents",
    "environmental groups",
    "the country's neighbours",
    "shareholders",
    "teachers",
    "several lawmakers",
    "fishermen",
    "human rights groups",
    "small businesses",
    "scientists",
    "patients",
    "investors",
]
TOPICS = [
    "the new pipeline",
    "the tax reform",
    "the merger",
    "the stadium project",
    "the vaccine trial",
    "the trade agreement",
    "the budget cuts",
    "the dam",
    "the school closures",
    "the satellite launch",
    "the airport expansion",
    "the data law",
    "the strike",
    "the peace talks",
    "the housing plan",
    "the nuclear plant",
    "the drone purchase",
    "the loan",
    "the election rules",
    "the ferry line",
]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

# For each stance: sentences that take it, some that only speak of it, questions that ask for it.
STANCES: dict[str, tuple[list[str], list[str], list[str]]] = {
    "concern": (
        [
            '{t} "is deeply worrying," {x} said on {d}.',
            "{x} voiced unease over {t}.",
            "{x} warned that {t} could do lasting harm.",
            "{t} has alarmed {g}.",
            "{x} said that {t} leaves open how the costs would be met.",
            "There is growing anxiety about {t} among {g}.",
            '"We are troubled by {t}," said {x}.',
            "{x} asked whether {t} would be safe.",
            "{t} has caused concern among {g}.",
        ],
        [
            "Asked about the worries, {x} said on {d} that they were unfounded.",
            "{x} dismissed the concerns as exaggerated.",
            "{x} said that there was no reason for concern over {t}.",
            (
                "Reacting to the concerns, {x} said {t} would go ahead and called the fears "
                '"baseless".'
            ),
        ],
        [
            "Who raised concerns about {t}?",
            "Who is worried about {t}?",
            "Who has doubts about {t}?",
            "Who expressed concern?",
            "Who was concerned?",
            "What concerns were raised about {t}?",
        ],
    ),
    "answer": (
        [
            "Asked about the worries, {x} said on {d} that they were unfounded.",
            "{x} dismissed the concerns as exaggerated.",
            'Reacting to the fears, {x} called them "baseless".',
            "{x} rejected the criticism of {t}.",
            "{x} insisted that {t} was safe.",
        ],
        ["{x} criticised {t} and spoke of a mistake.", "{x} was worried about {t}."],
        [
            "Who dismissed the concerns?",
            "Who rejected the criticism?",
            "How did officials answer the concerns?",
            "Who said the fears were unfounded?",
        ],
    ),
    "criticism": (
        [
            '{x} called {t} "a costly mistake".',
            "{x} sharply attacked {t} on {d}.",
            "{t} is wrong, {x} said.",
            "{t} drew harsh words from {g}.",
            '"This is a bad idea," {x} said of {t}.',
        ],
        [
            "{x} brushed the criticism of {t} aside.",
            "The critics have not understood {t}, {x} said.",
        ],
        [
            "Who criticised {t}?",
            "Who is against {t}?",
            "Who is critical of {t}?",
            "Who opposes {t}?",
            "Who criticised the plan?",
        ],
    ),
    "praise": (
        [
            '{x} hailed {t} as "a great step".',
            "{x} welcomed {t} on {d}.",
            "{t} won applause from {g}.",
            '"This is good news for all of us," {x} said of {t}.',
        ],
        [
            "{x} could not share the praise for {t}.",
            "{x} said the applause for {t} came too early.",
        ],
        ["Who praised {t}?", "Who welcomed {t}?", "Who is in favour of {t}?", "Who supports {t}?"],
    ),
    "denial": (
        [
            "{x} denied that money had been paid for {t}.",
            '"None of this is true," {x} said about the reports on {t}.',
            "{x} said that the reports about {t} were false.",
        ],
        ["{x} repeated the claim that {t} had been bought.", "{x} did not believe the denial."],
        [
            "Who denied the reports?",
            "Who denied the claims about {t}?",
            "Who said the reports were not true?",
        ],
    ),
    "promise": (
        [
            "{x} promised to finish {t} within two years.",
            "{x} said the work on {t} would begin in spring.",
            '"We will pay for {t}," {x} vowed.',
        ],
        ["{x} said that the promises about {t} had been broken.", "{x} doubted the promise."],
        ["Who promised to act?", "Who made a promise about {t}?", "What was promised about {t}?"],
    ),
}
FACTS = [
    "Work on {t} began last year.",
    "The talks on {t} have lasted for months.",
    "{t} would cost about {n} million.",
    "A vote is expected on {d}.",
    "The matter has been discussed since {y}.",
    "About {n} people live nearby.",
    "{x} has held the post since {y}.",
]


def fill(form: str, matter: str, rng: random.Random) -> str:
    """Return a sentence with invented people, days and numbers."""
    name = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
    role = rng.choice(ROLES)
    who = rng.choice((name, f"{role} {name}", f"{name}, {role},", role))
    text = form.format(
        x=who,
        t=matter,
        g=rng.choice(GROUPS),
        d=rng.choice(DAYS),
        n=rng.randint(11, 990),
        y=rng.randint(1996, 2023),
    )
    return text[0].upper() + text[1:]


def stances(rng: random.Random, count: int) -> Iterator[tuple[list[str], str, list[int]]]:
    """Yield `count` invented reports: sentences, a question, and the places of its answers.

    In one of ten reports nobody takes the stance asked for: no places.
    """
    kinds: Sequence[str] = list(STANCES)
    for _ in range(count):
        kind, matter = rng.choice(kinds), rng.choice(TOPICS)
        taken, mentioned, questions = STANCES[kind]
        rows = [(fill(f, matter, rng), False) for f in rng.sample(mentioned, rng.randint(1, 2))]
        if rng.random() > 0.1:
            rows += [
                (fill(f, matter, rng), True)
                for f in rng.sample(taken, rng.randint(1, min(3, len(taken))))
            ]
        rows += [(fill(f, matter, rng), False) for f in rng.sample(FACTS, rng.randint(1, 3))]
        for other in rng.sample(
            [
                k
                for k in kinds
                if {k, kind} not in ({"concern", "criticism"}, {k}) and k != "answer"
            ],
            2,
        ):
            rows.append((fill(rng.choice(STANCES[other][0]), matter, rng), False))
        rng.shuffle(rows)
        yield (
            [r[0] for r in rows],
            rng.choice(questions).format(t=matter),
            [i for i, r in enumerate(rows) if r[1]],
        )
