import { useState } from 'react';
import type { ReactElement } from 'react';
import { FileTrigger } from 'react-aria-components';
import { count } from '../../format/number.ts';
import { bytes } from '../../format/unit.ts';
import { patchSession, useApp } from '../../state/app.ts';
import { closeAll, previewCorpus } from '../../state/dataset-steps.ts';
import { takeDropped } from '../../state/dropped-file.ts';
import type { DropState } from '../../state/dropped-file.ts';
import { explore } from '../../state/journey.ts';
import { shown } from '../../state/remote.ts';
import { useStore } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { ErrorPanel } from '../../ui/note.tsx';
import { Panel, SkeletonRows } from '../../ui/panel.tsx';

/** Where a corpus can come from: a path, a recent one, a sample. */
export function SourcePanel(): ReactElement {
  const app = useApp();
  const { host } = app;
  const [path, setPath] = useState('');
  const recent = useStore(app.session, (session) => session.recentPaths);
  const hasCorpus = useStore(app.work, (work) => shown(work.corpus) !== undefined);
  const preview = (chosen: string): void => {
    if (chosen.trim() !== '') void previewCorpus(app, chosen.trim());
  };
  const pick = async (folders: boolean): Promise<void> => {
    const paths = await host.pickPaths?.({ title: folders ? 'Open a folder' : 'Open a corpus', folders });
    if (paths?.[0] !== undefined) preview(paths[0]);
  };
  return (
    <div className="source-panel">
      <Panel title="File or folder">
        <div className="stack-tight">
          <div className="row" data-path-field>
            <TextField className="grow" label="Path of a file or folder" isLabelHidden placeholder="/path/to/corpus.jsonl" value={path} onChange={setPath} onSubmit={() => preview(path)} />
            <Button isDisabled={path.trim() === ''} onPress={() => preview(path)}>
              Preview
            </Button>
          </div>
          {host.pickPaths === undefined ? (
            host.takeFile === undefined ? null : <ChooseFile onPath={preview} />
          ) : (
            <div className="row">
              <Button icon="corpus" onPress={() => void pick(false)}>
                Open file…
              </Button>
              <Button icon="folder" onPress={() => void pick(true)}>
                Open folder…
              </Button>
            </div>
          )}
        </div>
      </Panel>
      <Panel title="Milvus collection">
        <div className="stack-tight">
          <Button icon="connection" onPress={() => patchSession(app, { screen: 'connection' })}>
            Choose a collection…
          </Button>
          <p className="muted small">Texts and vectors that are on a server already: explored where they are, only read.</p>
        </div>
      </Panel>
      {recent.length === 0 ? null : (
        <Panel title="Recent">
          <ul className="plain-list">
            {recent.map((one) => (
              <li key={one}>
                <button type="button" className="list-button" title={one} onClick={() => preview(one)}>
                  <bdi>{one}</bdi>
                </button>
              </li>
            ))}
          </ul>
        </Panel>
      )}
      <Panel title="Samples">
        <Samples />
      </Panel>
      {hasCorpus ? (
        <div>
          <Button isSmall icon="close" onPress={() => closeAll(app)}>
            Close the corpus
          </Button>
        </div>
      ) : null}
    </div>
  );
}

/** The browser's own way to choose a file; folders are typed. */
function ChooseFile({ onPath }: { readonly onPath: (path: string) => void }): ReactElement {
  const { host } = useApp();
  const [state, setState] = useState<DropState>({ kind: 'none' });
  const choose = async (files: FileList | null): Promise<void> => {
    const file = files?.[0];
    const path = file === undefined ? undefined : await takeDropped(host, file, false, setState);
    if (path !== undefined) onPath(path);
  };
  return (
    <>
      <div className="row">
        <FileTrigger onSelect={(files) => void choose(files)}>
          <Button icon="corpus" isDisabled={state.kind === 'copying'}>
            {state.kind === 'copying' ? 'Copying' : 'Open file…'}
          </Button>
        </FileTrigger>
      </div>
      {state.kind === 'failed' ? <ErrorPanel error={state.error} /> : null}
    </>
  );
}

function Samples(): ReactElement {
  const app = useApp();
  const remote = useStore(app.work, (work) => work.samples);
  const samples = shown(remote);
  if (remote.status === 'failed') return <ErrorPanel error={remote.error} />;
  if (samples === undefined) return <SkeletonRows rows={3} />;
  return (
    <ul className="plain-list">
      {samples.map((sample) => (
        <li key={sample.name} className="sample">
          <div className="sample-head">
            <strong>{sample.title}</strong>
            <Button isSmall onPress={() => void explore(app, sample.name)} aria-label={`Explore ${sample.title}`}>
              Explore
            </Button>
          </div>
          <p className="muted num">
            {count(sample.count)} documents · {count(sample.queryCount)} queries · {bytes(sample.sizeBytes)}
          </p>
          <p className="small">{sample.description}</p>
          <p className="muted small">{sample.licence}</p>
        </li>
      ))}
    </ul>
  );
}
