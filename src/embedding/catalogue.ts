import type { ModelExample } from './lint.ts';
import type { Dtype } from './model-folder.ts';
import type { Recipe } from './recipe.ts';

/** A model the app knows how to use right. */
export interface CatalogueEntry extends Recipe {
  /** What `--model` takes. */
  readonly id: string;
  readonly name: string;
  readonly dims: number;
  readonly where: 'bundled' | 'hub' | 'api';
  /** What servers (Ollama, LM Studio …) call it, where that differs from the last part of its id. */
  readonly servedAs?: readonly string[] | undefined;
  /** Repository on the hub that holds the ONNX export. */
  readonly repository?: string | undefined;
  /** Bytes of each number format that the repository has. */
  readonly sizes?: Readonly<Partial<Record<Dtype, number>>> | undefined;
  /** Formats whose weights lie in a second file (`model.onnx_data`). */
  readonly externalData?: readonly Dtype[] | undefined;
  /** US dollars for a million tokens (APIs). */
  readonly dollarsPerMillionTokens?: number | undefined;
  /** Texts and what the model's own code gives for them: `selfTest` compares. */
  readonly example?: ModelExample | undefined;
  readonly note: string;
}

const megabyte = 1_000_000;
const searchPrompt = 'Represent this sentence for searching relevant passages: ';

