import { UserError } from '../base/errors.ts';
import { int64Tensor, openOnnxSession } from '../math/onnx-runtime.ts';

/** Tokens asked for in one run. */
const CHUNK = 4096;

/**
 * The token table inside a static model: its row for every token number, read by running the model on all of them.
 * @param model an ONNX file with `input_ids`, `attention_mask` → `last_hidden_state`, in which a token's row does not depend on its neighbours.
 * @returns vocabulary × dims. @throws UserError when the model gives something else, or mixes tokens.
 */
export async function readTableRows(model: Uint8Array<ArrayBuffer>, vocabularySize: number, file: string): Promise<{ readonly rows: Float32Array; readonly dims: number }> {
  const session = await openOnnxSession(model);
  const wrong = (what: string): UserError => new UserError('training/no-table', `is no static model: ${what}`, { place: { file } });
  try {
    const run = async (first: number, count: number): Promise<Float32Array> => {
      const ids = BigInt64Array.from({ length: count }, (_, at) => BigInt(first + at));
      const mask = new BigInt64Array(count).fill(1n);
      const outputs = await session.run({ input_ids: int64Tensor(ids, [1, count]), attention_mask: int64Tensor(mask, [1, count]) }).catch((cause: unknown) => {
        throw wrong(cause instanceof Error ? cause.message.split('\n')[0]! : String(cause));
      });
      const data = outputs['last_hidden_state']?.data;
      if (!(data instanceof Float32Array)) throw wrong('it has no float32 last_hidden_state');
      return data;
    };
    const probe = await run(0, 1);
    const dims = probe.length;
    const rows = new Float32Array(vocabularySize * dims);
    for (let first = 0; first < vocabularySize; first += CHUNK) rows.set(await run(first, Math.min(CHUNK, vocabularySize - first)), first * dims);
    if (probe.some((value, at) => Math.abs(value - rows[at]!) > 1e-6)) throw wrong("a token's vector depends on the tokens beside it");
    return { rows, dims };
  } finally {
    await session.close();
  }
}
