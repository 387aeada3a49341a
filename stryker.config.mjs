// `npm run test:mutation`: changes src/funnel, src/metrics and src/math in small ways and sees whether a test notices.
// See CONTRIBUTING.md and docs/decisions/0042-mutation-tests.md.
/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  plugins: ['@stryker-mutator/vitest-runner'],
  mutate: [
    'src/{funnel,metrics,math}/**/*.ts',
    // AssemblyScript: compiled to the committed binary, which no mutation of the source reaches. Its own tests are those of src/vectors.
    '!src/math/assembly/**',
    '!src/math/kernel-binary.ts',
  ],
  coverageAnalysis: 'perTest',
  // What is read once, when a module is loaded, would need a new process a mutant.
  ignoreStatic: true,
  incremental: true,
  incrementalFile: 'coverage/mutation-incremental.json',
  concurrency: 2,
  timeoutMS: 4000,
  timeoutFactor: 3,
  ignorePatterns: ['/.venv', '/coverage', '/dist', '/docs', '/models', '/release', '/samples'],
  disableTypeChecks: false,
  tempDirName: 'dist/mutation',
  reporters: ['clear-text', 'json'],
  jsonReporter: { fileName: 'coverage/mutation.json' },
  clearTextReporter: { reportTests: false, allowColor: false, logTests: false, reportMutants: true },
  thresholds: { high: 90, low: 80, break: 80 },
};
