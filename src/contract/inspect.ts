import { z } from 'zod';
import { documentSchema } from './dataset.ts';

/** One prefix's view of a document: its rank among all rows (from 1) and its similarity. */
const standingSchema = z.object({ dims: z.number().int(), rank: z.number().int().nullable(), similarity: z.number() });

/** Where a true neighbour went. */
export const fateSchema = z.object({
  document: documentSchema,
  /** Rank among the true neighbours, from 1; null for a row that is in the answer but not a true neighbour. */
  trueRank: z.number().int().nullable(),
  /** Rank in the funnel's answer, from 1; null when it was lost. */
  answerRank: z.number().int().nullable(),
  standings: z.array(standingSchema),
  /** Index of the stage that dropped it. */
  droppedAt: z.number().int().nullable(),
  /** Its rank among the survivors at the dropping stage: the smallest keep that would have saved it there. */
  savingKeep: z.number().int().nullable(),
  /** The schedule with only those keeps raised that it takes to bring it into the answer; null when no keep does. Present on lost neighbours. */
  savingSchedule: z.string().nullable().optional(),
  /** Rank among the last stage's survivors when it got that far and still missed the answer: no keep helps, only more dims. */
  finalRank: z.number().int().nullable().optional(),
  relevant: z.number().optional(),
});
export type Fate = z.infer<typeof fateSchema>;

export const inspectionSchema = z.object({
  query: z.object({ row: z.number().int().nullable(), id: z.string(), text: z.string() }),
  schedule: z.string(),
  k: z.number().int(),
  recall: z.number(),
  truth: z.array(fateSchema),
  answer: z.array(fateSchema),
  sentence: z.string(),
});
export type Inspection = z.infer<typeof inspectionSchema>;
