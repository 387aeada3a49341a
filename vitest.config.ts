import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    exclude: ['test/e2e/**', 'node_modules/**', 'dist/**'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Two cores are what CI has; native libraries start threads of their own.
    maxWorkers: 2,
    pool: 'forks',
    // A busy machine is slow, not wrong: what is waited for may take its time.
    expect: { poll: { timeout: 30_000 } },
    coverage: { provider: 'v8', include: ['src/**'], reporter: ['text-summary', 'json-summary'] },
  },
});
