import type { Interval, Relevance } from '../contract/measure.ts';
import { bootstrapMean } from '../math/statistics.ts';
import { averagePrecisionAt, hasRelevant, ndcgAt, reciprocalRankAt, relevantRecallAt } from '../metrics/relevance.ts';
import { recallOf } from '../metrics/truth.ts';
import type { Truth } from '../metrics/truth.ts';
import type { ExperimentData } from './data.ts';

/** Rows answered to one query, best first. */
export type AnswerOf = (query: number) => Int32Array;

export interface Quality extends Partial<Relevance> {
  readonly recall: Interval;
}

/** recall@k against exact neighbours and, where there are qrels, nDCG, MRR, MAP and IR recall at k; means over queries with 95 % bootstrap intervals. */
export function qualityOf(data: ExperimentData, truth: Truth, answerOf: AnswerOf, seed: number): Quality {
  const { queryCount } = data.queries;
  const recalls = new Float64Array(queryCount);
  const judged: { ndcg: number[]; mrr: number[]; map: number[]; irRecall: number[] } = { ndcg: [], mrr: [], map: [], irRecall: [] };
  for (let query = 0; query < queryCount; query += 1) {
    const rows = answerOf(query);
    recalls[query] = recallOf(truth, query, rows);
    const grades = data.qrels?.[query];
    if (!hasRelevant(grades)) continue;
    judged.ndcg.push(ndcgAt(rows, grades, truth.k));
    judged.mrr.push(reciprocalRankAt(rows, grades, truth.k));
    judged.map.push(averagePrecisionAt(rows, grades, truth.k));
    judged.irRecall.push(relevantRecallAt(rows, grades, truth.k));
  }
  const recall = bootstrapMean(recalls, { seed });
  if (judged.ndcg.length === 0) return { recall };
  return {
    recall,
    ndcg: bootstrapMean(Float64Array.from(judged.ndcg), { seed }),
    mrr: bootstrapMean(Float64Array.from(judged.mrr), { seed }),
    map: bootstrapMean(Float64Array.from(judged.map), { seed }),
    irRecall: bootstrapMean(Float64Array.from(judged.irRecall), { seed }),
  };
}
