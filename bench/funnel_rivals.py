"""The rivals' side of bench/funnel.ts: single queries on one thread; answers JSON lines."""
import json
import sys
import time

import faiss
import hnswlib
import numpy as np
from usearch.index import Index


def unit(matrix: np.ndarray) -> np.ndarray:
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.ascontiguousarray(np.divide(matrix, norms, out=np.zeros_like(matrix), where=norms > 0), dtype=np.float32)


def flat(vectors: np.ndarray):
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return lambda query, k: index.search(query[None], k)[1][0]


def hnsw_faiss(vectors: np.ndarray, ask: dict):
    index = faiss.IndexHNSWFlat(vectors.shape[1], ask["M"], faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = ask["efConstruction"]
    index.add(vectors)

    def search(query, k, ef):
        index.hnsw.efSearch = ef
        return index.search(query[None], k)[1][0]

    return search


def hnsw_hnswlib(vectors: np.ndarray, ask: dict):
    index = hnswlib.Index(space="ip", dim=vectors.shape[1])
    index.init_index(max_elements=len(vectors), M=ask["M"], ef_construction=ask["efConstruction"])
    index.add_items(vectors, num_threads=2)

    def search(query, k, ef):
        index.set_ef(ef)
        return index.knn_query(query, k=k, num_threads=1)[0][0]

    return search


def hnsw_usearch(vectors: np.ndarray, ask: dict):
    index = Index(ndim=vectors.shape[1], metric="ip", connectivity=ask["M"], expansion_add=ask["efConstruction"])
    index.add(np.arange(len(vectors)), vectors, threads=2)

    def search(query, k, ef):
        index.expansion_search = ef
        return index.search(query, k, threads=1).keys

    return search


def main() -> None:
    vectors, queries = unit(np.load(sys.argv[1])), unit(np.load(sys.argv[2]))
    faiss.omp_set_num_threads(1)
    exact = flat(vectors)
    truth = [set(exact(query, 10).tolist()) for query in queries]
    graphs = {}
    for line in sys.stdin:
        ask = json.loads(line)
        kind = ask["kind"]
        if kind == "build":
            faiss.omp_set_num_threads(2)
            start = time.perf_counter()
            graphs[ask["name"]] = {"faiss": hnsw_faiss, "hnswlib": hnsw_hnswlib, "usearch": hnsw_usearch}[ask["name"]](vectors, ask)
            faiss.omp_set_num_threads(1)
            print(json.dumps({"ms": (time.perf_counter() - start) * 1000}), flush=True)
            continue
        times, hits = [], 0
        for query, best in zip(queries, truth):
            start = time.perf_counter()
            rows = exact(query, 10) if kind == "flat" else graphs[ask["name"]](query, 10, ask["ef"])
            times.append((time.perf_counter() - start) * 1000)
            hits += len(best.intersection(int(row) for row in rows))
        print(json.dumps({"ms": times, "recall": hits / 10 / len(queries)}), flush=True)


main()
