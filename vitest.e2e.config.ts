import { defineConfig } from 'vitest/config';

/** The product as a whole: real engine, real Chromium, real Electron. One file at a time: they start servers, displays and builds. */
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.e2e.ts', 'test/faults/**/*.e2e.ts', 'test/docs/**/*.e2e.ts'],
    testTimeout: 300_000,
    hookTimeout: 600_000,
    fileParallelism: false,
    maxWorkers: 1,
    pool: 'forks',
    // A busy machine is slow, not wrong: what is waited for may take its time.
    expect: { poll: { timeout: 30_000 } },
  },
});
