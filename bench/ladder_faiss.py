"""FAISS's side of bench/ladder.ts: IndexFlatIP of every prefix, re-normalised; answers JSON lines."""
import json
import sys
import time

import faiss
import numpy as np


def unit(matrix: np.ndarray) -> np.ndarray:
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.ascontiguousarray(np.divide(matrix, norms, out=np.zeros_like(matrix), where=norms > 0), dtype=np.float32)


def main() -> None:
    vectors, queries = np.load(sys.argv[1]), np.load(sys.argv[2])
    indexes, prefixes = {}, {}
    for line in sys.stdin:
        ask = json.loads(line)
        faiss.omp_set_num_threads(ask["threads"])
        total_ms, lists, by_dims = 0.0, {}, {}
        for dims in ask["dims"]:
            if dims not in indexes:
                indexes[dims] = faiss.IndexFlatIP(dims)
                indexes[dims].add(unit(vectors[:, :dims]))
                prefixes[dims] = unit(queries[:, :dims])
            start = time.perf_counter()
            scores, rows = indexes[dims].search(prefixes[dims], ask["k"])
            by_dims[dims] = (time.perf_counter() - start) * 1000
            total_ms += by_dims[dims]
            if ask.get("lists"):
                lists[dims] = {"rows": rows.tolist(), "scores": scores.tolist()}
        print(json.dumps({"ms": total_ms, "byDims": by_dims, "lists": lists, "version": faiss.__version__}), flush=True)


main()
