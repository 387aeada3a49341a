import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CancelledError, UserError } from '../../src/base/errors.ts';
import { readOptionsOf } from '../../src/cli/read-option.ts';
import { readModelFolder } from '../../src/embedding/model-folder.ts';
import { readSafetensors } from '../../src/embedding/safetensors.ts';
import { readIvecs } from '../../src/vectors/vector-files.ts';
import { openVectorDbBench } from '../../src/vectors/vectordbbench.ts';
import { tempFolder } from '../fixtures/temp-folder.ts';

const fixtures = join(import.meta.dirname, '../fixtures');
/** FUZZ_EFFORT=20 looks twenty times as long. */
const effort = Number(process.env['FUZZ_EFFORT'] ?? 1);

async function worksOrExplains(call: () => unknown): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof UserError) && !(error instanceof CancelledError)) throw error;
    expect(error.message.length).toBeLessThan(2000);
  }
}

/** Some bytes set, a stretch cut out, the end cut off. */
const damage = fc.record({ flips: fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }), cutAt: fc.nat(), cutLength: fc.integer({ min: 0, max: 30 }), keep: fc.double({ min: 0.4, max: 1, noNaN: true }) });
type Damage = typeof damage extends fc.Arbitrary<infer Value> ? Value : never;

function apply(whole: Buffer, { flips, cutAt, cutLength, keep }: Damage): Buffer {
  const copy = Buffer.from(whole);
  for (const [at, value] of flips) copy[at % Math.min(copy.length, 2000)] = value;
  const start = cutLength > 15 ? cutAt % copy.length : copy.length;
  return Buffer.concat([copy.subarray(0, start), copy.subarray(start + cutLength)]).subarray(0, Math.ceil(copy.length * keep));
}

describe('what a model folder says of itself, damaged: it is read or explained', () => {
  test.each([
    ['tiny-bert-dense', 'modules.json'],
    ['tiny-bert-dense', 'config.json'],
    ['tiny-bert-dense', '1_Pooling/config.json'],
    ['tiny-bert-dense', '2_Dense/config.json'],
    ['tiny-bert-dense', 'config_sentence_transformers.json'],
    ['tiny-nomic-bert', 'funnelscope.json'],
    ['tiny-nomic-bert', 'tokenizer_config.json'],
  ])('%s/%s', { timeout: 120_000 * effort }, async (model, name) => {
    const folder = join(await tempFolder(), model);
    await cp(join(fixtures, 'models', model), folder, { recursive: true });
    const whole = await readFile(join(folder, name));
    const values = fc.json().map((text) => Buffer.from(text));
    await fc.assert(
      fc.asyncProperty(fc.oneof(damage.map((how) => apply(whole, how)), values), async (content) => {
        await writeFile(join(folder, name), content);
        await worksOrExplains(() => readModelFolder(folder));
      }),
      { numRuns: 100 * effort },
    );
    expect('polluted' in {}).toBe(false);
  });

  test('weights: safetensors', { timeout: 120_000 * effort }, async () => {
    const whole = await readFile(join(fixtures, 'models/tiny-bert-dense/2_Dense/model.safetensors'));
    const file = join(await tempFolder(), 'model.safetensors');
    await fc.assert(
      fc.asyncProperty(damage, async (how) => {
        await writeFile(file, apply(whole, how));
        await worksOrExplains(() => readSafetensors(file, () => true));
      }),
      { numRuns: 200 * effort },
    );
  });
});

describe('neighbours, damaged: they are read or explained', () => {
  test('ivecs', { timeout: 120_000 * effort }, async () => {
    const file = join(await tempFolder(), 'g.ivecs');
    const whole = Buffer.from('0300000001000000020000000300000003000000040000000500000006000000', 'hex');
    await fc.assert(
      fc.asyncProperty(fc.oneof(damage.map((how) => apply(whole, how)), fc.uint8Array({ maxLength: 80 })), async (content) => {
        await writeFile(file, content);
        await worksOrExplains(() => readIvecs(file));
      }),
      { numRuns: 200 * effort },
    );
  });

  test('neighbors.parquet of a VectorDBBench folder', { timeout: 180_000 * effort }, async () => {
    const folder = join(await tempFolder(), 'set');
    await cp(join(fixtures, 'data/vectordbbench'), folder, { recursive: true });
    const whole = await readFile(join(folder, 'neighbors.parquet'));
    await fc.assert(
      fc.asyncProperty(damage, async (how) => {
        await writeFile(join(folder, 'neighbors.parquet'), apply(whole, how));
        await worksOrExplains(() => openVectorDbBench(folder));
      }),
      { numRuns: 100 * effort },
    );
  });
});

test('--read takes any text: it is understood or explained', () => {
  const pieces = fc.array(fc.constantFrom('text=', 'id=', 'header=', 'chunk=', 'overlap=', 'delimiter=', ',', '=', 'yes', '12', '__proto__=', ' ', 'ü'), { maxLength: 12 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.oneof(pieces, fc.string()), (text) => {
      try {
        readOptionsOf(text);
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
      }
    }),
    { numRuns: 500 * effort },
  );
});
