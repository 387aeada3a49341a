import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { showValue, UserError } from '../base/errors.ts';
import { formatCount, formatPercent } from '../base/format.ts';
import { resourcesDir } from '../base/resources.ts';
import { defaultDataDir } from '../engine/data-dir.ts';
import { trainAdapterFile } from '../engine/train-adapter.ts';
import { trainTableFolder } from '../engine/train-table.ts';
import type { TrainAdapterRequest } from '../engine/train-adapter.ts';
import { wholeNumber } from './arguments.ts';
import type { Command } from './command.ts';
import { progressLine } from './progress-line.ts';

const help = `train adapter [options]     a linear map that makes finished embeddings usable at short prefixes
  --corpus PATH|sample:NAME --model ID|DIR    learn from a corpus' embeddings
    [--queries own|PATH --qrels PATH]         and from which documents answer which queries, or
  --vectors X.npy                             from vectors, or
  --pairs LEFT.npy,RIGHT.npy                  from pairs: row i belongs to row i; --scores FILE says how well (one number a line)
  --prefixes 16,32,64,…      default: halvings down to 16
  --weights 1,1,2,…          of each prefix in the loss, in the same order (default 1 each; without --prefixes from the longest)
  --start best|pca|identity  where the map starts (default best: whichever finds more on held-out rows)
  --epochs N  --max-rows 50000  --seed 1
  --out FILE                 default: adapter.fsa; a cancelled run goes on from FILE.checkpoint
  --npy FILE --onnx FILE     the map besides, as a NumPy matrix or an ONNX model
Use it: bench --adapter FILE.

train table [options]       a static table (the starter) trained further on your own corpus
  --corpus PATH|sample:NAME  titles must find their texts; without titles one half of a text the other
  --start DIR                a static model's folder (default: the bundled starter)
  --teacher ID|DIR           a model whose similarities of the same texts are part of the target
  --weights 1,1,2,…          of each of the model's prefixes in the loss, the longest first (default 1 each)
  --epochs N  --max-rows 50000  --seed 1
  --out DIR                  default: table-model; a cancelled run goes on from DIR.checkpoint
Use it: bench --model DIR. The starter itself is made by scripts/train-starter.ts (see models/starter/README.md).
`;

