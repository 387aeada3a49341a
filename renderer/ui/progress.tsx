import type { ReactElement } from 'react';
import { ProgressBar } from 'react-aria-components';
import type { WireProgress } from '../../src/contract/wire.ts';
import { count, percent } from '../format/number.ts';
import { bytes, clock, rate } from '../format/unit.ts';

/** A thin bar: how far of how much, or that it is moving when that is not known. */
export function Progress({ label, done, total }: { readonly label: string; readonly done: number | undefined; readonly total: number | undefined }): ReactElement {
  const isKnown = done !== undefined && total !== undefined && total > 0;
  return (
    <ProgressBar aria-label={label} value={isKnown ? done : 0} maxValue={isKnown ? total : 1} isIndeterminate={!isKnown}>
      {({ percentage }) => (
        <div className={isKnown ? 'progress' : 'progress unknown'}>
          <div className="progress-fill" style={isKnown ? { width: `${percentage ?? 0}%` } : {}} />
        </div>
      )}
    </ProgressBar>
  );
}

/** `embedding documents · 43 % · 10,300 texts/s · 7 s left` */
export function progressText(progress: WireProgress): string {
  const { done, total, unit, perSecond, remainingMs } = progress;
  const amount = unit === 'bytes' ? bytes : count;
  const parts = [progress.phase];
  if (total === undefined || total <= 0) parts.push(unit === 'bytes' ? bytes(done) : `${count(done)} ${unit}`);
  else parts.push(total > 1 ? `${amount(done)} of ${amount(total)}` : percent(Math.min(1, done / total)));
  if (progress.note !== undefined) parts.push(progress.note);
  if (perSecond !== undefined && Number.isFinite(perSecond) && perSecond > 0) parts.push(rate(perSecond, unit));
  if (remainingMs !== undefined && Number.isFinite(remainingMs) && remainingMs > 500) parts.push(`${clock(remainingMs)} left`);
  return parts.join(' · ');
}
