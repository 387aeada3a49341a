import { memo, useState } from 'react';
import type { ReactElement } from 'react';
import { builtIns } from '../../../src/contract/built-in-schedules.ts';
import { checkSchedule, clampSchedule, formatSchedule, parseSchedule } from '../../../src/contract/schedule.ts';
import type { Schedule } from '../../../src/contract/schedule.ts';
import { useApp } from '../../state/app.ts';
import { active } from '../../state/funnel.ts';
import { ready } from '../../state/remote.ts';
import type { SlotName } from '../../state/session.ts';
import { useStore } from '../../state/store.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Segmented } from '../../ui/choice.tsx';
import { TextField } from '../../ui/field.tsx';
import { ActionMenu } from '../../ui/menu.tsx';
import { StorePicker } from '../../ui/store-picker.tsx';
import { CodeDialog } from './code-dialog.tsx';

/** The schedule as text, its history, its rival, and what can be done with it. */
export function ScheduleBar({ canMeasure, isMeasuring, onMeasure }: { readonly canMeasure: boolean; readonly isMeasuring: boolean; readonly onMeasure: () => void }): ReactElement {
  const app = useApp();
  const { slots, canUndo, canRedo } = useStore(app.funnel.store, ({ history }) => ({ slots: history.present, canUndo: history.past.length > 0, canRedo: history.future.length > 0 }));
  const [isCodeOpen, setCodeOpen] = useState(false);
  const schedule = active(slots);
  return (
    <div className="schedule-bar">
      {slots.B === undefined ? null : (
        <Segmented
          label="Schedule to edit"
          value={slots.active}
          onChange={(slot) => app.funnel.setSlots({ active: slot })}
          options={[
            { value: 'A', label: 'A' },
            { value: 'B', label: 'B' },
          ]}
        />
      )}
      <ScheduleField key={slots.active} schedule={schedule} />
      <BuiltIns />
      <Steps canUndo={canUndo} canRedo={canRedo} active={slots.active} isComparing={slots.B !== undefined} />
      <span className="spring" />
      <StorePicker />
      <CodeButton onOpen={setCodeOpen} />
      <Button look="primary" icon="play" isDisabled={!canMeasure} onPress={onMeasure}>
        {isMeasuring ? 'Measuring' : slots.B === undefined ? 'Measure' : 'Measure both'}
      </Button>
      {isCodeOpen ? <CodeDialog schedule={schedule} onClose={() => setCodeOpen(false)} /> : null}
    </div>
  );
}

/** History and comparison. A drag passes it by: it renders only when what it can do changes. */
const Steps = memo(function Steps({ canUndo, canRedo, active: slot, isComparing }: { readonly canUndo: boolean; readonly canRedo: boolean; readonly active: SlotName; readonly isComparing: boolean }): ReactElement {
  const app = useApp();
  return (
    <>
      <IconButton icon="undo" label="Undo" shortcut="Ctrl+Z" isDisabled={!canUndo} onPress={() => app.funnel.undo()} />
      <IconButton icon="redo" label="Redo" shortcut="Ctrl+Shift+Z" isDisabled={!canRedo} onPress={() => app.funnel.redo()} />
      {isComparing ? (
        <IconButton icon="close" label={`Keep only ${slot}`} onPress={() => app.funnel.setSlots({ A: app.funnel.schedule(), B: undefined, active: 'A' })} />
      ) : (
        <Button look="quiet" icon="compare" onPress={() => app.funnel.setSlots({ B: app.funnel.schedule(), active: 'B' })}>
          Compare
        </Button>
      )}
    </>
  );
});

/** Published schedules, made for the prefixes that were measured. A drag passes it by. */
const BuiltIns = memo(function BuiltIns(): ReactElement {
  const app = useApp();
  const pool = useStore(app.work, (work) => ready(work.pool));
  const limits = pool === undefined ? undefined : app.funnel.limits();
  const actions = builtIns.map(({ name, title, schedule }) => {
    const made = limits === undefined ? [] : clampSchedule(schedule({ dims: limits.dims, k: limits.k }), limits.rowCount);
    return { id: name, label: title, detail: formatSchedule(made), run: () => app.funnel.edit(made, 'commit') };
  });
  return <ActionMenu label="Built-in schedules" icon="menu" actions={actions} isDisabled={limits === undefined} />;
});

const CodeButton = memo(function CodeButton({ onOpen }: { readonly onOpen: (isOpen: boolean) => void }): ReactElement {
  return <IconButton icon="code" label="Code for this schedule" onPress={() => onOpen(true)} />;
});

/** Text that is a schedule takes effect as it is typed; text that is not says where it goes wrong. */
function ScheduleField({ schedule }: { readonly schedule: Schedule }): ReactElement {
  const app = useApp();
  const [typed, setTyped] = useState<string | undefined>(undefined);
  const dataset = useStore(app.work, (work) => ready(work.dataset));
  const k = useStore(app.work, (work) => ready(work.pool)?.k) ?? 1;
  const read = (text: string): Schedule | string => {
    try {
      const parsed = parseSchedule(text.replaceAll('→', ',').replace(/,\s*$/, ''));
      checkSchedule(parsed, { dims: dataset?.dims ?? Infinity, k });
      return parsed;
    } catch (error) {
      return error instanceof Error ? error.message.replace(/^schedule "[^"]*": /, '') : String(error);
    }
  };
  const result = typed === undefined ? schedule : read(typed);
  const finish = (): void => {
    if (typed === undefined) return;
    if (typeof result !== 'string') app.funnel.settle();
    setTyped(undefined);
  };
  return (
    <div className="schedule-field" onBlur={finish}>
      <TextField
        label="Schedule, dims:keep stage by stage"
        isLabelHidden
        className="mono-field"
        value={typed ?? formatSchedule(schedule)}
        error={typeof result === 'string' ? sentence(result) : undefined}
        onSubmit={finish}
        onChange={(text) => {
          setTyped(text);
          const next = read(text);
          if (typeof next !== 'string') app.funnel.edit(next, 'draft');
        }}
      />
    </div>
  );
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
