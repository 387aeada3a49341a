import type { WorkOptions } from '../base/progress.ts';
import type { ApiUsage } from '../contract/dataset.ts';

export type Pooling = 'mean' | 'cls' | 'last-token' | 'none';

/** What a model is and needs, as the catalogue, a model folder or an API tells. */
export interface ModelCard {
  readonly id: string;
  readonly name: string;
  /** Full dimension D. */
  readonly dims: number;
  /** Prefixes the model was trained for, rising, D included; empty where it was not Matryoshka-trained. */
  readonly trainedDims: readonly number[];
  readonly pooling: Pooling;
  /** Layer-norm over the full vector before the prefix is taken (nomic-embed-text-v1.5). */
  readonly layerNorm: boolean;
  readonly documentPrompt: string;
  readonly queryPrompt: string;
  readonly maxTokens: number;
  readonly licence?: string | undefined;
  readonly dtype?: string | undefined;
  /** US dollars for a million tokens (APIs whose price is known). */
  readonly dollarsPerMillionTokens?: number | undefined;
  /** Hash or revision that changes whenever the vectors would. */
  readonly revision: string;
  readonly warnings: readonly string[];
}

/** Turns texts into n × D float32 rows, L2-normalised at D. */
export interface Embedder {
  readonly card: ModelCard;
  /** Rows in the order of `texts`. The prompt of the role is put before each text. @returns texts.length × D, row-major. */
  embed(texts: readonly string[], role: 'document' | 'query', work?: WorkOptions): Promise<Float32Array>;
  /** Only of models behind a server: what was sent so far. */
  usage?(): ApiUsage;
  close(): Promise<void>;
}
