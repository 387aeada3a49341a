import { createHash } from 'node:crypto';
import type { HeadSpec } from '../store.ts';
import type { ResolvedIndex } from './index-types.ts';
import { OWN_PREFIX } from './manifest.ts';
import type { Manifest, ManifestField } from './manifest.ts';

/** Whose vectors these are. Names come from it, so that the same data is found again and never mixed up with other. */
export interface VectorIdentity {
  readonly corpus: string;
  readonly model: string;
  readonly contentHash: string;
  readonly rowCount: number;
  readonly dims: number;
}

export const KEY_FIELD = 'id';
/** Rows are normalised at every prefix: the inner product is the cosine, and no server divides by lengths again. */
const METRIC = 'IP';
const BINARY_METRIC = 'HAMMING';

/** One collection to be found or made. */
export interface CollectionPlan {
  readonly name: string;
  readonly manifest: Manifest;
}

/** `v64`: the first 64 dimensions. */
function fieldName(dims: number): string {
  return `v${dims}`;
}

/** What the names of all collections of these vectors begin with. */
export function namePrefix(identity: VectorIdentity): string {
  // The names too: two corpora may by chance hold the same vectors, and slugs are cut short.
  const digest = createHash('sha256').update(JSON.stringify([identity.corpus, identity.model, identity.contentHash])).digest('hex').slice(0, 12);
  return `${OWN_PREFIX}${slug(identity.corpus)}_${slug(identity.model)}_${digest}_`;
}

/** Milvus takes letters, digits and underscores, at most 255 in all. */
function slug(text: string): string {
  const words = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  return words.slice(0, 40).replace(/_+$/, '') || 'x';
}

/** Flat collections for prefixes: one vector field each, as many in one collection as the server takes. */
export function planPrefixes(identity: VectorIdentity, dims: readonly number[], maxVectorFields: number): CollectionPlan[] {
  const rising = [...new Set(dims)].sort((a, b) => a - b);
  const plans: CollectionPlan[] = [];
  for (let start = 0; start < rising.length; start += maxVectorFields) {
    const group = rising.slice(start, start + maxVectorFields);
    const fields = group.map((size): ManifestField => ({ name: fieldName(size), dims: size, precision: 'f32' }));
    plans.push({ name: `${namePrefix(identity)}p${group.join('_')}`, manifest: { ...identity, metric: METRIC, index: 'FLAT', indexParams: {}, fields } });
  }
  return plans;
}

/** A collection of its own for a head that is not flat float32: prefix searches stay exact beside it. */
export function planHead(identity: VectorIdentity, spec: HeadSpec, index: ResolvedIndex): CollectionPlan {
  const precision = spec.precision === 'int8' || spec.precision === 'pq4' ? 'f32' : spec.precision;
  const params = Object.entries(index.build).map(([key, value]) => `_${key}${value}`).join('');
  return {
    name: `${namePrefix(identity)}h${spec.dims}_${spec.index}_${precision}${params}`,
    manifest: {
      ...identity,
      metric: precision === 'binary' ? BINARY_METRIC : METRIC,
      index: index.type,
      indexParams: index.wire,
      fields: [{ name: fieldName(spec.dims), dims: spec.dims, precision }],
    },
  };
}
