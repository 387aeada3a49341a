import { afterEach, describe, expect, it } from 'vitest';
import { meetOtherWindows } from '../../../renderer/state/other-windows.ts';
import type { OtherWindows } from '../../../renderer/state/other-windows.ts';

const channels: BroadcastChannel[] = [];
afterEach(() => {
  for (const channel of channels.splice(0)) channel.close();
});

function open(name: string, heard: string[]): OtherWindows {
  const channel = new BroadcastChannel('other-windows.test');
  channels.push(channel);
  return meetOtherWindows(channel, () => heard.push(`${name} is not alone`), () => heard.push(`${name} yields`));
}

describe('windows of one program', () => {
  it('the later one hears of the earlier ones, once, and they of nothing; all others of what one keeps', async () => {
    const heard: string[] = [];
    open('first', heard);
    const second = open('second', heard);
    await expect.poll(() => heard).toEqual(['second is not alone']);
    open('third', heard);
    await expect.poll(() => heard).toEqual(['second is not alone', 'third is not alone']);
    // What was said before arrives before this: nobody heard more.
    second.tellKept();
    await expect.poll(() => heard.slice(2).sort()).toEqual(['first yields', 'third yields']);
  });
});
