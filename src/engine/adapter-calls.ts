import { UserError } from '../base/errors.ts';
import { matryoshkaExperiment } from '../experiments/matryoshka.ts';
import { readAdapter } from '../training/adapter-file.ts';
import { deleteAdapter, exportAdapter, listAdapters, saveAdapter } from './adapter-store.ts';
import { findingsOf, recommendedAdapter } from './matryoshka-findings.ts';
import type { HandlersOf, Workspace } from './workspace.ts';

const SEED = 1;
const THREADS = 2;

type AdapterCall = 'adapters.list' | 'adapters.add' | 'adapters.delete' | 'adapters.export' | 'experiment.matryoshka';

export function adapterCalls(workspace: Workspace): HandlersOf<AdapterCall> {
  const folder = workspace.adaptersDir;
  return {
    'adapters.list': () => listAdapters(folder),
    'adapters.add': async ({ path }) => saveAdapter(folder, await readAdapter(path)),
    'adapters.delete': async ({ adapterId }) => {
      await deleteAdapter(folder, adapterId);
      return {};
    },
    'adapters.export': async ({ adapterId, format }) => {
      const { fileName, mimeType, bytes } = await exportAdapter(folder, adapterId, format);
      return { fileName, mimeType, base64: Buffer.from(bytes).toString('base64') };
    },
    'experiment.matryoshka': async ({ datasetId, k }, work) => {
      const dataset = workspace.datasets.get(datasetId);
      if (dataset.summary?.adapterId !== undefined) throw new UserError('experiment/adapted', 'these vectors are turned by an adapter already', { hint: 'embed without the adapter on the Model screen first' });
      const result = await matryoshkaExperiment(dataset.vectors, dataset.queries, { k, seed: SEED, claimedDims: dataset.trainedDims, threads: THREADS }, work);
      const findings = findingsOf(result);
      const adapter = recommendedAdapter(result, dataset, { seed: SEED, resourcesDir: workspace.resourcesDir });
      dataset.extras.matryoshka = findings;
      return { findings, ...(adapter === undefined ? {} : { adapter: await saveAdapter(folder, adapter) }) };
    },
  };
}
