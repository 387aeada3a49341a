import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newSession, readSession } from '../../../renderer/state/session.ts';

describe('reading a session back', () => {
  it('gives what was written', () => {
    const session = { ...newSession, screen: 'funnel' as const, k: 20, dims: [64, 256], slots: { A: '64:100,256:10', B: undefined }, corpusSource: { kind: 'sample' as const, name: 'wordnet' } };
    expect(readSession(JSON.parse(JSON.stringify(session)))).toEqual({ ...session });
  });

  it('falls back to a new session’s members where the stored ones make no sense', () => {
    expect(readSession({ screen: 'nowhere', k: -3, theme: 7, storeKind: 'x', dims: ['a'], modelId: 5, corpusSource: { kind: 'sample' }, querySource: 42, slots: { A: 'x', B: 7 }, head: {}, recentPaths: [1], milvusTarget: {}, tuneRecall: 99, activeSlot: 'C', metric: 'x' })).toEqual(newSession);
  });

  it('never throws, whatever the settings hold', () => {
    fc.assert(
      fc.property(fc.anything(), (stored) => {
        const session = readSession(stored);
        expect(Object.keys(session).sort()).toEqual(Object.keys(newSession).sort());
      }),
    );
  });
});
