"""Writes the small binary tables of test/fixtures/data with the libraries that users write theirs with.

    python3 -m venv .venv/data && .venv/data/bin/pip install pyarrow h5py numpy
    .venv/data/bin/python scripts/test-data.py test/fixtures/data
"""

import datetime
import sys
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq

ROWS = 30
DIMS = 6


def vectors(seed, rows):
    return np.random.default_rng(seed).standard_normal((rows, DIMS)).astype("<f4")


def table():
    emb = vectors(1, ROWS)
    return pa.table(
        {
            "id": pa.array([2**53 + 1 + row for row in range(ROWS)], pa.int64()),
            "title": pa.array([None if row % 7 == 3 else f"Title {row}" for row in range(ROWS)]),
            "text": pa.array([f"text of row {row}: größe, 你好" for row in range(ROWS)]),
            "when": pa.array([datetime.datetime(2026, 1, 1) + datetime.timedelta(days=row) for row in range(ROWS)], pa.timestamp("us")),
            "emb": pa.array(list(emb), pa.list_(pa.float32())),
            "fixed": pa.FixedSizeListArray.from_arrays(pa.array(emb.astype("f8").ravel() * 2), DIMS),
            "nested": pa.array([{"a": row, "b": [{"c": "x"}]} for row in range(ROWS)]),
        }
    )


def write_parquet(root):
    for name, options in {
        "snappy": {"compression": "snappy"},
        "zstd": {"compression": "zstd", "data_page_version": "2.0"},
        "gzip-groups": {"compression": "gzip", "row_group_size": 7},
        "brotli-plain": {"compression": "brotli", "use_dictionary": False},
        "lz4-split": {"compression": "lz4", "use_dictionary": False, "column_encoding": {"emb.list.element": "BYTE_STREAM_SPLIT"}},
        "none": {"compression": "none"},
    }.items():
        pq.write_table(table(), root / f"table-{name}.parquet", **options)


def write_arrow(root):
    for name in ["uncompressed", "lz4", "zstd"]:
        feather.write_feather(table(), str(root / f"table-{name}.feather"), compression=name)
    with pa.ipc.new_stream(root / "table-stream.arrow", table().schema) as writer:
        for batch in table().to_batches(max_chunksize=8):
            writer.write_batch(batch)
    # Long and repetitive: matches reach over block borders of the LZ4 frame.
    long = pa.table({"id": pa.array(range(400)), "text": pa.array([f"the same words again and again, number {row % 10}, " * 8 for row in range(400)])})
    feather.write_feather(long, str(root / "long-lz4.feather"), compression="lz4")


def write_vectordbbench(root):
    folder = root / "vectordbbench"
    folder.mkdir(exist_ok=True)
    train, test = vectors(2, 40), vectors(3, 5)
    ids = np.arange(40) + 100
    for shard in range(2):
        part = slice(shard * 20, shard * 20 + 20)
        pq.write_table(pa.table({"id": ids[part], "emb": list(train[part])}), folder / f"train-0{shard + 1}-of-02.parquet")
    pq.write_table(pa.table({"id": np.arange(5), "emb": list(test)}), folder / "test.parquet")
    order = neighbours(train, test, 10)
    shuffled = [3, 1, 4, 0, 2]
    pq.write_table(pa.table({"id": shuffled, "neighbors_id": [list(ids[order[query]]) for query in shuffled]}), folder / "neighbors.parquet")


def neighbours(train, test, k):
    unit = lambda x: x / np.linalg.norm(x, axis=1, keepdims=True)  # noqa: E731
    return np.argsort(-(unit(test.astype("f8")) @ unit(train.astype("f8")).T), axis=1, kind="stable")[:, :k]


def write_hdf5(root):
    train, test = vectors(2, 40), vectors(3, 5)
    with h5py.File(root / "ann-benchmarks.hdf5", "w") as file:
        file.attrs["type"] = "dense"
        file.attrs["distance"] = "angular"
        file.attrs["dimension"] = DIMS
        file.create_dataset("train", data=train, chunks=(8, DIMS), compression="gzip")
        file.create_dataset("test", data=test)
        file.create_dataset("neighbors", data=neighbours(train, test, 10).astype("<i4"))
        file.create_dataset("distances", data=np.zeros((5, 10), "<f4"))
    with h5py.File(root / "no-test.hdf5", "w") as file:
        file.create_dataset("train", data=train.astype("<f8"))


def write_zstd(root):
    lines = "".join(f'{{"id": {row}, "text": "line {row} {"word " * (row % 40)}"}}\n' for row in range(3000))
    (root / "lines.jsonl.zst").write_bytes(pa.compress(lines.encode(), codec="zstd", asbytes=True))


def write_npy(root):
    np.save(root / "train.npy", vectors(2, 40))
    np.save(root / "test.npy", vectors(3, 5))
    np.save(root / "table.npy", vectors(1, ROWS))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for write in [write_parquet, write_arrow, write_vectordbbench, write_hdf5, write_zstd, write_npy]:
        write(target)
