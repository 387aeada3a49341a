/** Adam's moments for a flat array of parameters (Kingma and Ba, arXiv 1412.6980). */
export interface AdamState {
  readonly first: Float32Array;
  readonly second: Float32Array;
  /** Steps taken so far. */
  step: number;
}

export interface AdamOptions {
  readonly learningRate: number;
  /** Decay of the first and second moments. */
  readonly beta1?: number | undefined;
  readonly beta2?: number | undefined;
  readonly epsilon?: number | undefined;
}

export function newAdamState(length: number): AdamState {
  return { first: new Float32Array(length), second: new Float32Array(length), step: 0 };
}

/** One step over all parameters, in place. */
export function adamStep(parameters: Float32Array, gradient: Float32Array, state: AdamState, options: AdamOptions): void {
  const update = nextUpdate(state, options);
  updateSpan(parameters, gradient, state, update, 0, parameters.length);
}

/**
 * One step over some rows of a table, in place ("lazy" Adam: the moments of the other rows stand still, as in PyTorch's SparseAdam).
 * The gradient is a whole table too; only the named rows are read, and they are set to zero for the next step.
 */
export function adamStepRows(table: Float32Array, gradient: Float32Array, dims: number, rows: Int32Array, state: AdamState, options: AdamOptions): void {
  const update = nextUpdate(state, options);
  for (const row of rows) {
    updateSpan(table, gradient, state, update, row * dims, (row + 1) * dims);
    gradient.fill(0, row * dims, (row + 1) * dims);
  }
}

interface Update {
  readonly beta1: number;
  readonly beta2: number;
  readonly rate: number;
  readonly epsilon: number;
}

/** Folds both bias corrections into the rate and epsilon, so that the inner loop has one root and one division. */
function nextUpdate(state: AdamState, { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions): Update {
  state.step += 1;
  const root = Math.sqrt(1 - beta2 ** state.step);
  return { beta1, beta2, rate: (learningRate * root) / (1 - beta1 ** state.step), epsilon: epsilon * root };
}

function updateSpan(parameters: Float32Array, gradient: Float32Array, { first, second }: AdamState, { beta1, beta2, rate, epsilon }: Update, start: number, end: number): void {
  for (let i = start; i < end; i += 1) {
    const g = gradient[i]!;
    const m = beta1 * first[i]! + (1 - beta1) * g;
    const v = beta2 * second[i]! + (1 - beta2) * g * g;
    first[i] = m;
    second[i] = v;
    parameters[i]! -= (rate * m) / (Math.sqrt(v) + epsilon);
  }
}
