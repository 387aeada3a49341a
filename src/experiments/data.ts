import type { FullScorer } from '../metrics/truth.ts';
import type { Grades } from '../metrics/relevance.ts';
import type { QueryMatrix } from '../vectors/query-matrix.ts';

/** What every experiment works on: the queries, what is known of their answers, and a way to score exactly. */
export interface ExperimentData {
  readonly queries: QueryMatrix;
  /** By query row; undefined where the query set has no qrels. */
  readonly qrels?: readonly (Grades | undefined)[] | undefined;
  /** Exact full-dimension similarities, where the vectors are on this side. */
  readonly scorer?: FullScorer | undefined;
  readonly rowCount: number;
  /** Full dimension D. */
  readonly dims: number;
  /** Prefixes the model was trained for; undefined where that is not known. */
  readonly trainedDims?: readonly number[] | undefined;
}
