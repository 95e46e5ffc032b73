"""How the bundled reranker is trained again; see `index/models/MODEL_CARD.md`."""
