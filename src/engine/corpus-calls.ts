import { hashStrings } from '../base/content-hash.ts';
import { unreachable, UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import type { CorpusSource, CorpusSummary } from '../contract/dataset.ts';
import { documentText, judgedCount } from '../corpus/corpus.ts';
import type { Corpus } from '../corpus/corpus.ts';
import { ownQueryFiles, readQuerySet } from '../corpus/query-set.ts';
import { readCorpus } from '../corpus/read-corpus.ts';
import { listSamples } from '../corpus/sample.ts';
import { openCollection } from './collection-corpus.ts';
import type { OpenCollection } from './collection-corpus.ts';
import type { HandlersOf, OpenCorpus, Workspace } from './workspace.ts';

export function corpusCalls(workspace: Workspace): HandlersOf<'corpus.samples' | 'corpus.open' | 'corpus.rows' | 'queries.set'> {
  return {
    'corpus.samples': async () => [...(await listSamples(workspace.resourcesDir))],
    'corpus.open': async ({ source }, work) => {
      const path = pathOf(source);
      const { corpus, collection } = await read(source, path, workspace, work);
      const own = path === undefined ? undefined : await ownQueryFiles(path, workspace.resourcesDir);
      const summary: CorpusSummary = {
        corpusId: `corpus-${collection === undefined ? corpus.contentHash.slice(0, 16) : collectionId(collection, corpus)}`,
        name: corpus.name,
        count: corpus.stats.count,
        emptyCount: corpus.stats.emptyCount,
        duplicateCount: corpus.stats.duplicateCount,
        format: corpus.stats.format,
        sizeBytes: corpus.stats.sizeBytes,
        contentHash: corpus.contentHash,
        hasTitles: corpus.titles !== undefined,
        hasQueries: own !== undefined,
        hasQrels: own !== undefined && own.qrels.size > 0,
        warnings: [...corpus.stats.warnings],
        source,
      };
      workspace.corpora.put(summary.corpusId, { corpus, path, collection, summary });
      return summary;
    },
    'corpus.rows': async ({ corpusId, offset, limit, find }) => {
      const { corpus } = workspace.corpora.get(corpusId);
      const rows = find === undefined || find.trim() === '' ? undefined : rowsWith(corpus, find);
      const total = rows?.length ?? corpus.ids.length;
      const shown = Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, i) => rows?.[offset + i] ?? offset + i);
      return { total, rows: shown.map((row) => documentOf(corpus, row)) };
    },
    'queries.set': async ({ corpusId, source }, work) => {
      const opened = workspace.corpora.get(corpusId);
      const querySet = await readQuerySet(source, opened.corpus, { corpusPath: opened.path, resources: workspace.resourcesDir }, work);
      if (querySet.ids.length === 0) throw new UserError('corpus/no-queries', `${querySet.name}: has no queries`);
      const summary = {
        queryId: `queries-${querySet.contentHash.slice(0, 16)}-${opened.summary.corpusId.slice(7, 15)}`,
        name: querySet.name,
        count: querySet.ids.length,
        withQrels: judgedCount(querySet),
        heldOutCount: querySet.heldOutRows?.length ?? 0,
        contentHash: querySet.contentHash,
        examples: querySet.texts.slice(0, 5).map((text) => text.slice(0, 300)),
        source,
      };
      workspace.querySets.put(summary.queryId, { querySet, corpusId, summary });
      return summary;
    },
  };
}

/** `sample:NAME` or a path; undefined for a collection. */
export function pathOf(source: CorpusSource): string | undefined {
  switch (source.kind) {
    case 'sample':
      return `sample:${source.name.replace(/^sample:/, '')}`;
    case 'path':
      return source.path;
    case 'collection':
      return undefined;
    default:
      return unreachable(source);
  }
}

const SAMPLE_SEED = 1;

async function read(source: CorpusSource, path: string | undefined, workspace: Workspace, work: WorkOptions): Promise<{ readonly corpus: Corpus; readonly collection?: OpenCollection }> {
  if (source.kind === 'collection') return openCollection(await workspace.milvus.connect(source.target, work.signal), source, SAMPLE_SEED, work);
  const options = source.kind === 'path' ? source.options : {};
  return { corpus: await readCorpus(path!, { ...options, resources: workspace.resourcesDir }, work) };
}

/** Equal texts in another collection, or with another vector field, are another corpus. */
function collectionId({ source }: OpenCollection, corpus: Corpus): string {
  const { address, database } = source.target;
  return hashStrings([corpus.contentHash, address, database ?? '', source.collection, source.vectorField ?? '', JSON.stringify(source.prefixFields ?? [])]).slice(0, 16);
}

function rowsWith(corpus: OpenCorpus['corpus'], find: string): number[] {
  const wanted = find.toLowerCase();
  const rows: number[] = [];
  for (let row = 0; row < corpus.ids.length; row += 1) {
    if (corpus.ids[row]!.toLowerCase().includes(wanted) || documentText(corpus, row).toLowerCase().includes(wanted)) rows.push(row);
  }
  return rows;
}

export function documentOf(corpus: OpenCorpus['corpus'], row: number): { row: number; id: string; title?: string; text: string } {
  const title = corpus.titles?.[row];
  return { row, id: corpus.ids[row] ?? String(row), ...(title === undefined || title === '' ? {} : { title }), text: corpus.texts[row] ?? '' };
}
