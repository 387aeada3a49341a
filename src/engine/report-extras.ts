import type { Report } from '../contract/report.ts';

/** What is added to a report beyond the ladder, the funnels and the baseline. */
export type ReportExtras = Pick<Report, 'candidatesNeeded' | 'heatMap' | 'costModel' | 'tuning' | 'sizeTrend' | 'order' | 'compression' | 'matryoshka'>;
