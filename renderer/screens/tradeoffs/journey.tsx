import type { ReactElement } from 'react';
import { count } from '../../format/number.ts';
import { patchSession, useApp } from '../../state/app.ts';
import type { App } from '../../state/app.ts';
import { exploreCollection } from '../../state/collection-steps.ts';
import { modelKey } from '../../state/dataset-steps.ts';
import { embedAndMeasure, explore, measureAll } from '../../state/journey.ts';
import type { Remote } from '../../state/remote.ts';
import { ready, shown } from '../../state/remote.ts';
import { useStore } from '../../state/store.ts';
import type { Work } from '../../state/work.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { EmbeddingKept } from '../../ui/embedding-kept.tsx';
import { ErrorPanel } from '../../ui/note.tsx';
import { EmptyState } from '../../ui/panel.tsx';
import { Progress, progressText } from '../../ui/progress.tsx';

interface Step {
  readonly title: string;
  readonly remote: Remote<unknown>;
  readonly detail: string | undefined;
  readonly call: string;
}

/** Before there is anything to show: the one next thing, or how far the way to it is. */
export function Journey(): ReactElement {
  const app = useApp();
  const work = useStore(app.work);
  const isUnderWay = work.exploring !== undefined || [work.corpus, work.dataset, work.ladderRun].some((remote) => remote.status === 'busy' || remote.status === 'failed');
  return <div className="screen">{isUnderWay ? <Steps work={work} /> : <Start app={app} work={work} />}</div>;
}

function Start({ app, work }: { readonly app: App; readonly work: Work }): ReactElement {
  if (ready(work.dataset) !== undefined) {
    return (
      <EmptyState title="Ready to measure" actions={<Button look="primary" onPress={() => void measureAll(app)}>Measure prefixes</Button>}>
        The texts are embedded. Measuring searches them with every prefix and holds the answers against the exact ones.
      </EmptyState>
    );
  }
  if (ready(work.corpus) !== undefined) {
    const hasQueries = ready(work.queries) !== undefined;
    const model = shown(work.models)?.find((one) => modelKey(app, one) === app.session.get().modelId);
    // Texts are never sent to a server from here: what that costs is told on the Model screen.
    const canEmbed = hasQueries && model !== undefined && (model.where === 'bundled' || model.where === 'local');
    return (
      <>
        <EmbeddingKept />
        <EmptyState
          title="Embed the corpus first"
          actions={
            <>
              {canEmbed ? (
                <Button look="primary" onPress={() => void embedAndMeasure(app)}>
                  Embed with {model.name}
                </Button>
              ) : null}
              <Button look={canEmbed ? 'plain' : 'primary'} onPress={() => patchSession(app, { screen: hasQueries ? 'model' : 'corpus' })}>
                {hasQueries ? 'Choose a model' : 'Choose queries'}
              </Button>
            </>
          }
        >
          The corpus is open. With queries and a model its prefixes can be measured.
        </EmptyState>
      </>
    );
  }
  return (
    <EmptyState
      title="Which prefix, how many candidates?"
      actions={
        <>
          <Button look="primary" onPress={() => void explore(app, 'wordnet')}>
            Explore the WordNet sample
          </Button>
          <Button onPress={() => void explore(app, 'wordnet-5k')}>Quick look at 5,000 of it</Button>
          <Button look="quiet" onPress={() => patchSession(app, { screen: 'corpus' })}>
            Open your own corpus
          </Button>
        </>
      }
    >
      This screen shows, for your texts and your model, what a search over the first dimensions alone keeps of the true neighbours, how fast it is and how much memory it takes. The sample is on this machine already; nothing is downloaded.
    </EmptyState>
  );
}

function Steps({ work }: { readonly work: Work }): ReactElement {
  const app = useApp();
  const { running } = useStore(app.jobs.state);
  const corpus = shown(work.corpus);
  const queries = shown(work.queries);
  const dataset = shown(work.dataset);
  const isSample = (shown(work.samples) ?? []).some((sample) => sample.name === work.exploring);
  const isCollection = work.exploring === undefined ? corpus?.source.kind === 'collection' : !isSample;
  const steps: readonly Step[] = [
    { title: 'Open the corpus', remote: work.corpus, detail: corpus === undefined ? undefined : `${count(corpus.count)} documents`, call: 'corpus.open' },
    { title: 'Take its queries', remote: work.queries, detail: queries === undefined ? undefined : `${count(queries.count)} queries`, call: 'queries.set' },
    { title: isCollection ? 'Read the vectors' : 'Embed documents and queries', remote: work.dataset, detail: dataset === undefined ? undefined : `${dataset.model.name}, ${dataset.dims} dims${dataset.fromCache ? ', from the cache' : ''}`, call: 'dataset.embed' },
    { title: 'Measure every prefix', remote: work.ladderRun, detail: undefined, call: 'ladder.run' },
    { title: 'Collect candidates for funnels', remote: work.pool, detail: undefined, call: 'pool.build' },
  ];
  const failedStep = steps.find((step) => step.remote.status === 'failed');
  return (
    <section className="journey" aria-label="Progress">
      <h2>{work.exploring === undefined ? 'On the way to the charts' : isCollection ? `Exploring ${work.exploring}` : 'Exploring the sample'}</h2>
      <ol>
        {steps.map((step) => {
          const job = running.find((one) => one.call === step.call);
          return (
            <li key={step.title} className={`journey-step ${step.remote.status}`}>
              <span className="journey-mark">{step.remote.status === 'ready' ? <Icon name="check" /> : step.remote.status === 'failed' ? <Icon name="warning" /> : null}</span>
              <span className="journey-title">{step.title}</span>
              <span className="muted num">{job?.progress === undefined ? step.detail : progressText(job.progress)}</span>
              {job === undefined ? null : (
                <div className="journey-progress">
                  <Progress label={step.title} done={job.progress?.done} total={job.progress?.total} />
                </div>
              )}
            </li>
          );
        })}
      </ol>
      {failedStep?.remote.status === 'failed' ? <ErrorPanel error={failedStep.remote.error} onRetry={() => void retry(app, failedStep.call)} /> : null}
    </section>
  );
}

async function retry(app: App, call: string): Promise<void> {
  if (call === 'ladder.run' || call === 'pool.build') {
    await measureAll(app);
    return;
  }
  const source = app.session.get().corpusSource;
  return source?.kind === 'collection' ? exploreCollection(app, source) : explore(app, source?.kind === 'sample' ? source.name : 'wordnet');
}
