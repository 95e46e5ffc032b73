import pytest
from tokenizers import Tokenizer

from index.models.rerank import MODELS
from index.training.corpus import Corpus


@pytest.fixture
def corpus() -> Corpus:
    tokenizer = Tokenizer.from_file(str(MODELS / "reranker-tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return Corpus(tokenizer)
