// For tests only: what the engine uses and Node 16 (Electron 22, see electron-for-tests.sh) does not have. Put before the engine's process by
// `build.mjs --electron-test`; the shipped Electron has all of it, and none of this.
import { Blob, File } from 'node:buffer';
import { webcrypto } from 'node:crypto';
import fs from 'node:fs';
import fsPromises from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import streams from 'node:stream/web';
import { deserialize, serialize } from 'node:v8';
import zlib from 'node:zlib';

function define(target, name, value) {
  if (target[name] === undefined) Object.defineProperty(target, name, { value, configurable: true, writable: true });
}

for (const [name, value] of Object.entries({ ...streams, Blob, File, crypto: webcrypto })) define(globalThis, name, value);
define(globalThis, 'structuredClone', (value) => deserialize(serialize(value)));
define(os, 'availableParallelism', () => os.cpus().length);

const crcTable = Int32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest;
});
define(zlib, 'crc32', (data, before = 0) => {
  const bytes = typeof data === 'string' ? Buffer.from(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  let rest = ~before;
  for (const byte of bytes) rest = (rest >>> 8) ^ crcTable[(rest ^ byte) & 255];
  return ~rest >>> 0;
});

class Headers extends Map {
  constructor(entries = []) {
    super(Object.entries(entries).map(([name, value]) => [name.toLowerCase(), String(value)]));
  }
  get(name) {
    return super.get(name.toLowerCase()) ?? null;
  }
}
define(globalThis, 'Headers', Headers);
define(globalThis, 'Response', class Response {});
define(globalThis, 'Request', class Request {});
define(globalThis, 'fetch', () => Promise.reject(new TypeError('no fetch in the test Electron')));

for (const [name, run] of Object.entries({
  toSorted: (list, order) => [...list].sort(order),
  toReversed: (list) => [...list].reverse(),
  toSpliced: (list, ...change) => (list = [...list], list.splice(...change), list),
  with: (list, index, value) => (list = [...list], (list[index < 0 ? list.length + index : index] = value), list),
})) {
  define(Array.prototype, name, function (...given) {
    return run(this, ...given);
  });
}
for (const Typed of [Float32Array, Float64Array, Int32Array, Uint32Array, Int16Array, Uint16Array, Int8Array, Uint8Array]) {
  define(Typed.prototype, 'toSorted', function (order) {
    return this.slice().sort(order);
  });
}
define(Object, 'groupBy', (list, keyOf) => {
  const groups = Object.create(null);
  for (const one of list) (groups[keyOf(one)] ??= []).push(one);
  return groups;
});
define(Promise, 'withResolvers', () => {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
});
define(AbortSignal, 'any', (signals) => {
  const both = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) both.abort(signal.reason);
    else signal.addEventListener('abort', () => both.abort(signal.reason), { once: true });
  }
  return both.signal;
});
define(AbortSignal.prototype, 'throwIfAborted', function () {
  if (this.aborted) throw this.reason;
});

// readdir's `recursive` (Node 20) and Dirent.parentPath (Node 20.12).
const readdir = fsPromises.readdir;
async function readdirRecursively(folder, options) {
  const entries = await readdir(folder, { ...options, withFileTypes: true });
  const found = [];
  for (const entry of entries) {
    entry.parentPath = entry.path = String(folder);
    found.push(entry);
    if (options.recursive && entry.isDirectory()) found.push(...(await readdirRecursively(path.join(String(folder), entry.name), options)));
  }
  return found;
}
fsPromises.readdir = fs.promises.readdir = async (folder, options) => {
  if (typeof options !== 'object' || options === null || !(options.recursive || options.withFileTypes)) return readdir(folder, options);
  const found = await readdirRecursively(folder, options);
  return options.withFileTypes ? found : found.map((entry) => path.relative(String(folder), path.join(entry.parentPath, entry.name)));
};
