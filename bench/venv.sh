#!/usr/bin/env bash
# Makes .venv/bench with the rivals that the benchmarks run against. Does nothing when it is there.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=.venv/bench
if [ ! -x "$venv/bin/python" ]; then python3 -m venv "$venv"; fi
if ! "$venv/bin/python" -c 'import faiss, numpy, usearch, hnswlib' 2>/dev/null; then
  "$venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 faiss-cpu==1.15.1 usearch hnswlib
fi
echo "$PWD/$venv/bin/python"
