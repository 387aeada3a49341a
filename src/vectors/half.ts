/** IEEE 754 half-precision numbers as raw 16-bit patterns. */

let table: Float32Array | undefined;

/** The float32 value of every 16-bit pattern, made on first use (256 kB). */
function halfValues(): Float32Array {
  if (table !== undefined) return table;
  table = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits += 1) {
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    const size = exponent === 0 ? fraction * 2 ** -24 : exponent === 31 ? (fraction === 0 ? Infinity : NaN) : (1024 + fraction) * 2 ** (exponent - 25);
    table[bits] = bits & 0x8000 ? -size : size;
  }
  return table;
}

/** Writes the float32 value of every half into `out`. */
export function halvesToFloats(halves: Uint16Array, out: Float32Array): Float32Array {
  const values = halfValues();
  for (let i = 0; i < halves.length; i += 1) out[i] = values[halves[i]!]!;
  return out;
}
