import { formatList } from '../base/format.ts';
import type { Report, StoreResult } from '../contract/report.ts';
import { vectorFieldOf } from '../stores/milvus/existing-collection.ts';
import type { SearchedCollection } from './collection-corpus.ts';

/** A collection as a report names it, with what was measured where. */
export function collectionFacts(collection: SearchedCollection, results: readonly StoreResult[]): NonNullable<Report['corpus']['collection']> {
  const { view, fields } = collection;
  const places = [{ view, field: fields.vectorField }, ...collection.prefixFields];
  return {
    server: collection.serverLabel,
    name: view.name,
    keyField: view.keyField,
    idField: fields.idField,
    ...(fields.textField === undefined ? {} : { textField: fields.textField }),
    ...(fields.titleField === undefined ? {} : { titleField: fields.titleField }),
    vectorFields: places.map((place) => {
      const { name, dims, type, index, metric } = vectorFieldOf(place.view, place.field);
      return { collection: place.view.name, field: name, dims, type, ...(index === undefined ? {} : { index }), ...(metric === undefined ? {} : { metric }) };
    }),
    rows: collection.totalRows,
    measured: [...results].sort((a, b) => a.kind.localeCompare(b.kind)).map((result) => whereSentence(collection, result)),
  };
}

function whereSentence(collection: SearchedCollection, result: StoreResult): string {
  const { view } = collection;
  const dims = dimsOf(result);
  const list = (sizes: readonly number[]): string => `${formatList(sizes.map(String))} dims`;
  if (result.kind === 'embedded') {
    const without = dims.filter((size) => !collection.inPlace.dims.includes(size));
    return `In this process, on a copy of the vectors of ${view.name}.${collection.fields.vectorField}, cut and normalised here: ${list(dims)}${without.length === 0 ? '' : `; the collection has no field of ${list(without)} to search`}.`;
  }
  if (!result.label.endsWith(`collection ${view.name}`)) return `On ${result.label}, on copies of the prefixes that Funnelscope keeps there beside the collection: ${list(dims)}.`;
  const main = vectorFieldOf(view, collection.fields.vectorField);
  return `On ${result.label}, in place: ${list(dims)}, by the fields' own indexes${main.index === 'FLAT' ? '' : `. What stands there as search at full dimension is the ${main.index} index of ${main.name}, which is approximate`}.`;
}

/** Prefixes that a head searched: of the ladder, of funnels, of the baseline. */
function dimsOf(result: StoreResult): number[] {
  const heads = [...result.ladder.map((entry) => entry.dims), ...result.funnels.map((funnel) => funnel.stages[0]!.dims)];
  return [...new Set(heads)].sort((a, b) => a - b);
}
