import { useEffect, useRef, useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import type { WireError } from '../../src/contract/wire.ts';
import { sentence } from '../format/sentence.ts';
import { describeForCopy } from '../state/errors.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

export function Note({ tone = 'info', children, actions }: { readonly tone?: 'info' | 'warn' | 'bad'; readonly children: ReactNode; readonly actions?: ReactNode }): ReactElement {
  return (
    <div className={`note ${tone}`} role={tone === 'bad' ? 'alert' : undefined}>
      <Icon name={tone === 'info' ? 'info' : 'warning'} />
      <div className="note-body">
        {children}
        {actions === undefined ? null : <div className="note-actions">{actions}</div>}
      </div>
    </div>
  );
}

/** What happened, where, what to do; the details can be copied. */
export function ErrorPanel({ error, onRetry, actions }: { readonly error: WireError; readonly onRetry?: (() => void) | undefined; readonly actions?: ReactNode }): ReactElement {
  const { file, line, column } = error.place ?? {};
  const where = [file, line, column].filter((part) => part !== undefined).join(':');
  return (
    <Note
      tone="bad"
      actions={
        <>
          {onRetry === undefined ? null : (
            <Button isSmall onPress={onRetry}>
              Try again
            </Button>
          )}
          {actions}
          <CopyButton text={describeForCopy(error)} label="Copy details" isSmall />
        </>
      }
    >
      <p>
        <strong>{error.kind === 'internal' ? 'This is a fault of Funnelscope, not of yours: ' : ''}</strong>
        {error.message}
      </p>
      {where === '' ? null : <p className="mono">{where}</p>}
      {error.hint === undefined ? null : <p className="muted">{error.hint}</p>}
      {error.details === undefined ? null : (
        <details>
          <summary>Details</summary>
          <pre>{error.details}</pre>
        </details>
      )}
    </Note>
  );
}

/** Warnings of the engine, one note for all of them. */
export function Warnings({ warnings }: { readonly warnings: readonly string[] }): ReactElement | null {
  if (warnings.length === 0) return null;
  return (
    <Note tone="warn">
      {warnings.length === 1 ? (
        sentence(warnings[0]!)
      ) : (
        <ul className="warning-list">
          {warnings.map((warning) => (
            <li key={warning}>{sentence(warning)}</li>
          ))}
        </ul>
      )}
    </Note>
  );
}

/** Copies text, and says for a moment that it did. */
export function CopyButton({ text, label, isSmall = false }: { readonly text: string; readonly label: string; readonly isSmall?: boolean }): ReactElement {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setState('copied');
    } catch {
      setState('failed');
    }
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setState('idle'), 1600);
  };
  return (
    <Button isSmall={isSmall} icon={state === 'copied' ? 'check' : 'copy'} onPress={() => void copy()}>
      <span aria-live="polite">{state === 'copied' ? 'Copied' : state === 'failed' ? 'Not allowed to copy' : label}</span>
    </Button>
  );
}
