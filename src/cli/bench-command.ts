import { mkdir, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { describeError, UserError } from '../base/errors.ts';
import { resourcesDir } from '../base/resources.ts';
import { explainSystemError } from '../base/system-error.ts';
import type { Report } from '../contract/report.ts';
import { runBench } from '../engine/bench.ts';
import { defaultDataDir } from '../engine/data-dir.ts';
import { saveReport } from '../engine/report-store.ts';
import { shellQuote, withoutSecrets } from '../report/command.ts';
import { reportFiles } from '../report/files.ts';
import { readBenchArguments } from './arguments.ts';
import { helpText } from './help.ts';
import { progressLine } from './progress-line.ts';
import type { Command } from './command.ts';

/** `bench`: measures, then writes the five report files. No half report: nothing is written before everything is measured. */
export const benchCommand: Command = async (argv, { stdout, stderr, signal }) => {
  const { request, out, help, estimate } = readBenchArguments(argv);
  if (help) {
    stdout.write(helpText);
    return;
  }
  if (estimate) {
    const { estimateBench } = await import('../engine/bench-texts.ts');
    stdout.write(`${await estimateBench(request, { resourcesDir: resourcesDir() }, { signal })}\n`);
    return;
  }
  const made = await makeFolder(out);
  const progress = progressLine(stderr);
  try {
    const report = await runBench(
      request,
      {
        resourcesDir: resourcesDir(),
        dataDir: defaultDataDir(),
        adapterFile: join(out, 'adapter.fsa'),
        command: ['npm run --silent cli -- bench', ...argv.map((word) => shellQuote(word.startsWith('http') ? withoutSecrets(word) : word))].join(' '),
        resolveSecret: async (ref) => process.env[`FUNNELSCOPE_${ref.toUpperCase()}_TOKEN`],
        onRemark: (line) => {
          progress.end();
          stderr.write(`${line}\n`);
        },
      },
      { signal, onProgress: progress.sink },
    );
    progress.end();
    await writeReport(out, report);
    for (const finding of report.findings) stderr.write(`${finding}\n`);
    for (const warning of report.warnings) stderr.write(`warning: ${warning}\n`);
    if (report.matryoshka?.adapterFile !== undefined) stderr.write(`adapter: ${join(out, report.matryoshka.adapterFile)}\n`);
    stderr.write(`report: ${join(out, 'report.html')}\n`);
  } catch (error) {
    await removeEmpty(resolve(out), made);
    throw error;
  } finally {
    progress.end();
  }
};

/** Where the folder takes no more (a full disk, after an hour of measuring), the report goes where the app keeps its own, and that is said. */
async function writeReport(out: string, report: Report): Promise<void> {
  try {
    for (const file of reportFiles(report)) await writeFileAtomic(join(out, file.name), file.text);
  } catch (cause) {
    const why = describeError(explainSystemError(cause, out));
    const folder = join(defaultDataDir(), 'reports');
    const saved = await saveReport(folder, report, report.corpus.name).catch(() => undefined);
    const hint = saved === undefined ? 'nothing could be saved elsewhere either' : `what was measured is kept in ${join(folder, `${saved.reportId}.json`)}, and in the app under Reports`;
    throw new UserError('cli/write', `the report could not be written: ${why}`, { hint, cause });
  }
}

/** Made before an hour of measuring rather than after it: a folder that cannot be is bad input. @returns the uppermost folder that was not there before. */
async function makeFolder(path: string): Promise<string | undefined> {
  try {
    return await mkdir(path, { recursive: true });
  } catch (cause) {
    throw new UserError('cli/out', `cannot be used as the output folder: ${(cause as Error).message}`, { place: { file: path }, cause });
  }
}

/** Takes away the folders that a failed run made, from `path` up to `uppermost`; one that holds anything stays. */
async function removeEmpty(path: string, uppermost: string | undefined): Promise<void> {
  if (uppermost === undefined || !path.startsWith(resolve(uppermost))) return;
  try {
    await rmdir(path);
    await removeEmpty(dirname(path), uppermost);
  } catch {
    // Not empty, or not ours to remove: it stays.
  }
}
