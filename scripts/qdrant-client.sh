#!/usr/bin/env bash
# Makes the Python environment with Qdrant's client, whose in-process mode runs the generated code in a test: .venv/qdrant.
# Does nothing when it is already there. Prints the folder on stdout; everything else goes to stderr.
#
#   FUNNELSCOPE_QDRANT_VENV=DIR …     make it somewhere else
#   PYTHON=python3.12 …               with another Python (3.10 or newer)
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv=${FUNNELSCOPE_QDRANT_VENV:-$root/.venv/qdrant}
packages=(qdrant-client==1.* numpy)
stamp=$venv/.funnelscope
wanted="${packages[*]}"
ready() { [ -x "$venv/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; }

mkdir -p "$(dirname "$venv")"
# Two test runs at once must not build the same folder.
exec 9>"$venv.lock"
if command -v flock >/dev/null 2>&1; then flock 9; fi
if ! ready; then
  "${PYTHON:-python3}" -m venv "$venv" >&2
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "${packages[@]}" >&2
  printf '%s\n' "$wanted" >"$stamp"
fi
echo "$venv"
