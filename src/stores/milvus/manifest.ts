import type { CollectionInfo } from './milvus.ts';

/** Every collection this program makes begins so, and holds a manifest: only both together make it ours. */
export const OWN_PREFIX = 'fs_';
export const SCRATCH_PREFIX = 'fs_probe_';

export type VectorPrecision = 'f32' | 'f16' | 'binary';

export interface ManifestField {
  readonly name: string;
  readonly dims: number;
  readonly precision: VectorPrecision;
}

/** What a collection of ours holds. Stored in it when it is created, never changed: whether it is complete is counted, not noted. */
export interface Manifest {
  readonly corpus: string;
  readonly model: string;
  /** SHA-256 of the vectors, in hex. */
  readonly contentHash: string;
  readonly rowCount: number;
  /** The full dimension the prefixes were cut from. */
  readonly dims: number;
  readonly metric: string;
  readonly index: string;
  readonly indexParams: Readonly<Record<string, number | string | boolean>>;
  readonly fields: readonly ManifestField[];
}

const FORMAT = 1;
/** Milvus keeps a collection's description; Milvus Lite forgets it and keeps properties. */
const PROPERTY = 'funnelscope.manifest';

export function isOwnName(name: string): boolean {
  return name.startsWith(OWN_PREFIX) && !name.startsWith(SCRATCH_PREFIX);
}

/** Description and properties with the manifest in them. */
export function storedManifest(manifest: Manifest, isLite: boolean): { description: string; properties: Record<string, string> } {
  const text = JSON.stringify({ funnelscope: FORMAT, ...manifest });
  return isLite ? { description: '', properties: { [PROPERTY]: text } } : { description: text, properties: {} };
}

/** The manifest of a collection, or undefined when it was not made by this program (or by an incompatible version of it). */
export function manifestOf(info: CollectionInfo): Manifest | undefined {
  if (!isOwnName(info.name)) return undefined;
  const text = info.properties[PROPERTY] ?? info.description;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isManifest(value) ? value : undefined;
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Record<string, unknown>;
  const fields = record['fields'];
  return (
    record['funnelscope'] === FORMAT &&
    ['corpus', 'model', 'contentHash', 'metric', 'index'].every((key) => typeof record[key] === 'string') &&
    ['rowCount', 'dims'].every((key) => Number.isSafeInteger(record[key])) &&
    typeof record['indexParams'] === 'object' &&
    Array.isArray(fields) &&
    fields.every((field: unknown) => typeof field === 'object' && field !== null && 'name' in field && 'dims' in field && 'precision' in field)
  );
}
