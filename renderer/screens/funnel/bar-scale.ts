/** Where the scale begins: a single document still shows a little bar. */
const floor = 0.02;

/** The share of the track that a number of documents fills: log scale from 1 to the whole corpus. */
export function shareOfBar(documents: number, rowCount: number): number {
  if (rowCount <= 1) return 1;
  const share = Math.log(Math.max(1, documents)) / Math.log(rowCount);
  return floor + (1 - floor) * Math.min(1, share);
}

/** The number of documents at a share of the track: the inverse, rounded to what the eye can place (three digits). */
export function documentsAt(share: number, rowCount: number): number {
  const inner = Math.min(1, Math.max(0, (share - floor) / (1 - floor)));
  const documents = rowCount ** inner;
  return documents < 100 ? Math.round(documents) : Number(documents.toPrecision(3));
}
