"""The rivals' side of bench/ladder.ts: FAISS IndexFlatIP, and NumPy's product with argpartition, of every prefix, re-normalised; answers JSON lines."""
import json
import sys
import time

import faiss
import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

CHUNK_ROWS = 8192


def unit(matrix: np.ndarray) -> np.ndarray:
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.ascontiguousarray(np.divide(matrix, norms, out=np.zeros_like(matrix), where=norms > 0), dtype=np.float32)


def numpy_search(vectors: np.ndarray, queries: np.ndarray, k: int):
    """Chunk by chunk, so that the products stay small."""
    scores = np.empty((len(queries), 0), np.float32)
    rows = np.empty((len(queries), 0), np.int64)
    for first in range(0, len(vectors), CHUNK_ROWS):
        part = queries @ vectors[first : first + CHUNK_ROWS].T
        near = np.argpartition(part, -k, axis=1)[:, -k:]
        scores = np.concatenate([scores, np.take_along_axis(part, near, 1)], axis=1)
        rows = np.concatenate([rows, near + first], axis=1)
    order = np.argsort(-scores, axis=1)[:, :k]
    return np.take_along_axis(scores, order, 1), np.take_along_axis(rows, order, 1)


def main() -> None:
    vectors, queries = np.load(sys.argv[1]).astype(np.float32), np.load(sys.argv[2]).astype(np.float32)
    documents, indexes, prefixes = {}, {}, {}
    for line in sys.stdin:
        ask = json.loads(line)
        faiss.omp_set_num_threads(ask["threads"])
        total_ms, lists = 0.0, {}
        with threadpool_limits(ask["threads"]):
            for dims in ask["dims"]:
                if dims not in indexes:
                    documents[dims] = unit(vectors[:, :dims])
                    indexes[dims] = faiss.IndexFlatIP(dims)
                    indexes[dims].add(documents[dims])
                    prefixes[dims] = unit(queries[:, :dims])
                start = time.perf_counter()
                if ask["side"] == "faiss":
                    scores, rows = indexes[dims].search(prefixes[dims], ask["k"])
                else:
                    scores, rows = numpy_search(documents[dims], prefixes[dims], ask["k"])
                total_ms += (time.perf_counter() - start) * 1000
                if ask.get("lists"):
                    lists[dims] = {"rows": rows.tolist(), "scores": scores.tolist()}
        blas = ", ".join(sorted({f"{info['internal_api']} {info.get('architecture', '')}".strip() for info in threadpool_info() if info["user_api"] == "blas"}))
        print(json.dumps({"ms": total_ms, "lists": lists, "version": faiss.__version__, "blas": blas}), flush=True)


main()
