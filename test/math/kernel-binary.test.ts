import { expect, test } from 'vitest';
import { KERNEL_BASE64 } from '../../src/math/kernel-binary.ts';
// @ts-expect-error: a plain script without types
import { compileKernel } from '../../scripts/build-kernel.mjs';

test('the committed kernel is what its source compiles to', async () => {
  const binary = (await compileKernel()) as Uint8Array;
  expect(Buffer.from(binary).toString('base64') === KERNEL_BASE64, 'run: node scripts/build-kernel.mjs').toBe(true);
});
