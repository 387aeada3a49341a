import { writeFileAtomic } from '../base/atomic-file.ts';
import { UserError } from '../base/errors.ts';
import { writeOnnxModel } from '../math/onnx-graph.ts';
import { writeNpy } from '../vectors/npy.ts';
import { readFloatFile, writeFloatFile } from './float-file.ts';

const KIND = 'funnelscope-adapter/1';

/** Where an adapter comes from: enough to know what it fits and to make it again. */
export interface AdapterProvenance {
  /** `preserve` (neighbourhoods of the vectors themselves), `pairs`, `scored-pairs`, or `pca` for the rotation alone. */
  readonly method: string;
  /** Prefixes it was trained for, rising. */
  readonly prefixes: readonly number[];
  readonly model: { readonly id: string; readonly revision?: string | undefined };
  readonly corpus: { readonly name: string; readonly count: number; readonly contentHash?: string | undefined };
  /** Settings by name, the seed among them. */
  readonly settings: Readonly<Record<string, string | number | boolean | readonly number[]>>;
  /** Figures on rows that training did not see. */
  readonly figures: Readonly<Record<string, number>>;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly program: string;
}

/** A linear map for finished embeddings: y = x · W, then prefix, then normalise. */
export interface Adapter {
  readonly dims: number;
  /** dims × dims, row-major. */
  readonly matrix: Float32Array;
  readonly provenance: AdapterProvenance;
}

/** Writes an adapter as one file: its provenance and its weights. */
export async function writeAdapter(path: string, { dims, matrix, provenance }: Adapter): Promise<void> {
  await writeFloatFile(path, KIND, { header: { dims, provenance }, arrays: [matrix] });
}

/** @throws UserError when there is no such file, or it is no whole adapter. */
export async function readAdapter(path: string): Promise<Adapter> {
  const file = await readFloatFile<{ readonly dims: number; readonly provenance: AdapterProvenance }>(path, KIND);
  if (file === undefined) throw new UserError('training/no-adapter', 'there is no such adapter file', { place: { file: path } });
  const { dims, provenance } = file.header;
  const matrix = file.arrays[0];
  if (file.arrays.length !== 1 || matrix === undefined || matrix.length !== dims * dims) throw new UserError('training/damaged', `holds no ${dims} × ${dims} matrix`, { place: { file: path } });
  if (matrix.some((value) => !Number.isFinite(value))) throw new UserError('training/damaged', 'holds numbers that are not finite', { place: { file: path } });
  return { dims, matrix, provenance: { ...provenance, prefixes: [...provenance.prefixes].sort((a, b) => a - b) } };
}

/** @throws UserError when the adapter was made for vectors of another width. */
export function checkAdapterFits(adapter: Adapter, dims: number, path?: string): void {
  if (adapter.dims === dims) return;
  throw new UserError('training/adapter-width', `the adapter was made for ${adapter.dims} dimensions (${adapter.provenance.model.id}), the vectors have ${dims}`, path === undefined ? {} : { place: { file: path } });
}

/** W as a NumPy matrix: `turned = vectors @ numpy.load(path)`. */
export async function exportAdapterNpy(path: string, { dims, matrix }: Adapter): Promise<void> {
  await writeNpy(path, { rowCount: dims, dims }, [matrix]);
}

/** The map as an ONNX model: `embedding` [rows, dims] in, `adapted` [rows, dims] out, of unit length at full size. Prefixes must be normalised again. */
export async function exportAdapterOnnx(path: string, { dims, matrix, provenance }: Adapter): Promise<void> {
  const model = writeOnnxModel({
    name: 'funnelscope-adapter',
    metadata: { provenance: JSON.stringify(provenance), matryoshka_dims: provenance.prefixes.join(',') },
    initializers: [{ name: 'matrix', type: 'float', shape: [dims, dims], data: matrix }],
    nodes: [
      { op: 'MatMul', inputs: ['embedding', 'matrix'], outputs: ['turned'] },
      { op: 'LpNormalization', inputs: ['turned'], outputs: ['adapted'], attributes: { axis: { int: -1 }, p: { int: 2 } } },
    ],
    inputs: [{ name: 'embedding', type: 'float', shape: ['rows', dims] }],
    outputs: [{ name: 'adapted', type: 'float', shape: ['rows', dims] }],
  });
  await writeFileAtomic(path, model);
}
