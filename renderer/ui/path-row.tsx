import { useState } from 'react';
import type { ReactElement } from 'react';
import { useApp } from '../state/app.ts';
import { Button } from './button.tsx';
import { TextField } from './field.tsx';

/**
 * A file or folder of the user's to add: typed, or picked where the host can.
 * @param onAdd @returns whether it was added; the field is then empty again.
 */
export function PathRow({
  label,
  placeholder,
  pickTitle,
  picksFolders = false,
  isBusy = false,
  onAdd,
}: {
  readonly label: string;
  readonly placeholder: string;
  readonly pickTitle: string;
  readonly picksFolders?: boolean;
  readonly isBusy?: boolean;
  readonly onAdd: (path: string) => Promise<boolean>;
}): ReactElement {
  const app = useApp();
  const [path, setPath] = useState('');
  const add = async (chosen: string): Promise<void> => {
    if (chosen.trim() !== '' && (await onAdd(chosen.trim()))) setPath('');
  };
  const pick = async (): Promise<void> => {
    const paths = await app.host.pickPaths?.({ title: pickTitle, folders: picksFolders });
    if (paths?.[0] !== undefined) await add(paths[0]);
  };
  return (
    <div className="row">
      <TextField className="grow" label={label} placeholder={placeholder} value={path} onChange={setPath} onSubmit={() => void add(path)} />
      <Button isDisabled={path.trim() === '' || isBusy} onPress={() => void add(path)}>
        {isBusy ? 'Reading' : 'Add'}
      </Button>
      {app.host.pickPaths === undefined ? null : (
        <Button icon="folder" onPress={() => void pick()}>
          Choose…
        </Button>
      )}
    </div>
  );
}
