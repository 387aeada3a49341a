import type { ReactElement } from 'react';
import { count, plural } from '../../format/number.ts';
import { patchSession, patchWork, useApp } from '../../state/app.ts';
import { firstQueries, openCorpus, setQueries } from '../../state/dataset-steps.ts';
import { explore } from '../../state/journey.ts';
import { usePrimaryAction } from '../../state/primary.ts';
import { idle, shown } from '../../state/remote.ts';
import { corpusName } from '../../state/selectors.ts';
import { useStore } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorPanel, Warnings } from '../../ui/note.tsx';
import { EmptyState, Lead } from '../../ui/panel.tsx';
import { DocumentBrowser } from './document-browser.tsx';
import { PreviewPanel } from './preview-panel.tsx';
import { QueryPanel } from './query-panel.tsx';
import { SourcePanel } from './source-panel.tsx';
import './corpus.css';

/** What is searched, and with which queries. */
export default function CorpusScreen(): ReactElement {
  const app = useApp();
  const work = useStore(app.work);
  const corpus = shown(work.corpus);
  const queries = shown(work.queries);
  const preview = shown(work.preview);
  const isPreviewing = preview !== undefined || work.preview.status === 'busy';
  const open = async (): Promise<void> => {
    if (preview === undefined) return;
    const opened = await openCorpus(app, { kind: 'path', path: preview.path, options: work.previewOptions });
    if (opened === undefined) return;
    patchWork(app, { preview: idle });
    await setQueries(app, firstQueries(opened));
  };
  const isBusy = work.corpus.status === 'busy';
  const isVectors = useStore(app.session, (session) => session.vectorSource !== undefined);
  const canOpen = preview !== undefined && preview.columns.length > 0;
  usePrimaryAction(preview !== undefined ? 'Open this corpus' : isVectors ? 'See the tradeoffs' : 'Choose a model', preview !== undefined ? canOpen : queries !== undefined, () => {
    if (preview !== undefined) void open();
    else if (isVectors) patchSession(app, { screen: 'tradeoffs' });
    else patchSession(app, { screen: 'model' });
  });

  return (
    <div className="screen corpus-screen">
      {corpus === undefined || isPreviewing ? (
        <CorpusStart hasPreview={isPreviewing} />
      ) : (
        <Lead
          actions={
            <Button look="primary" isDisabled={queries === undefined} onPress={() => patchSession(app, { screen: isVectors ? 'tradeoffs' : 'model' })}>
              {isVectors ? 'See the tradeoffs' : 'Choose a model'}
            </Button>
          }
        >
          <strong>{count(corpus.count)} {isVectors ? 'vectors' : 'documents'}</strong> of {corpusName(work)}
          {queries === undefined ? '; choose the queries to ask it.' : ', asked '}
          {queries === undefined ? null : (
            <>
              <strong>{plural(queries.count, 'query', 'queries')}</strong>
              {queries.withQrels === queries.count ? ', all with relevance judgements.' : queries.withQrels > 0 ? `, ${count(queries.withQrels)} of them with relevance judgements.` : ', without relevance judgements: recall is measured against exact neighbours.'}
            </>
          )}
        </Lead>
      )}
      {work.corpus.status === 'failed' ? <ErrorPanel error={work.corpus.error} /> : null}
      {work.preview.status === 'failed' ? <ErrorPanel error={work.preview.error} /> : null}
      {work.queries.status === 'failed' ? <ErrorPanel error={work.queries.error} /> : null}
      {isPreviewing && work.dataset.status === 'failed' ? <ErrorPanel error={work.dataset.error} /> : null}
      {isVectors && !isPreviewing && work.dataset.status === 'ready' ? <Warnings warnings={work.dataset.value.warnings} /> : null}
      {corpus === undefined || isPreviewing ? null : <Warnings warnings={corpus.warnings} />}
      <div className={corpus === undefined && !isPreviewing ? 'corpus-columns alone' : 'corpus-columns'}>
        <SourcePanel />
        <div className="stack">
          {isPreviewing ? <PreviewPanel isOpening={isBusy} onOpen={() => void open()} /> : null}
          {corpus === undefined || isPreviewing || isVectors ? null : (
            <>
              <QueryPanel corpus={corpus} />
              <DocumentBrowser key={corpus.corpusId} corpus={corpus} />
            </>
          )}
        </div>
      </div>
    </div>
  );
}

function CorpusStart({ hasPreview }: { readonly hasPreview: boolean }): ReactElement | null {
  const app = useApp();
  if (hasPreview) return null;
  return (
    <EmptyState
      title="Open a corpus"
      actions={
        <>
          <Button look="primary" onPress={() => void explore(app, 'wordnet')}>
            Explore the WordNet sample
          </Button>
          <Button onPress={() => void explore(app, 'wordnet-5k')}>Quick look at 5,000 of it</Button>
        </>
      }
    >
      Drop a file or folder of texts anywhere on this window, or type its path: JSONL, CSV, TSV, Parquet, text files, a BEIR folder, vectors. Or see what it is about first: one click goes from here to filled charts, without a download.
    </EmptyState>
  );
}
