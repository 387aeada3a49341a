import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

/** Files that take longest, at the end: a mutant is done with at the first test that notices it. */
const SLOW = ['evaluate', 'evaluate-grid', 'heat-map', 'tuner', 'pool-build'];

class QuickFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => SLOW.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
    return Promise.resolve([...files].sort((a, b) => place(a) - place(b) || (a.moduleId < b.moduleId ? -1 : 1)));
  }
}

/** The tests that a mutation of src/funnel, src/metrics or src/math has to get past: those of these rooms, with fewer examples a property. */
export default defineConfig({
  resolve: { alias: [{ find: /^fast-check$/, replacement: fileURLToPath(new URL('test/mutation/few-examples.ts', import.meta.url)) }] },
  test: {
    // MUTATION_TESTS narrows them to a room's own, comma-separated: a lower bound of the score, in a fraction of the time.
    include: process.env['MUTATION_TESTS']?.split(',') ?? ['test/{funnel,metrics,math}/**/*.test.ts'],
    // The first searches ten million numbers, the second recompiles the kernel: no mutant needs them.
    exclude: ['test/math/{crew,kernel-binary}.test.ts'],
    // All files of a mutant in one worker: most of a mutant's time went into loading the same modules again for each file.
    isolate: false,
    sequence: { sequencer: QuickFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
