import type { HostBridge } from '../../src/contract/host.ts';
import type { WireError } from '../../src/contract/wire.ts';
import { toWireError } from './errors.ts';

/** How far a dropped file is on its way to a path that the engine can open. */
export type DropState =
  | { readonly kind: 'none' }
  | { readonly kind: 'copying'; readonly name: string }
  | { readonly kind: 'folder'; readonly name: string }
  | { readonly kind: 'failed'; readonly error: WireError };

/** The path of a file that was dropped or chosen: its own where the host can tell it, a copy's otherwise; undefined when `tell` has said why not. */
export async function takeDropped(host: HostBridge, file: File, isFolder: boolean, tell: (state: DropState) => void): Promise<string | undefined> {
  const own = host.pathOfFile?.(file);
  if (own !== undefined && own !== '') {
    tell({ kind: 'none' });
    return own;
  }
  if (isFolder || host.takeFile === undefined) {
    tell({ kind: 'folder', name: file.name });
    return undefined;
  }
  tell({ kind: 'copying', name: file.name });
  try {
    const path = await host.takeFile(file);
    tell({ kind: 'none' });
    return path;
  } catch (error) {
    tell({ kind: 'failed', error: toWireError(error) });
    return undefined;
  }
}
