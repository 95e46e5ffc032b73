"""The tantivy folder of a local store: BM25 over the words of sentences and passages."""

import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import tantivy

from index.stores.analysis import make_analyzer, make_tokenizer, spell

PASSAGE_WEIGHT = 1.0
"""What a word of the passage counts beside the same word of the sentence."""

LARGE = 100_000
"""Sentences beyond which a question's rare words choose what all its words then score."""
COMMON, CHOSEN = 0.1, 100
"""Share of the sentences in whose passages a common word stands, and how many sentences the rare
ones choose at least. Of a million, without common words 86 % of the best 50 are among the best 100
(96 % at 0.2), in a tenth of the time (a fifth)."""
EVERYWHERE = 0.7
"""Share of the sentences in whose passages a word stands that such a library leaves out of all
scores. At most 0.8 points of BM25 hang on it, and half of the time that scoring takes. By
`articlebot eval --sample 2500` on the public half of SQuAD, without a reranker and with
`LARGE = 0`, 72.4 % in place of 72.6 have a right sentence first then."""

_MEMORY = 64 * 1024 * 1024
_LISTS = ("meta.json", ".managed.json")
"""Which files belong to the index, and which it may delete."""


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("id", indexed=True, fast=True)
    builder.add_text_field("article", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("sentence", tokenizer_name="words", index_option="freq")
    builder.add_text_field("passage", tokenizer_name="words", index_option="freq")
    return builder.build()


_Rows = Iterable[tuple[int, str, str, str]]
"""Sentence id, article id, sentence, passage."""


class WordIndex:
    """Sentences by their words. Thread-safe for reading."""

    def __init__(self, index: tantivy.Index) -> None:
        self._analyze = make_analyzer()
        self._schema = index.schema
        index.register_tokenizer("words", make_tokenizer())
        # A folder never changes: no thread is to watch it, and to read its mapped files meanwhile.
        index.config_reader("Manual")
        index.reload()
        self._searcher = index.searcher()

    @classmethod
    def build(cls, rows: _Rows, folder: Path) -> "WordIndex":
        """Write sentences to a new folder, and give it opened."""
        folder.mkdir()
        return cls(_write(tantivy.Index(_schema(), path=str(folder)), rows))

    @classmethod
    def extend(cls, old: Path, folder: Path, rows: _Rows, removed: Iterable[str]) -> "WordIndex":
        """Write what another folder holds, without some articles and with more sentences.

        Files of words never change, so that the new folder gets links to them; what lists them
        is replaced with every change, and is copied.
        """
        folder.mkdir()
        for file in old.iterdir():
            if file.name in _LISTS:
                shutil.copyfile(file, folder / file.name)
            elif not file.name.startswith("."):  # a lock
                (folder / file.name).hardlink_to(file)
        return cls(_write(tantivy.Index.open(str(folder)), rows, removed))

    @classmethod
    def read(cls, folder: Path) -> "WordIndex":
        """Open a folder; raises ValueError when it is damaged."""
        return cls(tantivy.Index.open(str(folder)))

    @staticmethod
    def can_extend(folder: Path, removed: int) -> bool:
        """Tell whether a folder may lose sentences: removed ones count for what words weigh."""
        segments = json.loads((folder / "meta.json").read_text("utf-8"))["segments"]
        gone = sum(int((each["deletes"] or {}).get("num_deleted_docs", 0)) for each in segments)
        return (gone + removed) * 4 < sum(int(each["max_doc"]) for each in segments)

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def search(
        self,
        question: str,
        k: int,
        articles: Sequence[str] | None = None,
        also: Sequence[int] = (),
    ) -> dict[int, float]:
        """Give the k best sentences by their words: id to score, best first.

        Args:
            question: its words are looked for.
            k: how many.
            articles: search these alone.
            also: give the scores of these sentences as well, unless they share no word.
        """
        words = self._analyze(question)
        if articles is not None:
            only = tantivy.Query.term_set_query(self._schema, "article", list(articles))
            found = self._run(words, k, only)
        elif len(self) > LARGE:
            words = self._not_beyond(EVERYWHERE, words) or words
            near = self._run(self._not_beyond(COMMON, words) or words, max(2 * k, CHOSEN))
            scores = self._scores(words, list(dict.fromkeys([*near, *also])))
            found = dict([each for each in scores.items() if each[0] in near][:k])
            return found | {id_: scores[id_] for id_ in also if id_ in scores}
        else:
            found = self._run(words, k)
        return found | self._scores(words, [id_ for id_ in also if id_ not in found])

    def _scores(self, words: Sequence[str], ids: Sequence[int]) -> dict[int, float]:
        """Give the scores of these sentences, best first, without those that share no word."""
        if not ids:
            return {}
        # Term by term: looking a set up goes through the dictionary of all ids, and takes twice as
        # long among 100,000.
        terms = (tantivy.Query.term_query(self._schema, "id", id_, "basic") for id_ in ids)
        only = tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])
        return self._run(words, len(ids), only)

    def _not_beyond(self, share: float, words: Sequence[str]) -> list[str]:
        """Give the words that stand in the passages of so many sentences at most, but in some."""
        found = ((word, int(self._searcher.doc_freq("passage", word))) for word in words)
        return [word for word, count in found if 0 < count <= share * len(self)]

    def _run(
        self, words: Sequence[str], k: int, only: tantivy.Query | None = None
    ) -> dict[int, float]:
        clauses = []
        for word in dict.fromkeys(words):
            for field, weight in (("sentence", 1.0), ("passage", PASSAGE_WEIGHT)):
                term = tantivy.Query.term_query(self._schema, field, word, index_option="freq")
                clauses.append((tantivy.Occur.Should, tantivy.Query.boost_query(term, weight)))
        if not clauses or k < 1:
            return {}
        query = tantivy.Query.boolean_query(clauses)
        if only is not None:
            filter_ = tantivy.Query.const_score_query(only, 0.0)
            query = tantivy.Query.boolean_query(
                [(tantivy.Occur.Must, query), (tantivy.Occur.Must, filter_)]
            )
        hits = self._searcher.search(query, k, count=False).hits
        ids = self._searcher.fast_field_values("id", [address for _, address in hits])
        return {int(id_ or 0): float(score) for id_, (score, _) in zip(ids, hits, strict=True)}


def _write(
    index: tantivy.Index,
    rows: _Rows,
    removed: Iterable[str] = (),
) -> tantivy.Index:
    index.register_tokenizer("words", make_tokenizer())
    writer = index.writer(_MEMORY, 1)
    for article in removed:
        writer.delete_documents_by_term("article", article)
    for id_, article, sentence, passage in rows:
        document = tantivy.Document(
            article=article, sentence=spell(sentence), passage=spell(passage)
        )
        document.add_unsigned("id", id_)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    return index
