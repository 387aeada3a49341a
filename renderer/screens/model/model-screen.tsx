import type { ReactElement } from 'react';
import type { ModelEntry } from '../../../src/contract/dataset.ts';
import { count, plural, significant } from '../../format/number.ts';
import { bytes, clock } from '../../format/unit.ts';
import { patchSession, useApp } from '../../state/app.ts';
import { embed, modelKey, needsNoModel } from '../../state/dataset-steps.ts';
import { measureAll } from '../../state/journey.ts';
import { usePrimaryAction } from '../../state/primary.ts';
import { ready, shown } from '../../state/remote.ts';
import { useStore } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { EmbeddingKept } from '../../ui/embedding-kept.tsx';
import { ErrorPanel, Warnings } from '../../ui/note.tsx';
import { Lead, SkeletonRows } from '../../ui/panel.tsx';
import { usageSentence } from './api-cost.tsx';
import { LintList, otherWarnings } from './lint-list.tsx';
import { LocalFolder } from './local-folder.tsx';
import { ModelDetails } from './model-details.tsx';
import { ModelTable } from './model-table.tsx';
import { ServerPanel } from './server-panel.tsx';
import './model.css';

/** Which model turns the texts into vectors, and how. */
export default function ModelScreen(): ReactElement {
  const app = useApp();
  const work = useStore(app.work);
  const session = useStore(app.session);
  const models = shown(work.models);
  const chosen = models?.find((model) => modelKey(app, model) === session.modelId);
  const dataset = ready(work.dataset);
  const isCollection = ready(work.corpus)?.source.kind === 'collection';
  const isModelFree = needsNoModel(app);
  const isVectors = session.vectorSource !== undefined;
  const isEmbedded = dataset !== undefined && (isVectors || (isCollection ? isModelFree || dataset.model.id.endsWith(` by ${chosen?.id}`) : chosen !== undefined && dataset.model.id === chosen.id && dataset.adapterId === session.adapterId && isUnchanged(dataset.model, session)));
  const isBusy = work.dataset.status === 'busy';
  const canEmbed = !isVectors && ready(work.queries) !== undefined && !isBusy && (isModelFree || (chosen !== undefined && chosen.where !== 'hub'));
  const verb = isCollection ? 'Read the vectors' : 'Embed';
  const start = (): void => {
    if (isEmbedded) {
      patchSession(app, { screen: 'tradeoffs' });
      if (Object.keys(work.ladders).length === 0) void measureAll(app);
    } else void embed(app);
  };
  usePrimaryAction(isEmbedded ? 'See the tradeoffs' : verb, isEmbedded || canEmbed, start);

  return (
    <div className="screen">
      <Lead
        actions={
          <Button look="primary" isDisabled={!isEmbedded && !canEmbed} onPress={start}>
            {isEmbedded ? 'See the tradeoffs' : isBusy ? (isCollection ? 'Reading' : 'Embedding') : verb}
          </Button>
        }
      >
        {isCollection ? <CollectionSentence isEmbedded={isEmbedded} isModelFree={isModelFree} /> : <ModelSentence chosen={chosen} isEmbedded={isEmbedded} />}
      </Lead>
      {work.dataset.status === 'failed' ? <ErrorPanel error={work.dataset.error} onRetry={() => void embed(app)} /> : null}
      <EmbeddingKept />
      {isEmbedded ? <Warnings warnings={otherWarnings(dataset.warnings, dataset.lint)} /> : null}
      {isEmbedded ? <LintList findings={dataset.lint} /> : null}
      <div className="model-columns">
        <div className="stack">
          {work.models.status === 'failed' ? <ErrorPanel error={work.models.error} /> : null}
          {models === undefined ? <SkeletonRows rows={8} /> : <ModelTable models={models} />}
          <LocalFolder />
          <ServerPanel />
        </div>
        {chosen === undefined ? null : <ModelDetails key={session.modelId} model={chosen} />}
      </div>
    </div>
  );
}

function ModelSentence({ chosen, isEmbedded }: { readonly chosen: ModelEntry | undefined; readonly isEmbedded: boolean }): ReactElement {
  const app = useApp();
  const { corpus, queries, dataset: remote } = useStore(app.work, (work) => ({ corpus: shown(work.corpus), queries: shown(work.queries), dataset: ready(work.dataset) }));
  if (isEmbedded && remote !== undefined && remote.model.id === 'vectors') {
    return (
      <>
        <strong>{count(remote.rowCount)} vectors</strong> of {remote.dims} dims and {plural(remote.queryCount, 'query', 'queries')} are open: they need no model. Open a corpus to embed texts.
      </>
    );
  }
  if (chosen === undefined) return <>Choose a model. The starter is on this machine already.</>;
  const trained = chosen.trainedDims.length === 0 ? 'not trained for prefixes' : `trained for prefixes ${chosen.trainedDims.join(', ')}`;
  if (isEmbedded && remote !== undefined) {
    return (
      <>
        <strong>{count(remote.rowCount)} documents</strong> and {plural(remote.queryCount, 'query', 'queries')} are embedded with <strong>{remote.model.name}</strong>: {remote.dims} dims, {bytes(remote.sizeBytes)}
        {remote.fromCache ? ', from the cache.' : `, ${significant(remote.textsPerSecond)} texts a second, ${clock(remote.elapsedMs)} in all.`}
        {remote.usage === undefined ? null : ` ${usageSentence(remote.usage)}`}
      </>
    );
  }
  return (
    <>
      <strong>{chosen.name}</strong>: {chosen.dims} dims, {trained}.{' '}
      {chosen.where === 'hub' ? 'It has to be downloaded first. ' : ''}
      {corpus === undefined ? 'Open a corpus to embed.' : queries === undefined ? 'Choose queries on the Corpus screen.' : `${count(corpus.count)} documents and ${plural(queries.count, 'query', 'queries')} to embed.`}
    </>
  );
}

/** A collection brings its vectors; a model is for queries that are words. */
function CollectionSentence({ isEmbedded, isModelFree }: { readonly isEmbedded: boolean; readonly isModelFree: boolean }): ReactElement {
  const { corpus, queries, dataset } = useStore(useApp().work, (work) => ({ corpus: shown(work.corpus), queries: shown(work.queries), dataset: ready(work.dataset) }));
  if (isEmbedded && dataset !== undefined) {
    return (
      <>
        <strong>{count(dataset.rowCount)} vectors</strong> of {dataset.inPlace?.collection ?? corpus?.name} have been read: {dataset.dims} dims, {bytes(dataset.sizeBytes)}, {clock(dataset.elapsedMs)}.
      </>
    );
  }
  return (
    <>
      The documents are <strong>embedded already</strong>, in collection {corpus?.name}.{' '}
      {queries === undefined ? 'Choose queries on the Corpus screen.' : isModelFree ? 'Its own rows are the queries: no model is needed.' : 'Choose the model that made it: the queries are words.'}
    </>
  );
}

function isUnchanged(model: ModelEntry, session: { readonly documentPrompt: string | undefined; readonly queryPrompt: string | undefined; readonly dtype: string | undefined }): boolean {
  if (session.dtype !== undefined && session.dtype !== model.dtype) return false;
  return (session.documentPrompt === undefined || session.documentPrompt === model.documentPrompt) && (session.queryPrompt === undefined || session.queryPrompt === model.queryPrompt);
}
