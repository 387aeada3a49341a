import { expect, it } from 'vitest';
import { environmentSecret } from '../../src/web/environment-secret.ts';

it('reads a secret from the variable of its name, and nothing else', () => {
  const environment = { FUNNELSCOPE_SECRET_OPENAI: 'a', FUNNELSCOPE_SECRET_MILVUS_LAB_1: 'b', FUNNELSCOPE_SECRET_EMPTY: '', HOME: '/root' };
  expect(['openai', 'milvus:lab-1', 'empty', 'home', '../HOME'].map((ref) => environmentSecret(ref, environment))).toEqual(['a', 'b', undefined, undefined, undefined]);
});
