import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { clock } from '../format/unit.ts';
import { useApp } from '../state/app.ts';
import type { FinishedJob, RunningJob } from '../state/jobs.ts';
import { useStore } from '../state/store.ts';
import { Button } from '../ui/button.tsx';
import { Progress, progressText } from '../ui/progress.tsx';

/** The foot of the window: what runs, how far it is, how long it takes, and the way to stop it. */
export function JobBar(): ReactElement {
  const app = useApp();
  const { running, last, others } = useStore(app.jobs.state);
  return (
    <footer className="job-bar" aria-label="Jobs">
      {running.map((job) => (
        <JobRow key={job.key} job={job} />
      ))}
      {others.map((job) => (
        <div className="job-row" key={job.jobId}>
          <span className="job-title">{job.title}</span>
          <span className="muted">in another window</span>
        </div>
      ))}
      {running.length === 0 && others.length === 0 ? <Idle last={last} /> : null}
    </footer>
  );
}

function JobRow({ job }: { readonly job: RunningJob }): ReactElement {
  const elapsed = useElapsed(job.startedAt);
  const { progress } = job;
  return (
    <div className="job-row">
      <span className="job-title">{job.title}</span>
      <div className="job-progress">
        <Progress label={job.title} done={progress?.done} total={progress?.total} />
      </div>
      <span className="job-text num">{progress === undefined ? clock(elapsed) : progressText(progress)}</span>
      <Button isSmall look="quiet" icon="stop" isDisabled={job.isCancelling} onPress={job.cancel} aria-label={`Cancel: ${job.title}`}>
        {job.isCancelling ? 'Cancelling' : 'Cancel'}
      </Button>
    </div>
  );
}

function Idle({ last }: { readonly last: FinishedJob | undefined }): ReactElement {
  if (last === undefined) return <p className="job-row muted">Nothing is running.</p>;
  return (
    <p className="job-row muted num">
      <span className="job-text">
        {last.title}: {last.outcome} after {clock(last.elapsedMs)}
        {last.outcome === 'failed' && last.message !== undefined ? `. ${last.message}` : ''}
      </span>
    </p>
  );
}

function useElapsed(startedAt: number): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 500);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, now - startedAt);
}
