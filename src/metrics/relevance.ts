/** Grades of the relevant documents of one query: row → grade; only grades above 0 are relevant. */
export type Grades = ReadonlyMap<number, number>;

function gradeOf(grades: Grades, row: number): number {
  return Math.max(0, grades.get(row) ?? 0);
}

function relevantCount(grades: Grades): number {
  let count = 0;
  for (const grade of grades.values()) if (grade > 0) count += 1;
  return count;
}

/** nDCG@k with graded, linear gain: rel / log2(rank + 1), as trec_eval and pytrec_eval compute `ndcg_cut`. */
export function ndcgAt(rows: Int32Array, grades: Grades, k: number): number {
  let gain = 0;
  for (let rank = 1; rank <= Math.min(k, rows.length); rank += 1) gain += gradeOf(grades, rows[rank - 1]!) / Math.log2(rank + 1);
  const ideal = [...grades.values()].filter((grade) => grade > 0).sort((a, b) => b - a);
  let best = 0;
  ideal.slice(0, k).forEach((grade, index) => {
    best += grade / Math.log2(index + 2);
  });
  return best === 0 ? 0 : gain / best;
}

/** MRR@k of one query: 1 / rank of the first relevant document among the first k, 0 when there is none. */
export function reciprocalRankAt(rows: Int32Array, grades: Grades, k: number): number {
  for (let rank = 1; rank <= Math.min(k, rows.length); rank += 1) if (gradeOf(grades, rows[rank - 1]!) > 0) return 1 / rank;
  return 0;
}

/** AP@k of one query: mean precision at the ranks of relevant documents, divided by min(k, relevant). */
export function averagePrecisionAt(rows: Int32Array, grades: Grades, k: number): number {
  let found = 0;
  let sum = 0;
  for (let rank = 1; rank <= Math.min(k, rows.length); rank += 1) {
    if (gradeOf(grades, rows[rank - 1]!) === 0) continue;
    found += 1;
    sum += found / rank;
  }
  const most = Math.min(k, relevantCount(grades));
  return most === 0 ? 0 : sum / most;
}

/** IR recall@k: relevant found / relevant. Another quantity than recall@k against exact neighbours. */
export function relevantRecallAt(rows: Int32Array, grades: Grades, k: number): number {
  let found = 0;
  for (let i = 0; i < Math.min(k, rows.length); i += 1) if (gradeOf(grades, rows[i]!) > 0) found += 1;
  const all = relevantCount(grades);
  return all === 0 ? 0 : found / all;
}

export function hasRelevant(grades: Grades | undefined): grades is Grades {
  return grades !== undefined && relevantCount(grades) > 0;
}
