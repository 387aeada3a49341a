import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namePrefix, planHead, planPrefixes } from '../../../src/stores/milvus/collection-plan.ts';
import { resolveIndex } from '../../../src/stores/milvus/index-types.ts';
import { manifestOf, storedManifest } from '../../../src/stores/milvus/manifest.ts';

const identity = { corpus: 'WordNet 3.1 – définitions', model: 'nomic-ai/nomic-embed-text-v1.5', contentHash: 'ab'.repeat(32), rowCount: 1000, dims: 768 };
const support = { label: 'Milvus', indexes: ['FLAT', 'HNSW'], float16: true, binary: true };

describe('names of collections', () => {
  it('can be read, and end in what they hold', () => {
    const [plan] = planPrefixes(identity, [128, 64, 768, 64], 10);
    expect(plan!.name).toMatch(/^fs_wordnet_3_1_de_finitions_nomic_ai_nomic_embed_text_v1_5_[0-9a-f]{12}_p64_128_768$/);
    const head = planHead(identity, { dims: 64, index: 'hnsw', precision: 'f16' }, resolveIndex({ dims: 64, index: 'hnsw', precision: 'f16', params: { M: 24 } }, 1000, support));
    expect(head.name).toMatch(/_h64_hnsw_f16_M24_efConstruction200$/);
  });

  it('are ones that Milvus takes, whatever the corpus and the model are called', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ unit: 'grapheme' }), (corpus, model) => {
        const [plan] = planPrefixes({ ...identity, corpus, model }, [16, 32, 64, 128, 256, 512, 768], 10);
        expect(plan!.name).toMatch(/^[a-z_][a-z0-9_]{0,254}$/);
      }),
    );
  });

  it('differ when corpus, model or vectors differ, even where their readable parts agree', () => {
    const names = [identity, { ...identity, corpus: 'WordNet 3.1 - définitions' }, { ...identity, model: 'nomic-ai/nomic-embed-text-v1_5' }, { ...identity, contentHash: 'cd'.repeat(32) }].map(namePrefix);
    expect(new Set(names).size).toBe(4);
    expect(namePrefix(identity)).toBe(namePrefix({ ...identity }));
  });
});

describe('the plan of collections', () => {
  it('puts as many prefixes into one collection as the server takes', () => {
    const shapes = [10, 4, 2, 1].map((most) => planPrefixes(identity, [16, 32, 64, 128, 256], most).map((plan) => plan.manifest.fields.map((field) => field.dims)));
    expect(shapes).toEqual([[[16, 32, 64, 128, 256]], [[16, 32, 64, 128], [256]], [[16, 32], [64, 128], [256]], [[16], [32], [64], [128], [256]]]);
  });

  it('is found again in the collection, wherever the server keeps it', () => {
    const [plan] = planPrefixes(identity, [64, 128], 10);
    for (const isLite of [true, false]) {
      const stored = manifestOf({ name: plan!.name, fields: [], ...storedManifest(plan!.manifest, isLite) });
      expect(stored).toMatchObject(plan!.manifest);
    }
  });

  it('is not read from collections of others', () => {
    const stored = storedManifest(planPrefixes(identity, [64], 10)[0]!.manifest, false);
    expect(manifestOf({ name: 'books', fields: [], ...stored })).toBeUndefined();
    for (const description of ['', 'my books', '{"funnelscope":1}', '{"funnelscope":99}', 'null', '[]']) expect(manifestOf({ name: 'fs_books', fields: [], properties: {}, description })).toBeUndefined();
  });
});
