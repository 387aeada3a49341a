"""The tutorial's own way of funnel search, through pymilvus: head search that brings the candidates' vectors, re-ranking and pruning
here with longer prefixes. Follows Milvus's documentation, "Funnel search with Matryoshka embeddings". Answers one JSON line for each
JSON line: {"do": "load"} | {"do": "funnel", "batch": n} | {"do": "ladder", "fields": [[dims, collection, field], ...], "k": n}."""
import json
import sys
import time

import numpy as np
from pymilvus import DataType, MilvusClient

uri, vectors_path, queries_path = sys.argv[1:4]
SEARCH_DIM = 128
CANDIDATES = 128
PRUNE_DIMS = [256, 512, 768]
PRUNE_RATIO = 0.5
COLLECTION = "movie_embeddings"

client = MilvusClient(uri=uri)
vectors = np.load(vectors_path)
queries = np.load(queries_path)


def normalise(matrix):
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return matrix / np.where(lengths > 0, lengths, 1)


def load():
    start = time.perf_counter()
    schema = client.create_schema(auto_id=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("title", DataType.VARCHAR, max_length=256)
    schema.add_field("head_embedding", DataType.FLOAT_VECTOR, dim=SEARCH_DIM)
    schema.add_field("embedding", DataType.FLOAT_VECTOR, dim=vectors.shape[1])
    indexes = client.prepare_index_params()
    for field in ("head_embedding", "embedding"):
        indexes.add_index(field_name=field, index_type="FLAT", metric_type="COSINE")
    client.create_collection(COLLECTION, schema=schema)
    for first in range(0, len(vectors), 1000):
        full = vectors[first : first + 1000]
        head = normalise(full[:, :SEARCH_DIM])
        client.insert(
            COLLECTION,
            [
                {"id": first + i, "title": f"Plot {first + i}", "head_embedding": head[i].tolist(), "embedding": full[i].tolist()}
                for i in range(len(full))
            ],
        )
    client.flush(COLLECTION)
    client.create_index(COLLECTION, indexes)
    client.load_collection(COLLECTION)
    return {"ms": (time.perf_counter() - start) * 1000}


def prune(query, hits):
    """Re-ranks by each longer prefix and keeps the better half, as the tutorial does with a table of hits."""
    ids = np.array([hit["entity"]["id"] for hit in hits])
    full = np.array([hit["entity"]["embedding"] for hit in hits], dtype=np.float32)
    for dims in PRUNE_DIMS:
        part = full[:, :dims]
        scores = part @ query[:dims] / (np.linalg.norm(part, axis=1) * np.linalg.norm(query[:dims]))
        order = np.argsort(-scores, kind="stable")[: max(1, int(len(ids) * PRUNE_RATIO))]
        ids, full = ids[order], full[order]
    return ids.tolist()


def funnel(batch):
    start = time.perf_counter()
    found, each = [], []
    for first in range(0, len(queries), batch):
        before = time.perf_counter()
        part = queries[first : first + batch]
        results = client.search(
            COLLECTION,
            data=normalise(part[:, :SEARCH_DIM]).tolist(),
            anns_field="head_embedding",
            limit=CANDIDATES,
            output_fields=["id", "title", "head_embedding", "embedding"],
        )
        found += [prune(query, hits) for query, hits in zip(part, results)]
        each.append((time.perf_counter() - before) * 1000 / len(part))
    return {"ms": (time.perf_counter() - start) * 1000, "p50": float(np.median(each)), "rows": found}


def ladder(fields, k):
    """A plain search for every query at every prefix."""
    start = time.perf_counter()
    for dims, collection, field in fields:
        for query in normalise(queries[:, :dims]):
            client.search(collection, data=[query.tolist()], anns_field=field, limit=k, output_fields=["id"])
    return {"ms": (time.perf_counter() - start) * 1000}


for line in sys.stdin:
    ask = json.loads(line)
    answer = {"load": load, "funnel": funnel, "ladder": ladder}[ask.pop("do")](**ask)
    print(json.dumps(answer), flush=True)
