#!/usr/bin/env bash
# Makes the Python environment that runs Milvus Lite for the tests and the bench: .venv/milvus-lite (455 MB).
# Does nothing when it is already there. Prints the folder on stdout; everything else goes to stderr.
#
#   scripts/milvus-lite.sh            make it
#   FUNNELSCOPE_MILVUS_VENV=DIR …     make it somewhere else
#   PYTHON=python3.12 …               with another Python (3.9 or newer)
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv=${FUNNELSCOPE_MILVUS_VENV:-$root/.venv/milvus-lite}
packages=(milvus-lite==3.2.* pymilvus)
stamp=$venv/.funnelscope

wanted="${packages[*]}"
if [ -x "$venv/bin/milvus-lite" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
  echo "$venv"
  exit 0
fi

mkdir -p "$(dirname "$venv")"
# Two test runs at once must not build the same folder.
exec 9>"$venv.lock"
if command -v flock >/dev/null 2>&1; then flock 9; fi
if [ -x "$venv/bin/milvus-lite" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
  echo "$venv"
  exit 0
fi

"${PYTHON:-python3}" -m venv "$venv" >&2
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check "${packages[@]}" >&2
"$venv/bin/milvus-lite" server --help >/dev/null
printf '%s\n' "$wanted" >"$stamp"
echo "$venv"
