/** Length of the first `dims` numbers. */
export function prefixLength(vector: ArrayLike<number>, dims: number): number {
  let squares = 0;
  for (let j = 0; j < dims; j += 1) squares += vector[j]! * vector[j]!;
  return Math.sqrt(squares);
}

/** Cosine of the first `dims` numbers of two vectors; 0 where one has no length. */
export function prefixCosine(a: ArrayLike<number>, b: ArrayLike<number>, dims: number, lengthOfA = prefixLength(a, dims)): number {
  let dot = 0;
  let squares = 0;
  for (let j = 0; j < dims; j += 1) {
    const value = b[j]!;
    dot += a[j]! * value;
    squares += value * value;
  }
  const lengths = lengthOfA * Math.sqrt(squares);
  return lengths > 0 ? dot / lengths : 0;
}
