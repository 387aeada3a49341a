import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import type { ApiUsage, CostEstimate, ModelEntry } from '../../../src/contract/dataset.ts';
import { count, fixed, plural } from '../../format/number.ts';
import { useApp } from '../../state/app.ts';
import { ready } from '../../state/remote.ts';
import { useStore } from '../../state/store.ts';

/** What embedding with this model will send, and cost at most: told before anything is sent. */
export function ApiEstimate({ model }: { readonly model: ModelEntry }): ReactElement | null {
  const app = useApp();
  const corpusId = useStore(app.work, (work) => ready(work.corpus)?.corpusId);
  const queryId = useStore(app.work, (work) => ready(work.queries)?.queryId);
  const documentPrompt = useStore(app.session, (session) => session.documentPrompt) ?? model.documentPrompt;
  const queryPrompt = useStore(app.session, (session) => session.queryPrompt) ?? model.queryPrompt;
  const [estimate, setEstimate] = useState<CostEstimate | undefined>(undefined);
  const { dollarsPerMillionTokens } = model;
  useEffect(() => {
    if (corpusId === undefined || queryId === undefined) return;
    let isCurrent = true;
    const price = dollarsPerMillionTokens === undefined ? {} : { dollarsPerMillionTokens };
    app.client.call('models.estimate', { corpusId, queryId, documentPrompt, queryPrompt, ...price }).then(
      (next) => isCurrent && setEstimate(next),
      () => isCurrent && setEstimate(undefined),
    );
    return () => {
      isCurrent = false;
    };
  }, [app, corpusId, queryId, documentPrompt, queryPrompt, dollarsPerMillionTokens]);
  if (estimate === undefined) return <p className="muted">What it costs is estimated once a corpus and its queries are chosen.</p>;
  return (
    <p className="num">
      {plural(estimate.textCount, 'text', 'texts')}, about {count(Math.round(estimate.tokenCount))} tokens
      {estimate.dollars === undefined ? '; no price is known.' : <>: <strong>at most about {dollars(estimate.dollars)}</strong> (${dollarsPerMillionTokens} for a million tokens).</>} Texts in the cache are not sent again.
    </p>
  );
}

/** What was sent, after the run. */
export function usageSentence(usage: ApiUsage): string {
  const about = usage.isExact ? '' : 'about ';
  const cost = usage.dollars === undefined ? '' : `, ${about}${dollars(usage.dollars)}`;
  return `Sent ${about}${count(Math.round(usage.tokenCount))} tokens in ${plural(usage.requestCount, 'request', 'requests')}${usage.retryCount === 0 ? '' : `, ${usage.retryCount} of them more than once`}${cost}.`;
}

function dollars(amount: number): string {
  return `$${fixed(amount, amount < 0.01 ? 4 : 2)}`;
}
