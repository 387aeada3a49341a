import type { MilvusServer } from '../../contract/connection.ts';
import type { Milvus } from './milvus.ts';

/** Own times for what takes longer than a search, in ms. */
export interface MilvusTimes {
  readonly insertMs: number;
  readonly indexMs: number;
  readonly loadMs: number;
}

export const USUAL_TIMES: MilvusTimes = { insertMs: 60_000, indexMs: 30 * 60_000, loadMs: 10 * 60_000 };

/** A connected server, what it can, and how long its work may take. */
export interface MilvusContext {
  readonly milvus: Milvus;
  readonly server: MilvusServer;
  readonly times: MilvusTimes;
}
