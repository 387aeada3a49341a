/**
 * Non-negative least squares for a handful of features: the weights w ≥ 0 that minimise Σ ((xᵢ·w − yᵢ)·scaleᵢ)².
 * Every subset of features is solved by the normal equations and the best one without a negative weight is taken, which is exact
 * (the optimum is the unconstrained optimum of its own support) and cheap for ≤ 6 features.
 * @param x rows of equal length. @param scale one weight a row, for relative errors 1/yᵢ.
 */
export function fitNonNegative(x: readonly (readonly number[])[], y: readonly number[], scale: readonly number[]): number[] {
  const width = x[0]?.length ?? 0;
  let best = new Array<number>(width).fill(0);
  let bestError = errorOf(x, y, scale, best);
  for (let subset = 1; subset < 1 << width; subset += 1) {
    const columns = Array.from({ length: width }, (_, j) => j).filter((j) => (subset >> j) & 1);
    const solved = solveSubset(x, y, scale, columns);
    if (solved === undefined || solved.some((value) => value < 0)) continue;
    const weights = new Array<number>(width).fill(0);
    columns.forEach((column, i) => {
      weights[column] = solved[i]!;
    });
    const error = errorOf(x, y, scale, weights);
    if (error < bestError) {
      best = weights;
      bestError = error;
    }
  }
  return best;
}

function errorOf(x: readonly (readonly number[])[], y: readonly number[], scale: readonly number[], weights: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < y.length; i += 1) {
    let value = -y[i]!;
    for (let j = 0; j < weights.length; j += 1) value += x[i]![j]! * weights[j]!;
    sum += (value * scale[i]!) ** 2;
  }
  return sum;
}

function solveSubset(x: readonly (readonly number[])[], y: readonly number[], scale: readonly number[], columns: readonly number[]): number[] | undefined {
  // Columns are brought to unit length first: candidates × dimensions run to a million beside a constant of one.
  const lengths = columns.map((column) => Math.sqrt(x.reduce((sum, row, i) => sum + (row[column]! * scale[i]!) ** 2, 0)));
  if (lengths.some((length) => length === 0)) return undefined;
  const matrix = columns.map((a, i) => [
    ...columns.map((b, j) => x.reduce((sum, row, r) => sum + row[a]! * row[b]! * scale[r]! ** 2, 0) / (lengths[i]! * lengths[j]!)),
    x.reduce((sum, row, r) => sum + row[a]! * y[r]! * scale[r]! ** 2, 0) / lengths[i]!,
  ]);
  const solved = solveLinear(matrix);
  return solved?.map((value, i) => value / lengths[i]!);
}

/** Gauss with pivoting on [A | b]; undefined where A is singular. */
function solveLinear(matrix: number[][]): number[] | undefined {
  const size = matrix.length;
  for (let column = 0; column < size; column += 1) {
    let pivot = column;
    for (let row = column + 1; row < size; row += 1) if (Math.abs(matrix[row]![column]!) > Math.abs(matrix[pivot]![column]!)) pivot = row;
    if (Math.abs(matrix[pivot]![column]!) < 1e-10) return undefined;
    [matrix[column], matrix[pivot]] = [matrix[pivot]!, matrix[column]!];
    for (let row = 0; row < size; row += 1) {
      if (row === column) continue;
      const factor = matrix[row]![column]! / matrix[column]![column]!;
      for (let j = column; j <= size; j += 1) matrix[row]![j]! -= factor * matrix[column]![j]!;
    }
  }
  return matrix.map((row, i) => row[size]! / row[i]!);
}
