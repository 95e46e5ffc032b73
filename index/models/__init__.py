"""The encoder and the reranker: exported once, run by onnxruntime."""
