import { describe, expect, it } from 'vitest';
import type { HostBridge } from '../../../src/contract/host.ts';
import { UserError } from '../../../src/base/errors.ts';
import { takeDropped } from '../../../renderer/state/dropped-file.ts';
import type { DropState } from '../../../renderer/state/dropped-file.ts';

const file = new File(['text'], 'corpus.csv');

async function drop(host: Partial<HostBridge>, isFolder = false): Promise<{ readonly path: string | undefined; readonly told: readonly DropState['kind'][] }> {
  const told: DropState['kind'][] = [];
  const path = await takeDropped(host as HostBridge, file, isFolder, (state) => void told.push(state.kind));
  return { path, told };
}

describe('a dropped file', () => {
  it('is opened where it lies when the host can tell', async () => {
    expect(await drop({ pathOfFile: () => '/home/corpus.csv', takeFile: () => Promise.reject(new Error('not asked')) })).toEqual({ path: '/home/corpus.csv', told: ['none'] });
  });

  it('is copied when the host cannot tell, and says so meanwhile', async () => {
    expect(await drop({ takeFile: async (given) => `/copies/${given.name}` })).toEqual({ path: '/copies/corpus.csv', told: ['copying', 'none'] });
  });

  it('is no file when it is a folder, which a browser cannot hand over', async () => {
    expect(await drop({ takeFile: () => Promise.reject(new Error('not asked')) }, true)).toEqual({ path: undefined, told: ['folder'] });
  });

  it('tells why it could not be copied', async () => {
    expect(await drop({ takeFile: () => Promise.reject(new UserError('web/file', 'the disk is full')) })).toEqual({ path: undefined, told: ['copying', 'failed'] });
  });
});
