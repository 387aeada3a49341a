import { useState } from 'react';
import type { ReactElement } from 'react';
import { bytes } from '../../format/unit.ts';
import { useApp } from '../../state/app.ts';
import { applyMachineUse } from '../../state/dataset-steps.ts';
import { collectPool } from '../../state/measuring-steps.ts';
import { ready, shown } from '../../state/remote.ts';
import { useStore } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField } from '../../ui/choice.tsx';
import { NumberInput } from '../../ui/field.tsx';
import { Panel } from '../../ui/panel.tsx';

/** How much of the machine the embedded store may use. Changes wait for the button: what is open is opened again with them. */
export function PerformancePanel(): ReactElement {
  const app = useApp();
  const kept = useStore(app.session, ({ threads, vectorMemoryMiB }) => ({ threads, vectorMemoryMiB }));
  const { machine, isOpen, isBusy } = useStore(app.work, (work) => ({ machine: shown(work.info)?.machine, isOpen: ready(work.dataset) !== undefined, isBusy: work.dataset.status === 'busy' }));
  const [draft, setDraft] = useState(kept);
  const isChanged = draft.threads !== kept.threads || draft.vectorMemoryMiB !== kept.vectorMemoryMiB;
  const apply = async (): Promise<void> => {
    if ((await applyMachineUse(app, draft)) !== undefined) await collectPool(app);
  };
  return (
    <Panel
      title="Performance"
      isBordered
      actions={
        <Button isSmall look={isChanged ? 'primary' : 'plain'} isDisabled={!isChanged || isBusy} onPress={() => void apply()}>
          {isOpen ? 'Apply to what is open' : 'Apply'}
        </Button>
      }
    >
      <div className="stack">
        <div className="field-pickers">
          <SelectField label="Threads of a search" options={threadOptions(machine?.cores ?? 1, draft.threads)} value={String(draft.threads)} onChange={(threads) => setDraft({ ...draft, threads: Number(threads) })} />
          <NumberInput
            label="Memory for vectors, MiB"
            value={draft.vectorMemoryMiB}
            minValue={1}
            onChange={(vectorMemoryMiB) => setDraft({ ...draft, vectorMemoryMiB })}
            hint={`Vectors beyond it lie in a temporary file. Empty: three fifths of the memory${machine === undefined ? '' : `, ${bytes(machine.memoryBytes * 0.6)}`}.`}
          />
        </div>
        <p className="field-hint">Latencies of the embedded store are measured with this many threads, and the report says so; other programs are usually compared on one.</p>
      </div>
    </Panel>
  );
}

/** 1, 2, 4 … and all cores; a choice from another machine stays in sight. */
function threadOptions(cores: number, chosen: number): readonly { readonly value: string; readonly label: string }[] {
  const counts = new Set([cores, chosen]);
  for (let count = 1; count < cores; count *= 2) counts.add(count);
  return [...counts].sort((a, b) => a - b).map((count) => ({ value: String(count), label: count === cores && cores > 1 ? `${count} (all cores)` : String(count) }));
}
