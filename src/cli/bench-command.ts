import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { UserError } from '../base/errors.ts';
import { resourcesDir } from '../base/resources.ts';
import { runBench } from '../engine/bench.ts';
import { defaultDataDir } from '../engine/data-dir.ts';
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
  await makeFolder(out);
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
    for (const file of reportFiles(report)) await writeFileAtomic(join(out, file.name), file.text);
    for (const finding of report.findings) stderr.write(`${finding}\n`);
    for (const warning of report.warnings) stderr.write(`warning: ${warning}\n`);
    if (report.matryoshka?.adapterFile !== undefined) stderr.write(`adapter: ${join(out, report.matryoshka.adapterFile)}\n`);
    stderr.write(`report: ${join(out, 'report.html')}\n`);
  } finally {
    progress.end();
  }
};

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw new UserError('cli/out', `cannot be used as the output folder: ${(cause as Error).message}`, { place: { file: path }, cause });
  }
}
