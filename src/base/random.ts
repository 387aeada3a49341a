/** A seeded source of uniform numbers in [0, 1): the same seed gives the same numbers on every machine. */
export type Random = () => number;

/** sfc32 (Chris Doty-Humphrey, PractRand), seeded through splitmix32. Period about 2^128; not for cryptography. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const split = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  let a = split();
  let b = split();
  let c = split();
  let counter = 1;
  const next = (): number => {
    const t = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    return (t >>> 0) / 4294967296;
  };
  for (let i = 0; i < 12; i += 1) next();
  return next;
}

/** A whole number in [0, limit). */
export function randomInt(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

/** A standard normal number (Box–Muller). */
export function randomNormal(random: Random): number {
  const u = 1 - random();
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * random());
}

/** `count` distinct numbers of 0 … total−1 in random order (partial Fisher–Yates). `count` is cut to `total`. */
export function sampleWithoutReplacement(random: Random, total: number, count: number): Int32Array {
  const order = new Int32Array(total);
  for (let i = 0; i < total; i += 1) order[i] = i;
  const taken = Math.min(count, total);
  for (let i = 0; i < taken; i += 1) {
    const j = i + randomInt(random, total - i);
    const value = order[i]!;
    order[i] = order[j]!;
    order[j] = value;
  }
  return order.slice(0, taken);
}
