import type { Report } from '../../src/contract/report.ts';
import { fixtureReport } from '../fixtures/report.ts';

/** Text that breaks out of each context it may stand in: elements, attributes, scripts, comments, style sheets. */
export const hostileTexts: readonly string[] = [
  '<script>window.pwned = 1</script>',
  '</script><script>window.pwned = 1</script>',
  '</title><img src=x onerror="window.pwned = 1">',
  '"><svg onload="window.pwned = 1">',
  "' onmouseover='window.pwned = 1",
  '<!--<script>',
  '</style><style>*{display:none}</style>',
  ']]><a href="javascript:window.pwned = 1">x</a>',
  '\u0000\u0008\u2028\ud800{{constructor.constructor("window.pwned = 1")()}}',
  '<iframe srcdoc="<script>parent.pwned = 1</script>">',
  '&lt;script&gt;window.pwned = 1&lt;/script&gt;',
];

/** The fixture with every text a file or a user can name made hostile. */
export function hostileReport(): Report {
  const text = hostileTexts.join(' ');
  return {
    ...fixtureReport,
    command: text,
    createdAt: text,
    version: text,
    corpus: { ...fixtureReport.corpus, name: text, contentHash: text, format: text },
    queries: { ...fixtureReport.queries, name: text, contentHash: text },
    model: { ...fixtureReport.model, id: text, name: text, pooling: text, dtype: text, documentPrompt: text, queryPrompt: text, revision: text, licence: text },
    machine: { ...fixtureReport.machine, cpu: text, os: text, node: text },
    store: { ...fixtureReport.store, label: text, latencyRemark: text, head: { ...fixtureReport.store.head, params: { [text]: 1 } } },
    funnels: fixtureReport.funnels.map((funnel) => ({ ...funnel, schedule: text, name: text, rerank: text })),
    frontier: fixtureReport.frontier.map((point) => ({ ...point, label: text })),
    otherStores: fixtureReport.otherStores?.map((store) => ({ ...store, label: text, latencyRemark: text })),
    candidatesNeeded: fixtureReport.candidatesNeeded?.map((rule) => ({ ...rule, sentence: text })),
    tuning: fixtureReport.tuning === undefined ? undefined : { ...fixtureReport.tuning, verdict: text, how: text, frontier: fixtureReport.tuning.frontier.map((point) => ({ ...point, schedule: text })) },
    sizeTrend: fixtureReport.sizeTrend === undefined ? undefined : { ...fixtureReport.sizeTrend, how: text, sizing: fixtureReport.sizeTrend.sizing.map((row) => ({ ...row, index: text })) },
    order: fixtureReport.order === undefined ? undefined : { ...fixtureReport.order, series: fixtureReport.order.series.map((series) => ({ ...series, note: text })) },
    findings: hostileTexts.slice(),
    warnings: hostileTexts.slice(),
    definitions: Object.fromEntries(hostileTexts.map((item) => [item, item])),
  };
}
