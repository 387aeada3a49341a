import type { Report, StoreResult } from '../contract/report.ts';

/** What a report says before anyone has put it in words. */
export type Measured = Omit<Report, 'findings' | 'definitions'>;

/** The report's own store first, then the others measured in the same run. */
export function storeResults(report: Measured): readonly StoreResult[] {
  const { store, ladder, funnels, baseline, frontier } = report;
  return [{ ...store, ladder, funnels, baseline, frontier }, ...(report.otherStores ?? [])];
}

/** Short names for the stores of one report, all different: `embedded`, `Milvus Lite 3.2`, with the address only where it tells two apart. */
export function storeNames(stores: readonly Pick<StoreResult, 'label' | 'head'>[]): readonly string[] {
  const short = stores.map((store) => store.label.replace(/ at \S+$/, ''));
  const repeated = (names: readonly string[], name: string): boolean => names.filter((other) => other === name).length > 1;
  const heads = short.map((name, index) => (repeated(short, name) ? `${name} · ${stores[index]!.head.index}` : name));
  return heads.map((name, index) => (repeated(heads, name) ? `${stores[index]!.label} · ${stores[index]!.head.index} ${stores[index]!.head.precision}` : name));
}
