// SYNTHETIC, for scale only: the starter's WordNet vectors again and again, each copy moved a little, until there are 1,000,000 rows. Times and
// memory grow as they would with real text; recall on it means nothing.
import { join } from 'node:path';
import { randomNormal, seededRandom } from '../src/base/random.ts';
import { readNpyHeader, readNpyRows, writeNpy } from '../src/vectors/npy.ts';
import { areThere, dataFolder, wordnetVectors, type VectorFiles } from './wordnet-vectors.ts';

/** Standard deviation of what is added to each number of a copy; the numbers themselves have 1/16. */
const MOVED = 1 / 64;

export async function tiling(rowCount = 1_000_000, folder = dataFolder): Promise<VectorFiles> {
  const real = await wordnetVectors(folder);
  const files = { vectors: join(folder, `tiling-${rowCount}.npy`), queries: real.queries, label: `SYNTHETIC tiling of starter × WordNet to ${rowCount} rows` };
  if (await areThere(files.vectors)) return files;
  const { dims } = await readNpyHeader(real.vectors);
  const random = seededRandom(1);
  // Numbers drawn once and read from changing places: 256 million draws would take longer than the benchmark.
  const noise = Float32Array.from({ length: 2 ** 20 + dims }, () => MOVED * randomNormal(random));
  async function* rows(): AsyncGenerator<Float32Array> {
    for (let left = rowCount, copy = 0; left > 0; copy += 1) {
      for await (const chunk of readNpyRows(real.vectors)) {
        const take = Math.min(left, chunk.length / dims);
        if (take === 0) return;
        const moved = chunk.slice(0, take * dims);
        if (copy > 0) {
          for (let row = 0; row < take; row += 1) {
            const from = Math.floor(random() * 2 ** 20);
            for (let j = 0; j < dims; j += 1) moved[row * dims + j]! += noise[from + j]!;
          }
        }
        yield moved;
        left -= take;
      }
    }
  }
  await writeNpy(files.vectors, { rowCount, dims }, rows());
  return files;
}

if (process.argv[1] === import.meta.filename) process.stdout.write(`${JSON.stringify(await tiling())}\n`);
