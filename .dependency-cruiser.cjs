/* The layer check: arrows point to what a room may import (see docs/architecture.md). */
const may = {
  base: [],
  math: ['base'],
  contract: ['base'],
  vectors: ['base', 'math'],
  corpus: ['base', 'contract'],
  embedding: ['base', 'math', 'contract', 'vectors'],
  stores: ['base', 'math', 'contract', 'vectors'],
  metrics: ['base', 'math', 'vectors', 'contract'],
  funnel: ['base', 'math', 'contract', 'vectors', 'stores', 'metrics'],
  training: ['base', 'math', 'vectors', 'contract'],
  experiments: ['base', 'math', 'contract', 'vectors', 'stores', 'funnel', 'metrics', 'training', 'corpus', 'embedding'],
  report: ['base', 'contract'],
  engine: ['base', 'math', 'contract', 'vectors', 'corpus', 'embedding', 'stores', 'metrics', 'funnel', 'training', 'experiments', 'report'],
  cli: ['base', 'contract', 'engine', 'report'],
  host: ['base', 'contract', 'engine'],
  web: ['base', 'contract', 'engine', 'host'],
};

const layerRules = Object.entries(may).map(([room, allowed]) => ({
  name: `layer-${room}`,
  severity: 'error',
  comment: `src/${room} may import only: ${allowed.join(', ') || 'nothing'}`,
  from: { path: `^src/${room}/` },
  to: { path: '^(src|electron|renderer)/', pathNot: `^src/(${[room, ...allowed].join('|')})/` },
}));

const onlyIn = (name, packages, files) => ({
  name,
  severity: 'error',
  from: { path: '^(src|electron|renderer)/', pathNot: files },
  to: { path: `node_modules/(${packages})/` },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: { path: '^(src|electron|renderer)/' }, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    ...layerRules,
    { name: 'renderer-imports-only-the-contract', severity: 'error', from: { path: '^renderer/' }, to: { path: '^(src|electron)/', pathNot: '^src/(contract|base)/' } },
    { name: 'screens-are-islands', severity: 'error', from: { path: '^renderer/screens/([^/]+)/' }, to: { path: '^renderer/screens/', pathNot: '^renderer/screens/$1/' } },
    { name: 'nothing-imports-upward', severity: 'error', from: { path: '^src/' }, to: { path: '^(electron|renderer|test|bench)/' } },
    onlyIn('electron-only-under-electron', 'electron', '^electron/'),
    onlyIn('react-only-under-renderer', 'react|react-dom|recharts|react-aria-components', '^renderer/'),
    onlyIn('onnxruntime-only-in-its-adapter', 'onnxruntime-node', '^src/(math/onnx-runtime|embedding/transformers)\\.ts$'),
    onlyIn('transformers-only-in-its-adapter', '@xenova/transformers|@huggingface/transformers', '^src/embedding/transformers\\.ts$'),
    onlyIn('usearch-only-in-its-adapter', 'usearch', '^src/stores/embedded/hnsw\\.ts$'),
    onlyIn('milvus-sdk-only-in-its-adapter', '@zilliz/milvus2-sdk-node', '^src/stores/milvus/client\\.ts$'),
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|\\.venv|src/math/assembly)/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'], extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'] },
  },
};
