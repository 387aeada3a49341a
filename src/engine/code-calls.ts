import { formatMs, formatPercentInterval } from '../base/format.ts';
import { checkSchedule, formatSchedule } from '../contract/schedule.ts';
import type { Schedule } from '../contract/schedule.ts';
import { generateCode } from '../report/code/generate-code.ts';
import type { CodeSpec } from '../report/code/spec.ts';
import type { Dataset } from './dataset.ts';
import type { HandlersOf, Workspace } from './workspace.ts';

export function codeCalls(workspace: Workspace): HandlersOf<'code.generate'> {
  return {
    'code.generate': async ({ datasetId, schedule, k, target }) => {
      const dataset = workspace.datasets.get(datasetId);
      checkSchedule(schedule, { dims: dataset.vectors.dims, k: Math.min(k, dataset.vectors.rowCount) });
      return { ...generateCode(target, specOf(dataset, schedule, k, workspace.milvus.current()?.server.address)) };
    },
  };
}

/** Names that the user will know again: the corpus' own, made fit for a database. */
function specOf(dataset: Dataset, schedule: Schedule, k: number, address: string | undefined): CodeSpec {
  const text = formatSchedule(schedule);
  const measured = [...dataset.measured.values()].flatMap((result) => result.funnels).find((funnel) => funnel.schedule === text);
  return {
    schedule,
    k,
    dims: dataset.vectors.dims,
    ...namesOf(dataset),
    rowCount: dataset.vectors.rowCount,
    ...(address === undefined ? {} : { address: address.startsWith('http') ? address : `http://${address}` }),
    about: {
      corpus: dataset.name,
      model: dataset.summary?.adapterId === undefined ? dataset.modelInfo.name : `${dataset.modelInfo.name}: multiply vectors and queries by the adapter's matrix (exported as .npy) before they are cut and normalised`,
      documentPrompt: dataset.modelInfo.documentPrompt,
      queryPrompt: dataset.modelInfo.queryPrompt,
      ...(measured === undefined ? {} : { measured: `recall@${k} ${formatPercentInterval(measured.recall)}, ${formatMs(measured.latencyMs.p50)} p50` }),
    },
  };
}

/** Of a collection of the user's: its key, and a collection beside it. The code loads rows, and must not load them into theirs. */
function namesOf({ name, collection }: Dataset): Pick<CodeSpec, 'collection' | 'idField' | 'idType'> {
  if (collection === undefined) return { collection: collectionNameOf(name) };
  return { collection: `${collectionNameOf(name)}_funnel`, idField: collection.view.keyField, idType: collection.view.keyType === 'VarChar' ? 'text' : 'int64' };
}

function collectionNameOf(name: string): string {
  const word = name.replace(/^sample:/, '').replace(/\.[a-z]+$/i, '').replace(/\W+/g, '_').replace(/^_+|_+$/g, '').slice(0, 60);
  return /^[A-Za-z_]/.test(word) ? word : `corpus_${word}`;
}
