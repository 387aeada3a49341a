import { useRef } from 'react';
import type { KeyboardEvent, PointerEvent, ReactElement } from 'react';
import type { Schedule } from '../../../src/contract/schedule.ts';
import { useApp } from '../../state/app.ts';
import { dimsChoices, removeStage, setDims, stepDims } from '../../state/schedule-edit.ts';
import type { EditLimits } from '../../state/schedule-edit.ts';

/** How far the pointer goes from one prefix to the next. */
const pixelsAStep = 24;

/** The prefix of a stage: drags sideways from choice to choice, or steps with the arrow keys. */
export function DimsLabel({ schedule, index, limits, trained }: { readonly schedule: Schedule; readonly index: number; readonly limits: EditLimits; readonly trained: readonly number[] }): ReactElement {
  const app = useApp();
  const dragging = useRef<{ readonly x: number; readonly choices: readonly number[]; readonly at: number } | undefined>(undefined);
  const stage = schedule[index]!;
  const choices = dimsChoices(schedule, index, limits);
  const isTrained = trained.includes(stage.dims);
  const isUntrained = trained.length > 0 && !isTrained;

  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    dragging.current = { x: event.clientX, choices, at: Math.max(0, choices.indexOf(stage.dims)) };
    event.preventDefault();
    event.currentTarget.focus();
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    const from = dragging.current;
    if (from === undefined) return;
    const at = from.at + Math.round((event.clientX - from.x) / pixelsAStep);
    const dims = from.choices[Math.min(from.choices.length - 1, Math.max(0, at))];
    if (dims !== undefined) app.funnel.edit(setDims(app.funnel.schedule(), index, dims, limits), 'draft');
  };
  const end = (isKept: boolean): void => {
    if (dragging.current === undefined) return;
    dragging.current = undefined;
    if (isKept) app.funnel.settle();
    else app.funnel.abandon();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = event.key === 'ArrowUp' || event.key === 'ArrowRight' ? 1 : event.key === 'ArrowDown' || event.key === 'ArrowLeft' ? -1 : undefined;
    if (direction !== undefined) app.funnel.edit(stepDims(schedule, index, direction, limits), 'commit');
    else if (event.key === 'Delete' || event.key === 'Backspace') app.funnel.edit(removeStage(schedule, index), 'commit');
    else if (event.key === 'Home') app.funnel.edit(setDims(schedule, index, choices[0] ?? stage.dims, limits), 'commit');
    else if (event.key === 'End') app.funnel.edit(setDims(schedule, index, choices[choices.length - 1] ?? stage.dims, limits), 'commit');
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      className="dims-label num"
      role="slider"
      tabIndex={0}
      aria-label={`Prefix of stage ${index + 1}`}
      aria-valuemin={choices[0] ?? stage.dims}
      aria-valuemax={choices[choices.length - 1] ?? stage.dims}
      aria-valuenow={stage.dims}
      aria-valuetext={`${stage.dims} dims${isTrained ? ', trained' : ''}`}
      title={isUntrained ? 'The model was not trained for this prefix' : undefined}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={() => end(true)}
      onPointerCancel={() => end(false)}
      onKeyDown={onKeyDown}
    >
      {stage.dims} dims{isTrained ? ' ▴' : ''}
    </div>
  );
}
