import { mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runFunnel } from '../../../src/funnel/run.ts';
import type { CodeSpec, GeneratedCode } from '../../../src/report/code/spec.ts';
import { openEmbeddedStore } from '../../../src/stores/embedded/embedded-store.ts';
import { writeNpy } from '../../../src/vectors/npy.ts';
import { vectorSetOf } from '../../../src/vectors/vector-set.ts';
import { clusteredRows, rowOf, type Matrix } from '../../stores/reference.ts';

export const spec: CodeSpec = {
  schedule: [
    { dims: 8, keep: 200 },
    { dims: 24, keep: 80 },
    { dims: 64, keep: 12 },
  ],
  k: 10,
  dims: 64,
  collection: 'film_plots',
  about: { corpus: 'film plots', model: 'a model', queryPrompt: 'search_query: ' },
};

export interface Answers {
  readonly rows: Matrix;
  readonly queries: Matrix;
  /** What the engine's own funnel returns: one list of rows a query, best first. */
  readonly ids: readonly (readonly number[])[];
}

/** Made-up documents and queries, and what the engine finds with the schedule of `spec`. */
export async function engineAnswers(): Promise<Answers> {
  const rows = clusteredRows(1200, spec.dims, 11);
  const queries = clusteredRows(12, spec.dims, 12);
  const store = openEmbeddedStore(vectorSetOf(Float32Array.from(rows.data), { rowCount: rows.rowCount, dims: rows.dims, boundaries: spec.schedule.map((stage) => stage.dims) }));
  const head = await store.openHead({ dims: spec.schedule[0]!.dims, index: 'flat', precision: 'f32' });
  const ids: number[][] = [];
  for (let query = 0; query < queries.rowCount; query += 1) {
    const { stages } = await runFunnel(store, head, spec.schedule, rowOf(queries, query));
    ids.push([...stages[stages.length - 1]!.rows.subarray(0, spec.k)]);
  }
  await store.close();
  return { rows, queries, ids };
}

/** A folder with the program, its .npy files, and this repository's packages in reach. The caller removes it. */
export async function programFolder(generated: GeneratedCode, { rows, queries }: Answers): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'funnelscope-code-'));
  await writeFile(join(folder, generated.fileName), generated.code);
  await writeNpy(join(folder, 'documents.npy'), rows, [rows.data]);
  await writeNpy(join(folder, 'queries.npy'), queries, [queries.data]);
  await symlink(fileURLToPath(new URL('../../../node_modules', import.meta.url)), join(folder, 'node_modules'));
  return folder;
}

/** What a program printed: the ids of each query, best first. */
export function printedIds(output: string): unknown[][] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('['))
    .map((line) => (JSON.parse(line) as [unknown, number][]).map(([id]) => id));
}