const options = {
  corpus: { type: 'string' },
  model: { type: 'string' },
  vectors: { type: 'string' },
  queries: { type: 'string' },
  qrels: { type: 'string' },
  pairs: { type: 'string' },
  scores: { type: 'string' },
  prefixes: { type: 'string' },
  weights: { type: 'string' },
  start: { type: 'string', default: 'best' },
  epochs: { type: 'string' },
  'max-rows': { type: 'string', default: '50000' },
  seed: { type: 'string', default: '1' },
  out: { type: 'string', default: 'adapter.fsa' },
  npy: { type: 'string' },
  onnx: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const tableOptions = {
  corpus: { type: 'string' },
  start: { type: 'string' },
  teacher: { type: 'string' },
  weights: { type: 'string' },
  epochs: { type: 'string' },
  'max-rows': { type: 'string', default: '50000' },
  seed: { type: 'string', default: '1' },
  out: { type: 'string', default: 'table-model' },
} as const;

/** `train adapter`, `train table`: train, write, and say what was reached on rows that training did not see. */
export const trainCommand: Command = async ([what, ...argv], { stdout, stderr, signal }) => {
  if (what === undefined || what === '--help' || what === '-h' || argv.includes('--help')) {
    stdout.write(help);
    return;
  }
  const progress = progressLine(stderr);
  if (what === 'table') return trainTable(argv, progress, stderr, signal);
  if (what !== 'adapter') throw new UserError('cli/arguments', `train ${showValue(what)}: expected adapter or table`, { hint: 'see train --help' });
  const request = readArguments(argv);
  try {
    const { trained } = await trainAdapterFile(request, { resourcesDir: resourcesDir(), dataDir: defaultDataDir() }, { signal, onProgress: progress.sink });
    progress.end();
    const { identity, pca, result } = trained.validation;
    const kind = request.pairs === undefined && request.judged === undefined ? 'recall@10 against full-dimension neighbours' : request.scores === undefined ? 'MRR of the right partner' : 'Spearman correlation with the scores';
    const shown = (score: number): string => (request.scores === undefined ? formatPercent(score) : score.toFixed(3));
    stderr.write(`on held-out rows, mean over the prefixes, ${kind}: as they are ${shown(identity)}, PCA ${shown(pca)}, adapter ${shown(result)}\n`);
    if (!trained.isTrained) stderr.write(`no epoch beat ${trained.start === 'pca' ? 'PCA' : 'the vectors as they are'} on the held-out rows: the file holds ${trained.start === 'pca' ? 'the PCA rotation' : 'the identity'}\n`);
    stderr.write(`adapter: ${request.out}\n`);
  } catch (error) {
    progress.end();
    if (signal.aborted && existsSync(`${request.out}.checkpoint`)) stderr.write(`the same command goes on from ${request.out}.checkpoint\n`);
    throw error;
  } finally {
    progress.end();
  }
};

async function trainTable(argv: readonly string[], progress: ReturnType<typeof progressLine>, stderr: NodeJS.WritableStream, signal: AbortSignal): Promise<void> {
  const values = parse(argv, tableOptions);
  const { corpus, start, teacher, epochs } = values;
  if (corpus === undefined) throw new UserError('cli/arguments', 'train table: give --corpus PATH|sample:NAME', { hint: 'see train --help' });
  const out = values.out!;
  try {
    const { validation, pairCount } = await trainTableFolder(
      {
        corpus,
        start,
        teacher,
        ...(values.weights === undefined ? {} : { weights: weightsOf(values.weights) }),
        ...(epochs === undefined ? {} : { epochs: wholeNumber('epochs', epochs, 1) }),
        maxRows: wholeNumber('max-rows', values['max-rows']!, 2),
        seed: wholeNumber('seed', values.seed!, 0),
        out,
      },
      { resourcesDir: resourcesDir(), dataDir: defaultDataDir() },
      { signal, onProgress: progress.sink },
    );
    progress.end();
    stderr.write(`trained on ${formatCount(pairCount)} pairs; MRR of the right partner among held-out pairs, mean over the prefixes: ${formatPercent(validation.start)} before, ${formatPercent(validation.result)} after\nmodel: ${out}\n`);
  } finally {
    progress.end();
  }
}

function parse<const Options extends Record<string, { readonly type: 'string' | 'boolean'; readonly default?: string; readonly short?: string }>>(argv: readonly string[], from: Options): Partial<Record<keyof Options, string>> {
  try {
    return parseArgs({ args: [...argv], options: from, strict: true, allowPositionals: false }).values as Partial<Record<keyof Options, string>>;
  } catch (error) {
    throw new UserError('cli/arguments', error instanceof Error ? error.message : String(error), { hint: 'see train --help' });
  }
}

function weightsOf(text: string): number[] {
  return text.split(',').map((part) => {
    const weight = part.trim() === '' ? Number.NaN : Number(part);
    if (!(weight >= 0) || !Number.isFinite(weight)) throw new UserError('cli/arguments', `--weights ${showValue(part)}: expected numbers of 0 or more such as 1,1,0.5`);
    return weight;
  });
}

function readArguments(argv: readonly string[]): TrainAdapterRequest {
  const values = parse(argv, options);
  const text = (name: keyof typeof options): string | undefined => values[name];
  const sources = [text('corpus'), text('vectors'), text('pairs')].filter((source) => source !== undefined);
  if (sources.length !== 1) throw new UserError('cli/arguments', 'train adapter: give exactly one of --corpus, --vectors, --pairs', { hint: 'see train --help' });
  const pairs = text('pairs')?.split(',');
  if (pairs !== undefined && pairs.length !== 2) throw new UserError('cli/arguments', `--pairs ${showValue(text('pairs'))}: expected LEFT.npy,RIGHT.npy`);
  if (text('scores') !== undefined && pairs === undefined) throw new UserError('cli/arguments', '--scores needs --pairs', { hint: 'see train --help' });
  const queries = text('queries');
  if ((queries !== undefined || text('qrels') !== undefined) && text('corpus') === undefined) throw new UserError('cli/arguments', '--queries and --qrels need --corpus', { hint: 'see train --help' });
  if (text('qrels') !== undefined && (queries === undefined || queries === 'own')) throw new UserError('cli/arguments', '--qrels needs the queries that it judges: give --queries PATH');
  const start = text('start')!;
  if (start !== 'best' && start !== 'pca' && start !== 'identity') throw new UserError('cli/arguments', `--start ${showValue(start)}: expected best, pca or identity`);
  return {
    corpus: text('corpus'),
    model: text('model'),
    vectors: text('vectors'),
    pairs: pairs === undefined ? undefined : { left: pairs[0]!, right: pairs[1]! },
    judged: queries === undefined ? undefined : { queries, qrels: text('qrels') },
    scores: text('scores'),
    weights: text('weights') === undefined ? undefined : weightsOf(text('weights')!),
    prefixes: text('prefixes')?.split(',').map((part) => wholeNumber('prefixes', part.trim(), 1)),
    start,
    epochs: text('epochs') === undefined ? undefined : wholeNumber('epochs', text('epochs')!, 1),
    maxRows: wholeNumber('max-rows', text('max-rows')!, 2),
    seed: wholeNumber('seed', text('seed')!, 0),
    out: text('out')!,
    npy: text('npy'),
    onnx: text('onnx'),
  };
}
