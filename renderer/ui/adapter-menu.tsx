import type { ReactElement } from 'react';
import type { AdapterFormat } from '../../src/contract/adapter.ts';
import type { WireError } from '../../src/contract/wire.ts';
import { exportAdapter } from '../state/adapter-steps.ts';
import { useApp } from '../state/app.ts';
import { ExportMenu } from './export-menu.tsx';

const formats: readonly { readonly format: AdapterFormat; readonly label: string; readonly detail: string }[] = [
  { format: 'fsa', label: 'Adapter file', detail: 'With its provenance, for bench --adapter' },
  { format: 'npy', label: 'NumPy matrix', detail: 'vectors @ numpy.load(file), then cut and normalise' },
  { format: 'onnx', label: 'ONNX model', detail: 'embedding in, adapted out; then cut and normalise' },
];

/** The ways out of an adapter. */
export function AdapterMenu({ adapterId, onError }: { readonly adapterId: string; readonly onError: (error: WireError | undefined) => void }): ReactElement {
  const app = useApp();
  return <ExportMenu label="Export the adapter" formats={formats} onExport={(format) => exportAdapter(app, adapterId, format)} onError={onError} />;
}
