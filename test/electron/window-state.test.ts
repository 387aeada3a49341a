import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstState, fitToScreens, parseWindowState, readWindowState, saveWindowState, smallestWindow } from '../../electron/main/window-state.ts';

const screen = { x: 0, y: 0, width: 1920, height: 1080 };

describe('the window state', () => {
  it('comes back as it was saved', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'funnelscope-window-'));
    const state = { x: 10, y: 20, width: 1000, height: 700, isMaximized: true, zoomLevel: 1 };
    await saveWindowState(join(folder, 'window.json'), state);
    expect(readWindowState(join(folder, 'window.json'))).toEqual(state);
    await rm(folder, { recursive: true });
  });

  it('is that of a first start when there is none or it is broken', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'funnelscope-window-'));
    await writeFile(join(folder, 'cut.json'), '{"x":1');
    expect([readWindowState(join(folder, 'none.json')), readWindowState(join(folder, 'cut.json')), parseWindowState('null'), parseWindowState('7')]).toEqual([firstState, firstState, firstState, firstState]);
    await rm(folder, { recursive: true });
  });

  it('does not throw when it cannot be saved', async () => {
    await expect(saveWindowState(join(tmpdir(), 'no', 'such', 'folder', 'window.json'), firstState)).resolves.toBeUndefined();
  });

  it('is whole and usable whatever stands in the file', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.record({ x: fc.integer({ min: -4000, max: 4000 }), y: fc.integer({ min: -4000, max: 4000 }), width: fc.integer({ min: 640, max: 8000 }), height: fc.integer({ min: 480, max: 5000 }) }), { maxLength: 3 }), (value, areas) => {
        const state = fitToScreens(parseWindowState(JSON.stringify(value)), areas);
        expect(state.width).toBeGreaterThanOrEqual(smallestWindow.width);
        expect(state.height).toBeGreaterThanOrEqual(smallestWindow.height);
        expect(Number.isInteger(state.width) && Number.isInteger(state.height)).toBe(true);
        expect((state.x === undefined) === (state.y === undefined) || areas.length > 0).toBe(true);
      }),
    );
  });

  it('is centred anew when its screen is gone, and cut to a smaller one', () => {
    const far = { x: 3000, y: 100, width: 1400, height: 900, isMaximized: false, zoomLevel: 0 };
    expect(fitToScreens(far, [screen])).toMatchObject({ x: undefined, y: undefined, width: 1400 });
    expect(fitToScreens({ ...far, x: 100, y: 100, width: 3000, height: 2000 }, [screen])).toMatchObject({ x: 100, y: 100, width: 1920, height: 1080 });
    expect(fitToScreens({ ...far, x: 100, y: -500 }, [screen])).toMatchObject({ x: undefined, y: undefined });
  });
});
