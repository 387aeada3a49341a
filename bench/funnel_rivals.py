"""The rivals' side of bench/funnel.ts: single queries on one thread; answers JSON lines. Graphs are kept beside the vectors, with their build time."""
import json
import sys
import time
from pathlib import Path

import faiss
import hnswlib
import numpy as np
from usearch.index import Index


def unit(matrix: np.ndarray) -> np.ndarray:
    matrix = matrix.astype(np.float32)
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.ascontiguousarray(np.divide(matrix, norms, out=np.zeros_like(matrix), where=norms > 0), dtype=np.float32)


def flat(vectors: np.ndarray):
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return lambda query, k: index.search(query[None], k)[1][0]


def kept(path: Path, build, save, load):
    """Builds and keeps an index, or loads the one that is there; its build time in ms either way."""
    clock = Path(f"{path}.ms")
    if path.exists() and clock.exists():
        return load(str(path)), float(clock.read_text())
    start = time.perf_counter()
    index = build()
    took = (time.perf_counter() - start) * 1000
    save(index, str(path))
    clock.write_text(str(took))
    return index, took


def hnsw_faiss(vectors, path, m, construction):
    def build():
        index = faiss.IndexHNSWFlat(vectors.shape[1], m, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = construction
        faiss.omp_set_num_threads(2)
        index.add(vectors)
        faiss.omp_set_num_threads(1)
        return index

    index, took = kept(path, build, faiss.write_index, faiss.read_index)

    def search(query, k, ef):
        index.hnsw.efSearch = ef
        return index.search(query[None], k)[1][0]

    return search, took


def hnsw_hnswlib(vectors, path, m, construction):
    def build():
        index = hnswlib.Index(space="ip", dim=vectors.shape[1])
        index.init_index(max_elements=len(vectors), M=m, ef_construction=construction)
        index.add_items(vectors, num_threads=2)
        return index

    def load(name):
        index = hnswlib.Index(space="ip", dim=vectors.shape[1])
        index.load_index(name)
        return index

    index, took = kept(path, build, lambda index, name: index.save_index(name), load)

    def search(query, k, ef):
        index.set_ef(ef)
        return index.knn_query(query, k=k, num_threads=1)[0][0]

    return search, took


def hnsw_usearch(vectors, path, m, construction):
    def make():
        return Index(ndim=vectors.shape[1], metric="ip", dtype="f32", connectivity=m, expansion_add=construction)

    def build():
        index = make()
        index.add(np.arange(len(vectors)), vectors, threads=2)
        return index

    def load(name):
        index = make()
        index.load(name)
        return index

    index, took = kept(path, build, lambda index, name: index.save(name), load)

    def search(query, k, ef):
        index.expansion_search = ef
        return index.search(query, k, threads=1).keys

    return search, took


BUILDERS = {"faiss": hnsw_faiss, "hnswlib": hnsw_hnswlib, "usearch": hnsw_usearch}


def main() -> None:
    vectors, queries = unit(np.load(sys.argv[1])), unit(np.load(sys.argv[2]))
    faiss.omp_set_num_threads(1)
    exact = flat(vectors)
    transposed = vectors.T
    truth = None
    graphs = {}
    for line in sys.stdin:
        ask = json.loads(line)
        kind = ask["kind"]
        if kind == "build":
            m, construction = ask["M"], ask["efConstruction"]
            path = Path(f"{sys.argv[1]}.{ask['name']}-{m}-{construction}")
            search, took = BUILDERS[ask["name"]](vectors, path, m, construction)
            graphs[ask["name"], m] = search
            print(json.dumps({"ms": took}), flush=True)
            continue
        if truth is None:
            truth = [set(exact(query, 10).tolist()) for query in queries]
        count = ask.get("count", len(queries))
        times, hits = [], 0
        for query, best in zip(queries[:count], truth):
            start = time.perf_counter()
            if kind == "flat":
                rows = exact(query, 10)
            elif kind == "numpy":
                scores = query @ transposed
                near = np.argpartition(-scores, 10)[:10]
                rows = near[np.argsort(-scores[near])]
            else:
                rows = graphs[ask["name"], ask["M"]](query, 10, ask["ef"])
            times.append((time.perf_counter() - start) * 1000)
            hits += len(best.intersection(int(row) for row in rows))
        print(json.dumps({"ms": times, "recall": hits / 10 / count}), flush=True)


main()
