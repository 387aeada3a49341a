import { formatCount, formatPercentInterval } from '../base/format.ts';
import { bestFunnel } from './choice.ts';
import { bestFunnelSentence, lossSentence, notPayingSentence, otherStoreSentences, prefixSentence, relevanceSentence, remarkSentences, trainedSentence } from './sentences.ts';
import { storeResults, type Measured } from './store-results.ts';

/**
 * What a run means, in sentences with numbers, the most important first. A funnel that does not beat plain exact search is said before
 * anything else. The same measurements give the same sentences.
 */
export function findings(report: Measured): readonly string[] {
  const own = storeResults(report)[0]!;
  const { dims } = report.model;
  const best = bestFunnel(own);
  const sentences = [
    notPayingSentence(own),
    bestFunnelSentence(own, dims),
    prefixSentence(own, dims),
    relevanceSentence(own, report.k),
    best === undefined || best.recall.value >= 0.995 ? undefined : lossSentence(best),
    report.tuning?.verdict,
    candidatesSentence(report),
    // The verdict on truncation speaks of trained sizes itself.
    ...(report.matryoshka?.verdict.sentences ?? [trainedSentence(report)]),
    sizeTrendSentence(report),
    ...otherStoreSentences(report),
    ...remarkSentences(report),
  ];
  return sentences.filter((sentence) => sentence !== undefined);
}

/** The rule of thumb at the head of the recommended funnel, or at the longest prefix that has one. */
function candidatesSentence(report: Measured): string | undefined {
  const rules = report.candidatesNeeded ?? [];
  const head = bestFunnel(storeResults(report)[0]!)?.stages[0]?.dims;
  return (rules.find((rule) => rule.dims === head) ?? rules[rules.length - 1])?.sentence;
}

/** What the largest projection says of the prefix that loses most. */
export function sizeTrendSentence(report: Measured): string | undefined {
  const trend = report.sizeTrend;
  if (trend === undefined) return undefined;
  const falls = trend.series.flatMap((series) => {
    const now = series.measured[series.measured.length - 1];
    const then = series.projected[series.projected.length - 1];
    return now === undefined || then === undefined ? [] : [{ dims: series.dims, now, then, fall: now.recall.value - then.recall.value }];
  });
  const most = falls.sort((a, b) => b.fall - a.fall)[0];
  if (most === undefined) return undefined;
  // "Holds" has to be shown: a wide projection that still contains today's recall shows nothing.
  const isFall = most.then.recall.high < most.now.recall.low;
  const isHold = most.then.recall.low > 0.95 * most.now.recall.value;
  return (
    `${isFall ? 'Recall falls as the corpus grows' : isHold ? 'Recall holds as the corpus grows' : 'Recall may well fall as the corpus grows'}: ` +
    `${most.dims} dims keep ${formatPercentInterval(most.now.recall)} at ${formatCount(most.now.rowCount)} documents, ` +
    `projected ${formatPercentInterval(most.then.recall)} at ${formatCount(most.then.rowCount)}.`
  );
}
