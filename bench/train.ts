/**
 * Training an adapter here and in PyTorch, side by side: 100,000 × 384, batch 1,024, five prefixes, one epoch, the same batches.
 *
 *   npx tsx bench/train.ts [--rows 100000] [--dims 384] [--batch 1024] [--threads 2] [--rounds 1] [--python .venv/teacher/bin/python]
 *
 * PyTorch: `python3 -m venv .venv/teacher && .venv/teacher/bin/pip install torch==2.13.0 numpy`. Without it only this side is timed.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { randomNormal, sampleWithoutReplacement, seededRandom } from '../src/base/random.ts';
import { takeRows } from '../src/training/adapter-split.ts';
import { runAdapter } from '../src/training/adapter-run.ts';
import { identityMatrix } from '../src/training/controls.ts';
import { prefixWeights } from '../src/training/prefix.ts';

interface Timing {
  readonly engine: string;
  readonly elapsedMs: number;
  /** Processor time of all threads: what a busy machine does not stretch. */
  readonly cpuMs: number;
  readonly steps: number;
  readonly first: number;
  readonly last: number;
}

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    dims: { type: 'string', default: '384' },
    batch: { type: 'string', default: '1024' },
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '1' },
    python: { type: 'string', default: fileURLToPath(new URL('../.venv/teacher/bin/python', import.meta.url)) },
  },
});
const [count, dims, batchSize, threads, rounds] = [values.rows, values.dims, values.batch, values.threads, values.rounds].map(Number) as [number, number, number, number, number];
const prefixes = [1, 2, 4, 8, 16].map((share) => Math.round(dims / share));
const steps = Math.floor(count / batchSize);
const order = sampleWithoutReplacement(seededRandom(1), count, steps * batchSize);
const rows = clusteredRows();

const pairs: { here: Timing; torch: Timing | undefined }[] = [];
for (let round = 0; round < rounds; round += 1) {
  const here = await trainHere();
  const torch = existsSync(values.python) ? await trainTorch() : undefined;
  pairs.push({ here, torch });
  for (const one of [here, torch]) if (one !== undefined) console.log(`${one.engine.padEnd(28)} ${one.steps} batches  ${(one.elapsedMs / 1000).toFixed(2)} s  ${(one.elapsedMs / one.steps).toFixed(1)} ms a batch  ${(one.cpuMs / 1000).toFixed(2)} s of processor  loss ${one.first.toFixed(4)} → ${one.last.toFixed(4)}`);
}
const ratio = (of: (timing: Timing) => number): string => {
  const ratios = pairs.flatMap(({ here, torch }) => (torch === undefined ? [] : [of(here) / of(torch)])).sort((a, b) => a - b);
  return ratios[Math.floor(ratios.length / 2)]?.toFixed(2) ?? 'not measured';
};
console.log(`here / PyTorch: time ${ratio((timing) => timing.elapsedMs)}, processor time ${ratio((timing) => timing.cpuMs)} (${count.toLocaleString('en')} × ${dims}, batch ${batchSize}, prefixes ${prefixes.join(', ')}, ${threads} threads)`);

/** Unit rows in clusters, as embeddings lie. */
function clusteredRows(): Float32Array {
  const random = seededRandom(2);
  const centres = Float32Array.from({ length: 1000 * dims }, () => randomNormal(random));
  const out = new Float32Array(count * dims);
  for (let row = 0; row < count; row += 1) {
    const centre = Math.floor(random() * 1000) * dims;
    let square = 0;
    for (let j = 0; j < dims; j += 1) {
      const value = centres[centre + j]! + 2 * (random() + random() + random() - 1.5);
      out[row * dims + j] = value;
      square += value * value;
    }
    for (let j = 0; j < dims; j += 1) out[row * dims + j]! /= Math.sqrt(square);
  }
  return out;
}

async function trainHere(): Promise<Timing> {
  const run = async (batches: number): Promise<Timing> => {
    const losses: number[] = [];
    let beganMs = 0;
    let elapsedMs = 0;
    let cpuMs = 0;
    const cpu = (): number => (process.cpuUsage().user + process.cpuUsage().system) / 1000;
    await runAdapter(
      {
        batchSize,
        dims,
        prefixes: prefixWeights(dims, prefixes),
        scale: 20,
        loss: { kind: 'preserve', similarityWeight: 1 },
        matrix: identityMatrix(dims),
        epochs: 1,
        learningRate: 1e-3,
        threads,
        batchesOf: () => Array.from({ length: batches }, (_, at) => order.subarray(at * batchSize, (at + 1) * batchSize)),
        fill: (batch, x) => takeRows(rows, dims, batch, x),
        validate: async () => {
          // Asked before the first batch and after the last: exactly the training lies between.
          if (beganMs === 0) {
            beganMs = performance.now();
            cpuMs = -cpu();
          } else if (elapsedMs === 0) {
            elapsedMs = performance.now() - beganMs;
            cpuMs += cpu();
          }
          return 0;
        },
      },
      { onLoss: (loss) => losses.push(loss) },
    );
    return { engine: 'Funnelscope (onnxruntime)', elapsedMs, cpuMs, steps: batches, first: losses[0]!, last: losses.at(-1)! };
  };
  await run(3);
  return run(steps);
}

function trainTorch(): Promise<Timing> {
  const script = fileURLToPath(new URL('train_torch.py', import.meta.url));
  const child = spawn(values.python, [script, String(count), String(dims), String(batchSize), String(threads), prefixes.join(','), '1'], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.write(new Uint8Array(order.buffer, order.byteOffset, order.byteLength));
  child.stdin.end(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength));
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (data: Buffer) => (text += data.toString()));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(JSON.parse(text) as Timing) : reject(new Error(`PyTorch's side ended with ${code}`))));
  });
}
