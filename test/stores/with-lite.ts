import { describe } from 'vitest';
import { liteVenv } from './milvus-server.ts';

/**
 * A `describe` of tests that need Milvus Lite: skipped, with the reason in the title, where it cannot be installed; a failure in CI.
 */
export async function describeWithLite(title: string, tests: () => void): Promise<void> {
  const found = await liteVenv();
  if ('venv' in found) {
    describe(title, tests);
    return;
  }
  if (process.env['CI'] === 'true') throw new Error(`${found.reason} (CI must not skip these tests)`);
  describe.skip(`${title}: skipped, ${found.reason}`, tests);
}
