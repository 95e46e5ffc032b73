"""The library as the interfaces see it: cheap to open, one sentence for every error."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.article import Article
from index.errors import EmptyLibraryError, ModelError, UnknownArticleError
from index.library import Library
from index.models import loading
from index.models.exported import ExportedModel
from index.settings import Settings
from index.store import LibraryInfo
from tests.fakes import FakeEncoder

pytestmark = pytest.mark.usefixtures("either_store")

Write = Callable[[str, str | bytes], Path]


def test_opening_makes_and_loads_nothing(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", cache=tmp_path / "cache")
    with Library.open(settings) as opened:
        assert opened.articles() == []
        assert opened.info() == LibraryInfo("empty", 0, 0)
        with pytest.raises(EmptyLibraryError):
            opened.article("a")
    assert list(tmp_path.iterdir()) == []


def test_articles_are_listed_by_title(library: Library) -> None:
    library.add([Article(title, title, f"/{title}", f"{title} came.") for title in "bca"])
    listed = library.articles()
    assert [summary.title for summary in listed] == ["a", "b", "c"]
    assert {summary.sentences for summary in listed} == {1}
    assert all(summary.added.endswith("+00:00") for summary in listed)


def test_an_article_is_given_whole(seed_library: Library) -> None:
    (summary,) = seed_library.articles()
    parsed = seed_library.article(summary.id)
    assert parsed.article.title == summary.title
    assert parsed.article.published is None  # the page's clock is not the date
    assert len(parsed.sentences) == summary.sentences == seed_library.info().sentences


@pytest.mark.parametrize("article_id", ["", "nobody", "urkey", "\x00", "\ud800", "x" * 10_000])
def test_an_unknown_article_is_told(seed_library: Library, article_id: str) -> None:
    with pytest.raises(UnknownArticleError, match="`articlebot articles` lists their ids"):
        seed_library.article(article_id)


def test_an_article_is_found_by_the_beginning_of_its_id(library: Library) -> None:
    library.add([Article(id_, id_, f"/{id_}", f"{id_} came.") for id_ in ("rome", "romeo", "riga")])
    for wanted, given in ("ri", "riga"), ("rome", "rome"), ("romeo", "romeo"):
        assert library.article(wanted).article.id == given
    with pytest.raises(UnknownArticleError, match="several articles have ids that begin with 'r'"):
        library.article("r")


def test_warming_tells_what_is_missing(library: Library, write: Write) -> None:
    with pytest.raises(EmptyLibraryError, match=r"add some with `articlebot index PATH…`"):
        library.warm()
    library.index([write("a.txt", "One came.")])
    library.warm()


def test_a_closed_library_can_be_used_again(seed_library: Library) -> None:
    expected = seed_library.info()
    seed_library.close()
    seed_library.close()
    assert seed_library.info() == expected
    seed_library.warm()


def test_threads_load_one_encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The export is asked for once, however many questions come first."""
    made: list[int] = []
    started = threading.Barrier(4)

    def export(*_: object) -> ExportedModel:
        made.append(1)
        return ExportedModel(tmp_path, "fake", 64, 1, "fake-64")

    monkeypatch.setattr(loading, "export_model", export)
    monkeypatch.setattr(loading, "OnnxEncoder", lambda *_: FakeEncoder())
    opened = Library.open(Settings(data=tmp_path / "data", cache=tmp_path))

    def encoder(_: int) -> object:
        started.wait(5)
        return opened.models.encoder()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(map(id, pool.map(encoder, range(4))))) == 1
    assert made == [1]


def test_a_missing_model_is_told_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Write
) -> None:
    def missing(*_: object) -> ExportedModel:
        raise ModelError("the model is missing", "install it")

    settings = Settings(data=tmp_path / "data", cache=tmp_path)
    with Library.open(settings) as opened:
        with monkeypatch.context() as patched:
            patched.setattr(loading, "export_model", missing)
            for use in (Library.warm, lambda lib: lib.index([write("a.txt", "One came.")])):
                with pytest.raises(ModelError, match="the model is missing: install it"):
                    use(opened)
        assert not (tmp_path / "data").exists()
        found = ExportedModel(tmp_path, "fake", 64, 1, "fake-64")
        monkeypatch.setattr(loading, "export_model", lambda *_: found)
        monkeypatch.setattr(loading, "OnnxEncoder", lambda *_: FakeEncoder())
        assert opened.index([write("a.txt", "One came.")]).added == 1
