import type { Pooling } from './embedder.ts';

/** How texts become vectors with a model, besides its weights: what the catalogue and `funnelscope.json` say. */
export interface Recipe {
  readonly pooling: Pooling;
  /** Layer-norm over the full vector, before any prefix is taken. */
  readonly layerNorm: boolean;
  readonly documentPrompt: string;
  readonly queryPrompt: string;
  readonly maxTokens: number;
  /** Prefixes the model was trained for, rising, D included; empty where it was not Matryoshka-trained. */
  readonly trainedDims: readonly number[];
  readonly licence?: string | undefined;
}
