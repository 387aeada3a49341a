import type { HeatMap } from '../../src/contract/tuning.ts';
import type { Schedule } from '../../src/contract/schedule.ts';

/**
 * A two-stage funnel to start from: of the head prefixes that reach `level`, the one that reads the fewest numbers
 * a query (rows × dims for the head, keep × full dimension for the re-rank). When none reaches it within the pool,
 * the cell with the best recall.
 */
export function suggestFunnel(heatMap: HeatMap, shape: { readonly rowCount: number; readonly dims: number; readonly k: number }, level = 0.99): Schedule {
  const iso = heatMap.isoRecall.find((line) => Math.abs(line.level - level) < 1e-9);
  let best: { readonly dims: number; readonly keep: number; readonly cost: number } | undefined;
  heatMap.dims.forEach((dims, index) => {
    const keep = iso?.keeps[index];
    if (keep === null || keep === undefined || dims >= shape.dims) return;
    const cost = shape.rowCount * dims + keep * shape.dims;
    if (best === undefined || cost < best.cost) best = { dims, keep: Math.max(keep, shape.k), cost };
  });
  const head = best ?? bestCell(heatMap, shape.dims);
  if (head === undefined) return [{ dims: shape.dims, keep: shape.k }];
  return [
    { dims: head.dims, keep: Math.max(head.keep, shape.k) },
    { dims: shape.dims, keep: shape.k },
  ];
}

function bestCell(heatMap: HeatMap, fullDims: number): { readonly dims: number; readonly keep: number } | undefined {
  let best: { readonly dims: number; readonly keep: number; readonly recall: number } | undefined;
  heatMap.dims.forEach((dims, row) => {
    if (dims >= fullDims) return;
    heatMap.keeps.forEach((keep, column) => {
      const recall = heatMap.recall[row]?.[column] ?? 0;
      if (best === undefined || recall > best.recall) best = { dims, keep, recall };
    });
  });
  return best;
}

/** Prefixes halved from the full dimension down to 8 or so: what to start with before a dataset suggests its own. */
export function defaultSchedule(dims: readonly number[], fullDims: number, rowCount: number, capacity: number, k: number): Schedule {
  const head = dims.filter((one) => one < fullDims)[Math.floor(dims.length / 2) - 1] ?? dims[0] ?? fullDims;
  if (head >= fullDims) return [{ dims: fullDims, keep: k }];
  const keep = Math.max(k, Math.min(capacity, rowCount, k * 32));
  return [
    { dims: head, keep },
    { dims: fullDims, keep: k },
  ];
}
