import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import type { CallOutput } from '../../../src/contract/calls.ts';
import { formatSchedule } from '../../../src/contract/schedule.ts';
import type { Schedule } from '../../../src/contract/schedule.ts';
import type { WireError } from '../../../src/contract/wire.ts';
import { useApp } from '../../state/app.ts';
import { toWireError } from '../../state/errors.ts';
import { ready } from '../../state/remote.ts';
import { useStore } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { Segmented } from '../../ui/choice.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { CopyButton, ErrorPanel } from '../../ui/note.tsx';
import { SkeletonRows } from '../../ui/panel.tsx';

const targets = [
  { value: 'pymilvus', label: 'pymilvus' },
  { value: 'milvus-node', label: 'Milvus, Node' },
  { value: 'pgvector', label: 'pgvector' },
  { value: 'qdrant', label: 'Qdrant' },
] as const;
type Target = (typeof targets)[number]['value'];

/** The schedule as code to take away. */
export function CodeDialog({ schedule, onClose }: { readonly schedule: Schedule; readonly onClose: () => void }): ReactElement {
  const app = useApp();
  const datasetId = useStore(app.work, (work) => ready(work.dataset)?.datasetId);
  const k = useStore(app.session, (session) => session.k);
  const [target, setTarget] = useState<Target>('pymilvus');
  const [code, setCode] = useState<CallOutput<'code.generate'> | undefined>(undefined);
  const [error, setError] = useState<WireError | undefined>(undefined);
  const text = formatSchedule(schedule);

  useEffect(() => {
    if (datasetId === undefined) return undefined;
    let isWanted = true;
    setError(undefined);
    app.client.call('code.generate', { datasetId, schedule: [...schedule], k, target }).then(
      (output) => {
        if (isWanted) setCode(output);
      },
      (cause: unknown) => {
        if (isWanted) setError(toWireError(cause));
      },
    );
    return () => {
      isWanted = false;
    };
    // The schedule is compared by its text.
  }, [app, datasetId, text, k, target]);

  return (
    <Dialog
      title={`Code for ${text.replaceAll(',', ' → ')}`}
      isOpen
      isWide
      onClose={onClose}
      foot={
        code === undefined ? null : (
          <>
            <CopyButton text={code.code} label="Copy" />
            <Button icon="download" onPress={() => void app.host.saveFile({ fileName: code.fileName, mimeType: 'text/plain', data: code.code })}>
              Save {code.fileName}
            </Button>
          </>
        )
      }
    >
      <div className="stack">
        <Segmented label="For" options={targets} value={target} onChange={setTarget} />
        {error === undefined ? null : <ErrorPanel error={error} />}
        {code === undefined ? (
          error === undefined ? <SkeletonRows rows={8} /> : null
        ) : (
          <pre className="code scroll" tabIndex={0} aria-label="Code">
            {code.code}
          </pre>
        )}
      </div>
    </Dialog>
  );
}
