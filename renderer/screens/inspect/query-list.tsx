import { useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import { count, percent } from '../../format/number.ts';
import { useApp } from '../../state/app.ts';
import { inspect } from '../../state/inspect-steps.ts';
import { isStale, shown } from '../../state/remote.ts';
import { useStore } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { SearchField, TextField } from '../../ui/field.tsx';
import { ErrorPanel } from '../../ui/note.tsx';
import { Panel, SkeletonRows } from '../../ui/panel.tsx';

const shownAtOnce = 200;

/** The queries, worst first; and one to type. */
export function QueryList(): ReactElement {
  const app = useApp();
  const remote = useStore(app.work, (work) => work.losses);
  const current = useStore(app.work, (work) => shown(work.inspection)?.query.row);
  const [find, setFind] = useState('');
  const [typed, setTyped] = useState('');
  const losses = shown(remote);
  const matching = useMemo(() => {
    const wanted = find.trim().toLowerCase();
    return (losses ?? []).filter((one) => wanted === '' || one.text.toLowerCase().includes(wanted));
  }, [losses, find]);
  const ask = (): void => {
    if (typed.trim() !== '') void inspect(app, { text: typed.trim() });
  };
  return (
    <div className="query-list stack-tight">
      <div className="row">
        <TextField className="grow" label="A query of your own" isLabelHidden placeholder="Type a query" value={typed} onChange={setTyped} onSubmit={ask} />
        <Button isDisabled={typed.trim() === ''} onPress={ask}>
          Inspect
        </Button>
      </div>
      <Panel title="Queries, worst first">
        <SearchField label="Find a query" isLabelHidden placeholder="Find a query" value={find} onChange={setFind} />
        {remote.status === 'failed' ? <ErrorPanel error={remote.error} /> : null}
        {losses === undefined ? (
          <SkeletonRows rows={10} />
        ) : (
          <>
            <ul className={isStale(remote) ? 'loss-list pending' : 'loss-list'}>
              {matching.slice(0, shownAtOnce).map((one) => (
                <li key={one.row}>
                  <button type="button" className="loss" aria-current={one.row === current ? 'true' : undefined} onClick={() => void inspect(app, { row: one.row })}>
                    <span className={one.recall < 1 ? 'loss-recall num lossy' : 'loss-recall num'}>{percent(one.recall)}</span>
                    <span className="loss-text">{one.text}</span>
                  </button>
                </li>
              ))}
            </ul>
            {matching.length > shownAtOnce ? <p className="muted small">{count(matching.length - shownAtOnce)} more; find narrows them.</p> : null}
            {matching.length === 0 ? <p className="muted">No query has this in its text.</p> : null}
          </>
        )}
      </Panel>
    </div>
  );
}