/** Every model by id. Pooling, prompts, layer-norm and trained prefixes are as each model's own card says. */
export const catalogue: readonly CatalogueEntry[] = [
  {
    id: 'starter',
    name: 'Funnelscope starter',
    dims: 256,
    trainedDims: [16, 32, 64, 128, 256],
    pooling: 'mean',
    layerNorm: false,
    documentPrompt: '',
    queryPrompt: '',
    maxTokens: 512,
    licence: 'apache-2.0',
    where: 'bundled',
    note: 'A static word-piece table: over 10,000 texts a second, good enough to learn the trade-off by; not a model to ship.',
  },
  {
    id: 'nomic-ai/nomic-embed-text-v1.5',
    name: 'nomic-embed-text-v1.5',
    dims: 768,
    trainedDims: [64, 128, 256, 512, 768],
    pooling: 'mean',
    layerNorm: true,
    documentPrompt: 'search_document: ',
    queryPrompt: 'search_query: ',
    maxTokens: 8192,
    licence: 'apache-2.0',
    where: 'hub',
    servedAs: ['nomic-embed-text'],
    repository: 'nomic-ai/nomic-embed-text-v1.5',
    sizes: { fp32: 547 * megabyte, fp16: 274 * megabyte, q8: 137 * megabyte },
    note: 'Layer-norm over the full vector, then the prefix, then L2. MTEB 62.28 at 768, 61.96 at 512, 61.04 at 256, 59.34 at 128, 56.10 at 64.',
  },
  {
    id: 'nomic-ai/nomic-embed-text-v1',
    name: 'nomic-embed-text-v1',
    dims: 768,
    trainedDims: [],
    pooling: 'mean',
    layerNorm: false,
    documentPrompt: 'search_document: ',
    queryPrompt: 'search_query: ',
    maxTokens: 8192,
    licence: 'apache-2.0',
    where: 'hub',
    repository: 'nomic-ai/nomic-embed-text-v1',
    sizes: { fp32: 547 * megabyte, q8: 137 * megabyte },
    note: 'The control: the same architecture without nested training, what a prefix costs when nobody trained for it.',
  },
  {
    id: 'Alibaba-NLP/gte-multilingual-base',
    name: 'gte-multilingual-base',
    dims: 768,
    trainedDims: [128, 256, 512, 768],
    pooling: 'cls',
    layerNorm: false,
    documentPrompt: '',
    queryPrompt: '',
    maxTokens: 8192,
    licence: 'apache-2.0',
    where: 'hub',
    repository: 'onnx-community/gte-multilingual-base',
    sizes: { fp32: 1222 * megabyte, fp16: 612 * megabyte, q8: 324 * megabyte },
    note: 'More than 70 languages; elastic from 128 to 768 dims.',
  },
  {
    id: 'mixedbread-ai/mxbai-embed-large-v1',
    name: 'mxbai-embed-large-v1',
    dims: 1024,
    trainedDims: [64, 128, 256, 512, 1024],
    pooling: 'cls',
    layerNorm: false,
    documentPrompt: '',
    queryPrompt: searchPrompt,
    maxTokens: 512,
    licence: 'apache-2.0',
    where: 'hub',
    servedAs: ['mxbai-embed-large'],
    repository: 'mixedbread-ai/mxbai-embed-large-v1',
    sizes: { fp32: 1337 * megabyte, fp16: 669 * megabyte, q8: 337 * megabyte },
    // From the model's card.
    example: {
      query: 'A man is eating a piece of bread',
      documents: ['A man is eating food.', 'A man is eating pasta.', 'The girl is carrying a baby.', 'A man is riding a horse.'],
      similarities: [0.792, 0.6369, 0.1651, 0.3621],
      tolerance: 1e-2,
    },
    note: 'Large: expect a few texts a second on a laptop.',
  },
  {
    id: 'Snowflake/snowflake-arctic-embed-m-v1.5',
    name: 'snowflake-arctic-embed-m-v1.5',
    dims: 768,
    trainedDims: [256, 768],
    pooling: 'cls',
    layerNorm: false,
    documentPrompt: '',
    queryPrompt: searchPrompt,
    maxTokens: 512,
    licence: 'apache-2.0',
    where: 'hub',
    repository: 'Snowflake/snowflake-arctic-embed-m-v1.5',
    sizes: { fp32: 436 * megabyte, fp16: 218 * megabyte, q8: 110 * megabyte },
    note: 'Trained for one prefix, 256: retrieval 55.14 in full, 54.2 at 256. Other prefixes are off the trained path.',
  },
  {
    id: 'google/embeddinggemma-300m',
    name: 'EmbeddingGemma 300M',
    dims: 768,
    trainedDims: [128, 256, 512, 768],
    pooling: 'mean',
    layerNorm: false,
    documentPrompt: 'title: none | text: ',
    queryPrompt: 'task: search result | query: ',
    maxTokens: 2048,
    licence: 'gemma',
    where: 'hub',
    servedAs: ['embeddinggemma'],
    repository: 'onnx-community/embeddinggemma-300m-ONNX',
    sizes: { fp32: 1235 * megabyte, q8: 309 * megabyte, q4: 197 * megabyte },
    externalData: ['fp32', 'q8', 'q4'],
    // From the model's card.
    example: {
      query: 'Which planet is known as the Red Planet?',
      documents: [
        "Venus is often called Earth's twin because of its similar size and proximity.",
        'Mars, known for its reddish appearance, is often referred to as the Red Planet.',
        'Jupiter, the largest planet in our solar system, has a prominent red spot.',
        'Saturn, famous for its rings, is sometimes mistaken for the Red Planet.',
      ],
      similarities: [0.3011, 0.6359, 0.493, 0.4889],
      tolerance: 1e-2,
    },
    note: 'Its two dense layers are inside the graph (sentence_embedding). float16 is not supported by the model.',
  },
  {
    id: 'Qwen/Qwen3-Embedding-0.6B',
    name: 'Qwen3-Embedding 0.6B',
    dims: 1024,
    trainedDims: [32, 64, 128, 256, 512, 768, 1024],
    pooling: 'last-token',
    layerNorm: false,
    documentPrompt: '',
    queryPrompt: 'Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:',
    maxTokens: 32768,
    licence: 'apache-2.0',
    where: 'hub',
    servedAs: ['qwen3-embedding'],
    repository: 'onnx-community/Qwen3-Embedding-0.6B-ONNX',
    sizes: { fp32: 2384 * megabyte, fp16: 1193 * megabyte, q8: 614 * megabyte },
    externalData: ['fp32'],
    // From the model's card.
    example: {
      query: 'What is the capital of China?',
      documents: [
        'The capital of China is Beijing.',
        'Gravity is a force that attracts two bodies towards each other. It gives weight to physical objects and is responsible for the movement of planets around the sun.',
      ],
      similarities: [0.76456, 0.14143],
      tolerance: 1e-2,
    },
    note: 'Any size from 32 to 1024. The closing token is pooled.',
  },
  {
    id: 'sentence-transformers/all-MiniLM-L6-v2',
    name: 'all-MiniLM-L6-v2',
    dims: 384,
    trainedDims: [],
    pooling: 'mean',
    layerNorm: false,
    documentPrompt: '',
    queryPrompt: '',
    maxTokens: 256,
    licence: 'apache-2.0',
    where: 'hub',
    servedAs: ['all-minilm'],
    repository: 'Xenova/all-MiniLM-L6-v2',
    sizes: { fp32: 90 * megabyte, fp16: 45 * megabyte, q8: 23 * megabyte },
    example: {
      query: 'How is bread made?',
      documents: ['Flour, water and yeast are mixed, left to rise and baked.', 'A loaf rises in the oven when its yeast gives off gas.', 'The parliament passed the budget after a long debate.'],
      similarities: [0.55926, 0.55638, 0.0002],
    },
    note: 'The control: small and fast; its prefixes were never trained.',
  },
  {
    id: 'openai/text-embedding-3-large',
    name: 'OpenAI text-embedding-3-large',
    dims: 3072,
    trainedDims: [256, 1024, 3072],
    pooling: 'none',
    layerNorm: false,
    documentPrompt: '',
    queryPrompt: '',
    maxTokens: 8191,
    where: 'api',
    dollarsPerMillionTokens: 0.13,
    note: 'Texts are sent to the server. Any size through `dimensions`; asked for once in full and cut here.',
  },
  {
    id: 'openai/text-embedding-3-small',
    name: 'OpenAI text-embedding-3-small',
    dims: 1536,
    trainedDims: [512, 1536],
    pooling: 'none',
    layerNorm: false,
    documentPrompt: '',
    queryPrompt: '',
    maxTokens: 8191,
    where: 'api',
    dollarsPerMillionTokens: 0.02,
    note: 'Texts are sent to the server. Any size through `dimensions`; asked for once in full and cut here.',
  },
];

