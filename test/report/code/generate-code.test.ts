import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { generateCode } from '../../../src/report/code/generate-code.ts';
import type { CodeSpec, CodeTarget } from '../../../src/report/code/spec.ts';
import { hostileTexts } from '../hostile.ts';
import { spec } from './engine-funnel.ts';

const targets: readonly CodeTarget[] = ['pymilvus', 'milvus-node', 'pgvector', 'qdrant'];
const hasPython = ((): boolean => {
  try {
    execFileSync('python3', ['--version']);
    return true;
  } catch {
    return false;
  }
})();

/** The program read by its language's own parser, without running it: the names of its top-level definitions. */
function parsed(target: CodeTarget, code: string): void {
  if (target === 'milvus-node') execFileSync(process.execPath, ['--check', '--input-type=module', '-'], { input: code });
  else if (target !== 'pgvector' && hasPython) execFileSync('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], { input: code });
}

describe('generated code', () => {
  it.each(targets)('for %s', (target) => {
    const { code, language, fileName } = generateCode(target, { ...spec, head: { index: 'hnsw', precision: 'f32', params: { M: 24, ef: 64 } } });
    expect(`${fileName} (${language})\n\n${code}`).toMatchSnapshot();
    parsed(target, code);
  });

  it.each(targets)('for %s lets nothing a user typed run as code', (target) => {
    const evil = [...hostileTexts, 'x\nimport os\nos.abort()', "'; DROP TABLE x; --", '"""', '\u2028process.exit(1)', '\\', '${process.exit(1)}', '*/', '\u0085import os'].join(' ');
    const hostile: CodeSpec = { ...spec, address: evil, about: { corpus: evil, model: evil, measured: evil, queryPrompt: evil, documentPrompt: evil }, ...(target === 'qdrant' ? { idType: 'text', idField: evil } : {}) };
    const { code } = generateCode(target, hostile);
    const plain = generateCode(target, { ...hostile, address: 'x', about: { corpus: 'x', model: 'x', measured: 'x', queryPrompt: 'x', documentPrompt: 'x' } }).code;
    parsed(target, code);
    expect(code.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/)).toHaveLength(plain.split('\n').length);
  });

  it('refuses what the target cannot take', () => {
    const fail = (target: CodeTarget, changed: Partial<CodeSpec>) => () => generateCode(target, { ...spec, ...changed });
    expect(fail('pymilvus', { collection: 'a-b' })).toThrow('"a-b"');
    expect(fail('milvus-node', { vectors: [{ dims: 8, field: '8d' }] })).toThrow('"8d"');
    expect(fail('pymilvus', { schedule: [{ dims: 8, keep: 20_000 }, { dims: 64, keep: 10 }] })).toThrow('16384');
    expect(fail('pgvector', { collection: 'a$funnel$b' })).toThrow('$funnel$');
    expect(fail('qdrant', { collection: 'a/b' })).toThrow('"a/b"');
    expect(fail('qdrant', { collection: ' ' })).toThrow('no name');
    expect(fail('qdrant', { k: 50 })).toThrow('fewer than k');
    expect(fail('qdrant', { dims: 32 })).toThrow('beyond');
  });
});
