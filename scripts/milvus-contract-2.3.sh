#!/usr/bin/env bash
# Runs the store's tests against a real standalone Milvus, 2.3.5 of PyPI (58 MB): the contract, loading, crashes, credentials.
# Stricter than Milvus Lite: one vector field a collection, equal keys stay double, hits are limited, indexes are built apart.
#
#   scripts/milvus-contract-2.3.sh [vitest options]
#
# That server listens on all interfaces. Where Linux allows it the whole run therefore happens in a network namespace of its own,
# which has nothing but a loopback.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv=${FUNNELSCOPE_MILVUS_23_VENV:-$root/.venv/milvus-2.3}
package=milvus==2.3.5
stamp=$venv/.funnelscope

if [ "$(cat "$stamp" 2>/dev/null)" != "$package" ]; then
  mkdir -p "$(dirname "$venv")"
  "${PYTHON:-python3}" -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$package"
  printf '%s\n' "$package" >"$stamp"
fi

export FUNNELSCOPE_MILVUS_23_VENV=$venv
cd "$root"
run=(npx --no-install vitest run test/stores/milvus/standalone "$@")
if command -v ip >/dev/null && unshare --net --map-root-user true 2>/dev/null; then
  exec unshare --net --map-root-user -- sh -c 'ip link set lo up && exec "$@"' sh "${run[@]}"
fi
echo "no network namespace here: Milvus 2.3.5 will listen on all interfaces while the tests run" >&2
exec "${run[@]}"
