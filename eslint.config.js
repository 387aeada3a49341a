import tseslint from 'typescript-eslint';

const restricted = (packages, message) => ['error', { patterns: packages.map((name) => ({ group: [name, `${name}/*`], message })) }];

export default tseslint.config(
  { ignores: ['node_modules/**', 'dist/**', 'out/**', 'coverage/**', 'release/**', '.venv/**', 'src/math/assembly/**', 'src/math/kernel-binary.ts'] },
  ...tseslint.configs.recommended,
  {
    rules: {
      eqeqeq: ['error', 'always'],
      'no-console': 'error',
      'no-constant-condition': ['error', { checkLoops: false }],
      'prefer-const': 'error',
      'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      // Typed arrays under noUncheckedIndexedAccess: an index that a loop has just bounded is asserted, not tested again.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  { files: ['**/*.mjs', '**/*.js', 'scripts/**', 'bench/**', 'test/**'], rules: { 'no-console': 'off', '@typescript-eslint/no-explicit-any': 'off' } },
  { files: ['src/**/*.ts'], rules: { 'no-restricted-imports': restricted(['electron', 'react', 'react-dom', 'recharts'], 'The engine runs under plain Node: no electron, no react.') } },
  { files: ['renderer/**'], rules: { 'no-restricted-imports': restricted(['electron', 'node:*', 'fs', 'path', 'onnxruntime-node', 'usearch', '@zilliz/milvus2-sdk-node'], 'The renderer speaks to the engine through the contract only.') } },
);
