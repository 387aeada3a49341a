import { formatBytes, formatPercentInterval, formatPoints } from '../../base/format.ts';
import type { CompressionResult, OrderResult } from '../../contract/tuning.ts';

/** How the prefix stands against random dimensions and PCA where they differ most. */
export function orderSentence(order: OrderResult): string {
  const of = (kind: OrderResult['series'][number]['order']): OrderResult['series'][number] | undefined => order.series.find((series) => series.order === kind);
  const prefix = of('prefix');
  const random = of('random') ?? of('suffix');
  if (prefix === undefined || random === undefined) return 'Recall of different choices of dimensions.';
  const gaps = order.dims.map((dims, index) => ({ dims, index, gap: (prefix.recall[index]?.value ?? 0) - (random.recall[index]?.value ?? 0) }));
  const widest = gaps.reduce((most, item) => (Math.abs(item.gap) > Math.abs(most.gap) ? item : most));
  const name = random.order === 'random' ? 'as many random ones' : 'as many of the last ones';
  const first = `The first ${widest.dims} dims keep ${formatPercentInterval(prefix.recall[widest.index]!)} of the true neighbours, ${name} ${formatPercentInterval(random.recall[widest.index]!)}`;
  const apart = prefix.recall[widest.index]!.low > random.recall[widest.index]!.high;
  const verdict = apart ? 'the order carries meaning, as Matryoshka training gives it' : 'the order carries no meaning beyond noise: the model does not look Matryoshka-trained';
  const pca = of('pca')?.recall[widest.index];
  const beside = pca === undefined ? '' : ` PCA at that size: ${formatPercentInterval(pca)} (${formatPoints(pca.value - prefix.recall[widest.index]!.value)} points).`;
  return `${first}: ${verdict}.${beside}`;
}

/** The smallest form that keeps 95 %, alone or as the head of a funnel. */
export function compressionSentence(result: CompressionResult): string {
  const bySize = [...result.points].sort((a, b) => a.bytesPerVector - b.bytesPerVector);
  const alone = bySize.find((point) => point.recall.value >= 0.95);
  const head = bySize.find((point) => point.funnel !== undefined && point.funnel.recall.value >= 0.95);
  const sentences: string[] = [];
  if (alone !== undefined) sentences.push(`Alone, ${alone.form} at ${alone.dims} dims (${formatBytes(alone.bytesPerVector)} a vector) is the smallest form that keeps 95 %: ${formatPercentInterval(alone.recall)}.`);
  if (head?.funnel !== undefined) {
    sentences.push(`As the head of a funnel that keeps ${head.funnel.keep}, ${head.form} at ${head.dims} dims (${formatBytes(head.bytesPerVector)}) is enough: ${formatPercentInterval(head.funnel.recall)}.`);
  }
  return sentences.length === 0 ? 'No smaller form keeps 95 % of the true neighbours.' : sentences.join(' ');
}
