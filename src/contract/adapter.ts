import { z } from 'zod';

/** A trained adapter that the engine keeps: a linear map for vectors of one width, with where it comes from. */
export const adapterEntrySchema = z.object({
  adapterId: z.string(),
  dims: z.number().int(),
  /** `preserve`, `pairs`, `scored-pairs`, or `pca` for the rotation alone. */
  method: z.string(),
  /** Prefixes it was trained for, rising. */
  prefixes: z.array(z.number().int()),
  /** The model whose vectors it learned from; `vectors` where none was named. */
  model: z.string(),
  corpus: z.string(),
  /** Rows it learned from. */
  rowCount: z.number().int(),
  createdAt: z.string(),
  path: z.string(),
});
export type AdapterEntry = z.infer<typeof adapterEntrySchema>;

export const adapterFormatSchema = z.enum(['fsa', 'npy', 'onnx']);
export type AdapterFormat = z.infer<typeof adapterFormatSchema>;
