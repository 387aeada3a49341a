import type { ReactElement, ReactNode } from 'react';
import { unbroken } from '../format/sentence.ts';

/** A titled part of a screen. */
export function Panel({ title, actions, isBordered = false, className = '', children }: { readonly title: ReactNode; readonly actions?: ReactNode; readonly isBordered?: boolean; readonly className?: string; readonly children: ReactNode }): ReactElement {
  return (
    <section className={`panel ${isBordered ? 'bordered' : ''} ${className}`}>
      <header className="panel-head">
        <h2>{title}</h2>
        {actions === undefined ? null : <div className="panel-actions">{actions}</div>}
      </header>
      <div className="panel-body">{children}</div>
    </section>
  );
}

/** The sentence a screen begins with, and the next action. */
export function Lead({ children, actions, note }: { readonly children: ReactNode; readonly actions?: ReactNode; readonly note?: ReactNode }): ReactElement {
  return (
    <div className="lead">
      <p className="lead-text">
        {typeof children === 'string' ? unbroken(children) : children}
        {note === undefined ? null : <span className="lead-note">{note}</span>}
      </p>
      {actions === undefined ? null : <div className="lead-actions">{actions}</div>}
    </div>
  );
}

/** What an empty screen says: what it will show, and the one next thing to do. */
export function EmptyState({ title, children, actions }: { readonly title: string; readonly children: ReactNode; readonly actions?: ReactNode }): ReactElement {
  return (
    <div className="empty">
      <h2>{title}</h2>
      <p>{children}</p>
      {actions === undefined ? null : <div className="empty-actions">{actions}</div>}
    </div>
  );
}

/** Keeps what was there before in sight while it no longer fits, and says so. */
export function Stale({ when, note, children }: { readonly when: boolean; readonly note: string; readonly children: ReactNode }): ReactElement {
  if (!when) return <>{children}</>;
  return (
    <div className="stale">
      <p className="stale-mark">{note}</p>
      <div className="stale-body">{children}</div>
    </div>
  );
}

function Skeleton({ height, width = '100%' }: { readonly height: number; readonly width?: number | string }): ReactElement {
  return <span className="skeleton" style={{ height, width }} aria-hidden="true" />;
}

export function SkeletonRows({ rows }: { readonly rows: number }): ReactElement {
  return (
    <div role="status" aria-label="Loading" style={{ display: 'grid', gap: 8 }}>
      {Array.from({ length: rows }, (_, index) => (
        <Skeleton key={index} height={20} width={`${95 - ((index * 13) % 40)}%`} />
      ))}
    </div>
  );
}

export function Badge({ tone = '', children }: { readonly tone?: '' | 'good' | 'warn' | 'bad'; readonly children: ReactNode }): ReactElement {
  return <span className={`badge ${tone}`}>{children}</span>;
}

/** Name and value, one pair a line. */
export function Facts({ facts }: { readonly facts: readonly (readonly [ReactNode, ReactNode] | undefined)[] }): ReactElement {
  return (
    <dl className="facts">
      {facts.map((fact, index) =>
        fact === undefined ? null : (
          <FactRow key={index} name={fact[0]} value={fact[1]} />
        ),
      )}
    </dl>
  );
}

function FactRow({ name, value }: { readonly name: ReactNode; readonly value: ReactNode }): ReactElement {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
