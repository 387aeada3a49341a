import { useState } from 'react';
import type { ReactElement } from 'react';
import type { MilvusTarget } from '../../../src/contract/connection.ts';
import { useApp } from '../../state/app.ts';
import { connectMilvus, disconnectMilvus, milvusSecretRef } from '../../state/milvus-steps.ts';
import { usePrimaryAction } from '../../state/primary.ts';
import { useStore } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { Checkbox } from '../../ui/choice.tsx';
import { NumberInput, TextField } from '../../ui/field.tsx';
import { Note } from '../../ui/note.tsx';
import { Panel } from '../../ui/panel.tsx';

/** How to reach a Milvus. The password or token goes to the host's secret store; only its name travels. */
export function MilvusForm(): ReactElement {
  const app = useApp();
  const kept = useStore(app.session, (session) => session.milvusTarget);
  const { connection, connecting } = useStore(app.work, (work) => ({ connection: work.connection, connecting: work.connecting }));
  const [address, setAddress] = useState(kept?.address ?? 'http://127.0.0.1:19530');
  const [database, setDatabase] = useState(kept?.database ?? '');
  const [username, setUsername] = useState(kept?.username ?? '');
  const [secret, setSecret] = useState('');
  const [tls, setTls] = useState(kept?.tls ?? false);
  const [timeoutMs, setTimeoutMs] = useState(kept?.timeoutMs ?? 10_000);
  const [isPlain, setPlain] = useState(false);
  const hasSecretStore = app.host.setSecret !== undefined;
  const isBusy = connecting.status === 'busy';
  const usesSecret = secret !== '' || kept?.secretRef !== undefined || (!hasSecretStore && username !== '');

  const connect = async (): Promise<void> => {
    const ref = milvusSecretRef(address.trim());
    if (secret !== '' && app.host.setSecret !== undefined) {
      const result = await app.host.setSecret(ref, secret);
      setPlain(!result.isProtected);
      setSecret('');
    }
    const target: MilvusTarget = {
      address: address.trim(),
      timeoutMs,
      ...(database.trim() === '' ? {} : { database: database.trim() }),
      ...(username.trim() === '' ? {} : { username: username.trim() }),
      ...(tls ? { tls } : {}),
      ...(usesSecret ? { secretRef: ref } : {}),
    };
    await connectMilvus(app, target);
  };
  usePrimaryAction('Connect to Milvus', address.trim() !== '' && !isBusy, () => void connect());

  return (
    <Panel title="Milvus" isBordered>
      <div className="stack">
        <TextField label="Address" value={address} onChange={setAddress} placeholder="http://127.0.0.1:19530" onSubmit={() => void connect()} />
        <TextField label="Database" value={database} onChange={setDatabase} placeholder="default" />
        <TextField label="User" value={username} onChange={setUsername} placeholder="none" hint="Leave empty to use a token." />
        {hasSecretStore ? (
          <TextField label={username === '' ? 'Token' : 'Password'} type="password" value={secret} onChange={setSecret} placeholder={kept?.secretRef === undefined ? 'none' : 'kept in the secret store'} />
        ) : (
          <p className="field-hint">
            In a browser a token or password is read from the environment of the terminal: <span className="mono wrap">{environmentName(milvusSecretRef(address.trim()))}</span>
          </p>
        )}
        {isPlain ? <Note tone="warn">Kept, but this system offers no protected store: other programs of this user can read it.</Note> : null}
        <NumberInput label="Time-out, ms" value={timeoutMs} minValue={100} maxValue={600_000} step={100} onChange={(ms) => setTimeoutMs(ms ?? 10_000)} />
        <Checkbox label="TLS" isSelected={tls} onChange={setTls} />
        <div className="row">
          <Button look="primary" isDisabled={address.trim() === '' || isBusy} onPress={() => void connect()}>
            {isBusy ? 'Connecting' : connection.state === 'connected' ? 'Connect again' : 'Connect'}
          </Button>
          {connection.state === 'embedded' ? null : <Button onPress={() => void disconnectMilvus(app)}>Disconnect</Button>}
        </div>
      </div>
    </Panel>
  );
}

/** As src/web reads secrets where there is no secret store. */
function environmentName(ref: string): string {
  return `FUNNELSCOPE_SECRET_${ref.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}`;
}
