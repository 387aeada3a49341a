import { useRef } from 'react';
import type { KeyboardEvent, PointerEvent, ReactElement } from 'react';
import type { Schedule } from '../../../src/contract/schedule.ts';
import { count } from '../../format/number.ts';
import { useApp } from '../../state/app.ts';
import { keepRange, removeStage, setKeep, stepKeep } from '../../state/schedule-edit.ts';
import type { EditLimits } from '../../state/schedule-edit.ts';
import { documentsAt, shareOfBar } from './bar-scale.ts';

/** The edge of a bar: drags, or steps with the arrow keys. A drag is one step of the history. */
export function KeepHandle({ schedule, index, limits }: { readonly schedule: Schedule; readonly index: number; readonly limits: EditLimits }): ReactElement {
  const app = useApp();
  const grip = useRef<HTMLDivElement>(null);
  const dragging = useRef<{ readonly left: number; readonly width: number; readonly offset: number } | undefined>(undefined);
  const stage = schedule[index]!;
  const { low, high } = keepRange(schedule, index, limits);
  const share = shareOfBar(stage.keep, limits.rowCount);

  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.button !== 0) return;
    const track = event.currentTarget.parentElement?.getBoundingClientRect();
    if (track === undefined) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    dragging.current = { left: track.left, width: track.width, offset: event.clientX - (track.left + share * track.width) };
    event.preventDefault();
    grip.current?.focus();
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    const from = dragging.current;
    if (from === undefined) return;
    const keep = documentsAt((event.clientX - from.offset - from.left) / from.width, limits.rowCount);
    app.funnel.edit(setKeep(app.funnel.schedule(), index, keep, limits), 'draft');
  };
  const end = (isKept: boolean): void => {
    if (dragging.current === undefined) return;
    dragging.current = undefined;
    if (isKept) app.funnel.settle();
    else app.funnel.abandon();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const edit = (next: Schedule): void => {
      app.funnel.edit(next, 'commit');
      event.preventDefault();
      event.stopPropagation();
    };
    switch (event.key) {
      case 'ArrowRight':
      case 'ArrowUp':
        return edit(stepKeep(schedule, index, 1, event.shiftKey, limits));
      case 'ArrowLeft':
      case 'ArrowDown':
        return edit(stepKeep(schedule, index, -1, event.shiftKey, limits));
      case 'PageUp':
        return edit(stepKeep(schedule, index, 1, true, limits));
      case 'PageDown':
        return edit(stepKeep(schedule, index, -1, true, limits));
      case 'Home':
        return edit(setKeep(schedule, index, low, limits));
      case 'End':
        return edit(setKeep(schedule, index, high, limits));
      case 'Delete':
      case 'Backspace':
        return edit(removeStage(schedule, index));
      case 'Escape':
        if (dragging.current !== undefined) {
          end(false);
          event.preventDefault();
          event.stopPropagation();
        }
        return;
      default:
    }
  };

  return (
    <div
      ref={grip}
      className="keep-handle"
      style={{ left: `${share * 100}%` }}
      role="slider"
      tabIndex={0}
      aria-label={`Keep of stage ${index + 1}`}
      aria-valuemin={low}
      aria-valuemax={high}
      aria-valuenow={stage.keep}
      aria-valuetext={`${count(stage.keep)} documents`}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={() => end(true)}
      onPointerCancel={() => end(false)}
      onKeyDown={onKeyDown}
    />
  );
}
