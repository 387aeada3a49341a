/** Token sequences of many texts, end to end: text t is tokens[starts[t] … starts[t + 1]). */
export interface TokenTexts {
  readonly starts: Int32Array;
  readonly tokens: Int32Array;
}

export function tokenTextsOf(sequences: readonly (readonly number[])[]): TokenTexts {
  const starts = new Int32Array(sequences.length + 1);
  sequences.forEach((sequence, text) => (starts[text + 1] = starts[text]! + sequence.length));
  const tokens = new Int32Array(starts[sequences.length]!);
  sequences.forEach((sequence, text) => tokens.set(sequence, starts[text]!));
  return { starts, tokens };
}

/** Mean of the table's rows of each text's tokens, not normalised; a text without tokens gives a zero row. @returns texts × dims. */
export function poolTexts(table: Float32Array, dims: number, { starts, tokens }: TokenTexts, texts: Int32Array, out: Float32Array = new Float32Array(texts.length * dims)): Float32Array {
  out.fill(0, 0, texts.length * dims);
  texts.forEach((text, place) => {
    const start = starts[text]!;
    const end = starts[text + 1]!;
    const to = place * dims;
    for (let t = start; t < end; t += 1) {
      const from = tokens[t]! * dims;
      for (let j = 0; j < dims; j += 1) out[to + j]! += table[from + j]!;
    }
    const share = 1 / Math.max(1, end - start);
    for (let j = 0; j < dims; j += 1) out[to + j]! *= share;
  });
  return out;
}

/**
 * Adds the gradient of `poolTexts` to a gradient table. Rows that were not yet in `touched` (a mark a row) are appended to it.
 * @param gradient texts × dims: the gradient by the pooled rows.
 */
export function spreadGradient(
  gradient: Float32Array,
  dims: number,
  { starts, tokens }: TokenTexts,
  texts: Int32Array,
  tableGradient: Float32Array,
  touched: { readonly mark: Uint8Array; readonly rows: number[] },
): void {
  texts.forEach((text, place) => {
    const start = starts[text]!;
    const end = starts[text + 1]!;
    const share = 1 / Math.max(1, end - start);
    const from = place * dims;
    for (let t = start; t < end; t += 1) {
      const row = tokens[t]!;
      if (touched.mark[row] === 0) {
        touched.mark[row] = 1;
        touched.rows.push(row);
      }
      const to = row * dims;
      for (let j = 0; j < dims; j += 1) tableGradient[to + j]! += share * gradient[from + j]!;
    }
  });
}
