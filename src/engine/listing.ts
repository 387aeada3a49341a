import type { ModelEntry, Sample } from '../contract/dataset.ts';
import { listSamples } from '../corpus/sample.ts';

/** The bundled corpora. */
export function samplesOf(resourcesDir: string): Promise<readonly Sample[]> {
  return listSamples(resourcesDir);
}

export async function modelsOf(resourcesDir: string, dataDir: string): Promise<readonly ModelEntry[]> {
  void resourcesDir;
  void dataDir;
  return [];
}
