"""The models of the settings, loaded when they are first needed."""

import threading
from collections.abc import Callable
from contextlib import suppress

from index.build import OnProgress, Progress, unwatched
from index.errors import ArticlebotError
from index.models.encode import Encoder, OnnxEncoder
from index.models.export import export_model, export_reranker, find_export
from index.models.rerank import PassageReader, Reranker
from index.settings import BUNDLED_RERANKER, NO_RERANKER, Settings


class Models:
    """The encoder and the reranker of the settings. Thread-safe."""

    def __init__(self, settings: Settings, encoder: Encoder | None = None) -> None:
        """Load nothing yet; an encoder that is given is taken in place of the settings'."""
        self._settings = settings
        self._encoder, self._question_encoder = encoder, encoder
        self._reranker: Reranker | None = None
        self._loading, self._loading_question_encoder = threading.Lock(), threading.Lock()
        self._loading_reranker = threading.Lock()

    def encoder(self, on_progress: OnProgress = unwatched) -> Encoder:
        """Give the encoder of sentences, loaded (and its model exported) at the first call."""
        with self._loading:
            if self._encoder is None:
                model = export_model(
                    self._settings, lambda name: on_progress(Progress("export", 0, 0, 0, name))
                )
                self._encoder = OnnxEncoder(model, self._settings.threads)
            return self._encoder

    def question_encoder(self) -> Encoder:
        """Give the encoder of questions, loaded (and its model exported) at the first call.

        It has one thread: with a second one a question takes as long, and half as much again from
        the other questions of a server.
        """
        with self._loading_question_encoder:
            if self._question_encoder is None:
                model = export_model(self._settings)
                self._question_encoder = OnnxEncoder(model, threads=1, for_questions=True)
            return self._question_encoder

    def reranker(self) -> Reranker | None:
        """Give the reranker, loaded at the first call; None where the settings want none."""
        with self._loading_reranker:
            if self._reranker is None and self._settings.reranker != NO_RERANKER:
                self._reranker = self._load_reranker()
            return self._reranker

    def load_ahead(self) -> None:
        """Begin to load the models that are at hand, in threads; whoever needs one waits for it.

        Most of it happens outside of Python, while this process goes on importing.
        """
        if find_export(self._settings):
            threading.Thread(target=_quietly, args=(self.question_encoder,)).start()
        if self._settings.reranker == BUNDLED_RERANKER:
            threading.Thread(target=_quietly, args=(self.reranker,)).start()

    def _load_reranker(self) -> Reranker:
        if self._settings.reranker == BUNDLED_RERANKER:
            return PassageReader(threads=self._settings.threads)
        from index.models.cross_encoder import CrossEncoderReranker

        return CrossEncoderReranker(export_reranker(self._settings), self._settings.threads)


def _quietly(load: Callable[[], object]) -> None:
    with suppress(ArticlebotError):  # told to whoever needs it: it is tried again
        load()
