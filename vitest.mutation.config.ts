import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The tests that a mutation of src/funnel, src/metrics or src/math has to get past: those of these rooms, with fewer examples a property. */
export default defineConfig({
  resolve: { alias: [{ find: /^fast-check$/, replacement: fileURLToPath(new URL('test/mutation/few-examples.ts', import.meta.url)) }] },
  test: {
    // MUTATION_TESTS narrows them to a room's own, comma-separated: a lower bound of the score, in a fraction of the time.
    include: process.env['MUTATION_TESTS']?.split(',') ?? ['test/funnel/**/*.test.ts', 'test/metrics/**/*.test.ts', 'test/math/{statistics,onnx-graph,kernel}.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