/** An entry by id, or by the last part of its id; case does not matter. */
export function findInCatalogue(id: string): CatalogueEntry | undefined {
  const wanted = id.toLowerCase();
  return catalogue.find((entry) => entry.id.toLowerCase() === wanted) ?? catalogue.find((entry) => entry.id.toLowerCase().split('/').pop() === wanted);
}

/**
 * The entry that a server's name for a model stands for: with owner, tag, file ending, quantisation or LM Studio's `text-embedding-` left
 * out, and only when the vectors have its full dimension.
 */
export function findServed(served: string, dims: number): CatalogueEntry | undefined {
  const last = served.toLowerCase().split('/').pop()!;
  const plain = last.replace(/:.*$/, '').replace(/\.gguf$/, '').replace(/[-.@](f16|f32|bf16|q\d\w*)$/, '');
  const names = new Set([last, plain, plain.replace(/^text-embedding-/, ''), plain.replace(/-onnx$|-gguf$/, '')]);
  return catalogue.find((entry) => entry.where !== 'bundled' && entry.dims === dims && (names.has(entry.id.toLowerCase().split('/').pop()!) || entry.servedAs?.some((name) => names.has(name)) === true));
}

/** The recipe of an entry alone: what overrides a folder's own words. */
export function recipeOf(entry: CatalogueEntry): Recipe {
  const { pooling, layerNorm, documentPrompt, queryPrompt, maxTokens, trainedDims, licence } = entry;
  return { pooling, layerNorm, documentPrompt, queryPrompt, maxTokens, trainedDims, licence };
}
