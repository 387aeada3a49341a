import { useState } from 'react';
import type { ReactElement } from 'react';
import type { WireError } from '../../src/contract/wire.ts';
import { toWireError } from '../state/errors.ts';
import { ActionMenu } from './menu.tsx';

/** The ways out of something that can be written in several formats; while one is written the button says so. */
export function ExportMenu<Format extends string>({
  label,
  formats,
  isCompact = false,
  onExport,
  onError,
}: {
  readonly label: string;
  readonly formats: readonly { readonly format: Format; readonly label: string; readonly detail: string }[];
  readonly isCompact?: boolean;
  readonly onExport: (format: Format) => Promise<unknown>;
  readonly onError: (error: WireError | undefined) => void;
}): ReactElement {
  const [isBusy, setBusy] = useState(false);
  const run = async (format: Format): Promise<void> => {
    setBusy(true);
    onError(undefined);
    try {
      await onExport(format);
    } catch (error) {
      onError(toWireError(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <ActionMenu
      icon="download"
      label={label}
      {...(isCompact ? { isSmall: true } : { text: isBusy ? 'Exporting' : 'Export', look: 'plain' as const })}
      isDisabled={isBusy}
      actions={formats.map(({ format, label, detail }) => ({ id: format, label, detail, run: () => void run(format) }))}
    />
  );
}
