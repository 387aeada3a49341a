import { readFileSync } from 'node:fs';
import { writeFileAtomic } from '../../src/base/atomic-file.ts';

export interface WindowState {
  readonly x?: number | undefined;
  readonly y?: number | undefined;
  readonly width: number;
  readonly height: number;
  readonly isMaximized: boolean;
  readonly zoomLevel: number;
}

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const smallestWindow = { width: 860, height: 560 } as const;
export const firstState: WindowState = { width: 1360, height: 880, isMaximized: false, zoomLevel: 0 };

/** The state as it was written; anything that is missing, broken or absurd is as on first start. */
export function parseWindowState(text: string): WindowState {
  let told: Partial<Record<keyof WindowState, unknown>>;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return firstState;
    told = value;
  } catch {
    return firstState;
  }
  const whole = (value: unknown, low: number, high: number): number | undefined =>
    typeof value === 'number' && Number.isFinite(value) && value >= low && value <= high ? Math.round(value) : undefined;
  return {
    x: whole(told.x, -100_000, 100_000),
    y: whole(told.y, -100_000, 100_000),
    width: whole(told.width, smallestWindow.width, 20_000) ?? firstState.width,
    height: whole(told.height, smallestWindow.height, 20_000) ?? firstState.height,
    isMaximized: told.isMaximized === true,
    zoomLevel: typeof told.zoomLevel === 'number' && Math.abs(told.zoomLevel) <= 8 ? told.zoomLevel : 0,
  };
}

/** The state on the screens that are there now: no larger than the one it is on, and where its title bar can be reached. */
export function fitToScreens(state: WindowState, areas: readonly Area[]): WindowState {
  const { x, y } = state;
  const home = x === undefined || y === undefined ? undefined : areas.find((area) => overlap(area, { x, y, width: state.width, height: 32 }) >= 100 * 16);
  const area = home ?? areas[0];
  if (area === undefined) return { ...state, x: undefined, y: undefined };
  const width = Math.max(smallestWindow.width, Math.min(state.width, area.width));
  const height = Math.max(smallestWindow.height, Math.min(state.height, area.height));
  return home === undefined ? { ...state, width, height, x: undefined, y: undefined } : { ...state, width, height };
}

function overlap(a: Area, b: Area): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}

export function readWindowState(file: string): WindowState {
  try {
    return parseWindowState(readFileSync(file, 'utf8'));
  } catch {
    return firstState;
  }
}

/** Losing it is no loss: a full disk must not keep a window from closing. */
export async function saveWindowState(file: string, state: WindowState): Promise<void> {
  await writeFileAtomic(file, JSON.stringify(state)).catch(() => undefined);
}
