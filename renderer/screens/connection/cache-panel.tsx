import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import type { WireError } from '../../../src/contract/wire.ts';
import { bytes } from '../../format/unit.ts';
import { into, useApp } from '../../state/app.ts';
import { toWireError } from '../../state/errors.ts';
import { shown } from '../../state/remote.ts';
import { useStore } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorPanel } from '../../ui/note.tsx';
import { Facts, Panel } from '../../ui/panel.tsx';

/** What the program keeps on this disk, and the way to clear what can be made again. */
export function CachePanel(): ReactElement {
  const app = useApp();
  const info = useStore(app.work, (work) => shown(work.info));
  const [isAsking, setAsking] = useState(false);
  const [error, setError] = useState<WireError | undefined>(undefined);
  // What was embedded since the start counts too.
  useEffect(() => {
    void into(app, 'info', () => app.client.call('app.info', {}));
  }, [app]);
  const clear = async (): Promise<void> => {
    setAsking(false);
    try {
      await app.client.call('app.clearCache', {});
      await into(app, 'info', () => app.client.call('app.info', {}));
    } catch (cause) {
      setError(toWireError(cause));
    }
  };
  return (
    <Panel
      title="On this disk"
      isBordered
      actions={
        <Button isSmall isDisabled={info === undefined || info.cacheBytes === 0} onPress={() => setAsking(true)}>
          Clear the cache…
        </Button>
      }
    >
      {error === undefined ? null : <ErrorPanel error={error} />}
      <Facts
        facts={[
          ['Cached embeddings', bytes(info?.cacheBytes)],
          ['Folder', <span className="mono">{info?.dataDir ?? '–'}</span>],
          ['Version', info?.version ?? '–'],
        ]}
      />
      <Dialog
        title="Clear the cache?"
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        foot={
          <>
            <Button onPress={() => setAsking(false)}>Keep it</Button>
            <Button look="danger" onPress={() => void clear()}>
              Clear {bytes(info?.cacheBytes)}
            </Button>
          </>
        }
      >
        <p>Cached embeddings are removed; they are made again when they are needed.{app.host.takeFile === undefined ? '' : ' So are the copies of files that were dropped on this page.'} Reports and settings stay.</p>
      </Dialog>
    </Panel>
  );
}
