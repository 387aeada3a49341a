import { memo } from 'react';
import type { ReactElement } from 'react';
import type { HeadChoice } from '../../src/contract/measure.ts';
import { patchSession, useApp } from '../state/app.ts';
import { chooseStore } from '../state/milvus-steps.ts';
import { ready } from '../state/remote.ts';
import { useStore } from '../state/store.ts';
import { SelectField } from './choice.tsx';

const embeddedHeads: readonly { readonly value: string; readonly label: string; readonly detail: string }[] = [
  { value: 'flat:f32', label: 'flat f32', detail: 'Exact scan, 4 bytes a dimension' },
  { value: 'flat:f16', label: 'flat f16', detail: 'Half the memory' },
  { value: 'flat:int8', label: 'flat int8', detail: 'A quarter of the memory' },
  { value: 'flat:binary', label: 'flat binary', detail: 'One bit a dimension' },
  { value: 'flat:pq4', label: 'flat pq4', detail: 'Product codes, one bit a dimension' },
  { value: 'hnsw:f32', label: 'HNSW f32', detail: 'Approximate graph search' },
];

const milvusHeads: readonly { readonly value: HeadChoice['index']; readonly label: string; readonly server: string }[] = [
  { value: 'flat', label: 'FLAT', server: 'FLAT' },
  { value: 'hnsw', label: 'HNSW', server: 'HNSW' },
  { value: 'hnsw_sq', label: 'HNSW_SQ', server: 'HNSW_SQ' },
  { value: 'ivf_flat', label: 'IVF_FLAT', server: 'IVF_FLAT' },
  { value: 'ivf_sq8', label: 'IVF_SQ8', server: 'IVF_SQ8' },
  { value: 'ivf_pq', label: 'IVF_PQ', server: 'IVF_PQ' },
  { value: 'scann', label: 'SCANN', server: 'SCANN' },
  { value: 'diskann', label: 'DISKANN', server: 'DISKANN' },
  { value: 'autoindex', label: 'AUTOINDEX', server: 'AUTOINDEX' },
];

/** Where the head search runs and on which index. */
export const StorePicker = memo(function StorePicker(): ReactElement {
  const app = useApp();
  const { storeKind, head } = useStore(app.session, (session) => ({ storeKind: session.storeKind, head: session.head }));
  const connection = useStore(app.work, (work) => work.connection);
  const inPlace = useStore(app.work, (work) => ready(work.dataset)?.inPlace);
  const isConnected = connection.state === 'connected';
  const obstacle = inPlace?.obstacle;
  const heads =
    storeKind === 'embedded'
      ? embeddedHeads
      : inPlace !== undefined
        ? [{ value: `${inPlace.head.index}:${inPlace.head.precision}`, label: inPlace.head.index === 'autoindex' ? 'as indexed' : inPlace.head.index.toUpperCase(), detail: `In place: ${inPlace.dims.join(', ')} dims of ${inPlace.collection}` }]
        : milvusHeads
          .filter((one) => connection.state !== 'connected' || connection.server.indexes.some((index) => index.toUpperCase() === one.server))
          .map((one) => ({ value: `${one.value}:f32`, label: one.label, detail: 'Milvus index' }));
  const value = `${head.index}:${head.precision}`;
  return (
    <>
      <SelectField
        label="Store"
        isLabelHidden
        isInline
        minWidth={104}
        options={[
          { value: 'embedded', label: 'embedded', detail: 'In this process' },
          {
            value: 'milvus',
            label: inPlace === undefined ? 'Milvus' : 'in place',
            detail: obstacle ?? (isConnected ? (inPlace === undefined ? connection.server.label : `Collection ${inPlace.collection}, only read`) : 'Connect it first, on the Connection screen'),
            isDisabled: !isConnected || obstacle !== undefined,
          },
        ]}
        value={storeKind}
        onChange={(kind) => chooseStore(app, kind as 'embedded' | 'milvus')}
      />
      <SelectField
        label="Head index and precision"
        isLabelHidden
        isInline
        minWidth={96}
        options={heads.some((one) => one.value === value) ? heads : [...heads, { value, label: value.replace(':', ' ') }]}
        value={value}
        onChange={(next) => {
          const [index, precision] = next.split(':');
          patchSession(app, { head: { index: index as HeadChoice['index'], precision: precision as HeadChoice['precision'] } });
        }}
      />
    </>
  );
});
