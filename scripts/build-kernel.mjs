// Compiles src/math/assembly (AssemblyScript) to src/math/kernel-binary.ts. The binary is committed, so that nothing has to be
// compiled to run from source; test/math/kernel-binary.test.ts fails when it is out of date.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The kernel's WebAssembly bytes, compiled from source. */
export async function compileKernel() {
  let binary;
  const { error, stderr } = await asc.main(
    [
      'src/math/assembly/index.ts', '--baseDir', root, '--outFile', 'kernel.wasm',
      '-O3', '--noAssert', '--runtime', 'stub', '--use', 'abort=',
      '--enable', 'simd', '--enable', 'threads', '--enable', 'bulk-memory',
      '--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536',
    ],
    { writeFile: (name, contents) => { if (name.endsWith('.wasm')) binary = contents; } },
  );
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  return binary;
}

/** The text of src/math/kernel-binary.ts for these bytes. */
export function kernelModule(binary) {
  const lines = Buffer.from(binary).toString('base64').match(/.{1,120}/g);
  return [
    '// Made by scripts/build-kernel.mjs from src/math/assembly. Do not edit.',
    '',
    '/** The kernel as WebAssembly, base64. */',
    'export const KERNEL_BASE64 = [',
    ...lines.map((line) => `  '${line}',`),
    "].join('');",
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const target = fileURLToPath(new URL('../src/math/kernel-binary.ts', import.meta.url));
  const binary = await compileKernel();
  const text = kernelModule(binary);
  const before = await readFile(target, 'utf8').catch(() => '');
  if (text !== before) await writeFile(target, text);
  process.stderr.write(`kernel: ${binary.length} bytes${text === before ? ', unchanged' : ''}\n`);
}
