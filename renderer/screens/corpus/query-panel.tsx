import { useState } from 'react';
import type { ReactElement } from 'react';
import type { CorpusSummary, QuerySource } from '../../../src/contract/dataset.ts';
import { count, plural } from '../../format/number.ts';
import { useApp } from '../../state/app.ts';
import { firstQueries, setQueries } from '../../state/dataset-steps.ts';
import { shown } from '../../state/remote.ts';
import { useStore } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { RadioList } from '../../ui/choice.tsx';
import { NumberInput, TextField } from '../../ui/field.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Term } from '../../ui/term.tsx';

type Kind = QuerySource['kind'];

/** Which queries the corpus is asked. */
export function QueryPanel({ corpus }: { readonly corpus: CorpusSummary }): ReactElement {
  const app = useApp();
  const source = useStore(app.session, (session) => session.querySource) ?? firstQueries(corpus);
  const remote = useStore(app.work, (work) => work.queries);
  const queries = shown(remote);
  const [kind, setKind] = useState<Kind>(source.kind === 'own' && !corpus.hasQueries ? 'held-out' : source.kind);
  const [limit, setLimit] = useState(countOf(source) ?? 500);
  const [path, setPath] = useState(source.kind === 'file' ? source.path : '');
  const [qrelsPath, setQrelsPath] = useState(source.kind === 'file' ? (source.qrelsPath ?? '') : '');
  const [typed, setTyped] = useState(source.kind === 'typed' ? source.texts.join('\n') : '');
  const next = sourceOf(kind, { limit, path, qrelsPath, typed, seed: seedOf(source) });
  const pick = async (use: (path: string) => void, title: string): Promise<void> => {
    const paths = await app.host.pickPaths?.({ title });
    if (paths?.[0] !== undefined) use(paths[0]);
  };
  return (
    <Panel title="Queries" isBordered actions={<Button look={queries === undefined ? 'primary' : 'plain'} isSmall isDisabled={next === undefined || remote.status === 'busy'} onPress={() => next !== undefined && void setQueries(app, next)}>{queries === undefined ? 'Take these queries' : 'Change queries'}</Button>}>
      <div className="query-grid">
        <RadioList
          label="Where queries come from"
          isLabelHidden
          value={kind}
          onChange={setKind}
          options={[
            { value: 'own', label: 'Own', detail: corpus.hasQueries ? (corpus.hasQrels ? 'the corpus brings queries with judgements' : 'the corpus brings queries') : 'this corpus brings none', isDisabled: !corpus.hasQueries },
            { value: 'file', label: 'File', detail: 'JSONL, CSV or text, with or without qrels' },
            { value: 'held-out', label: 'Held-out documents', detail: 'taken out of the corpus, each asks for its neighbours' },
            { value: 'titles', label: 'Titles', detail: corpus.hasTitles ? 'each title asks for its text' : 'this corpus has none', isDisabled: !corpus.hasTitles },
            { value: 'typed', label: 'Typed', detail: 'one a line' },
          ]}
        />
        <div className="stack-tight">
          {kind === 'file' ? (
            <>
              <div className="row">
                <TextField className="grow" label="Queries" placeholder="/path/to/queries.jsonl" value={path} onChange={setPath} />
                {app.host.pickPaths === undefined ? null : <Button onPress={() => void pick(setPath, 'Queries')}>Choose…</Button>}
              </div>
              <div className="row">
                <TextField className="grow" label="Judgements (qrels), if there are any" placeholder="/path/to/qrels/test.tsv" value={qrelsPath} onChange={setQrelsPath} />
                {app.host.pickPaths === undefined ? null : <Button onPress={() => void pick(setQrelsPath, 'Judgements')}>Choose…</Button>}
              </div>
            </>
          ) : null}
          {kind === 'typed' ? <TextField label="Queries, one a line" isMultiline rows={5} value={typed} onChange={setTyped} /> : <NumberInput label={kind === 'own' || kind === 'file' ? 'At most' : 'How many'} value={limit} minValue={1} maxValue={100_000} onChange={(value) => setLimit(value ?? 500)} hint="Intervals narrow with more queries; 500 give about ±2 points." />}
          {queries === undefined ? null : (
            <div>
              <p className="num">
                <strong>{queries.name}</strong>: {plural(queries.count, 'query', 'queries')}
                {queries.withQrels > 0 ? (
                  <>
                    , {count(queries.withQrels)} with <Term name="qrels" />
                  </>
                ) : null}
                {queries.heldOutCount > 0 ? `, ${count(queries.heldOutCount)} documents held out` : ''}
              </p>
              <ul className="examples">
                {queries.examples.slice(0, 4).map((example, index) => (
                  <li key={index}>{example}</li>
                ))}
              </ul>
            </div>
          )}
        </div>
      </div>
    </Panel>
  );
}

function sourceOf(kind: Kind, given: { readonly limit: number; readonly path: string; readonly qrelsPath: string; readonly typed: string; readonly seed: number }): QuerySource | undefined {
  switch (kind) {
    case 'own':
      return { kind, limit: given.limit, seed: given.seed };
    case 'file':
      return given.path.trim() === '' ? undefined : { kind, path: given.path.trim(), limit: given.limit, ...(given.qrelsPath.trim() === '' ? {} : { qrelsPath: given.qrelsPath.trim() }) };
    case 'held-out':
    case 'titles':
      return { kind, count: given.limit, seed: given.seed };
    case 'typed': {
      const texts = given.typed.split('\n').map((line) => line.trim()).filter((line) => line !== '');
      return texts.length === 0 ? undefined : { kind, texts };
    }
  }
}

function countOf(source: QuerySource): number | undefined {
  if (source.kind === 'own' || source.kind === 'file') return source.limit;
  return source.kind === 'typed' ? undefined : source.count;
}

function seedOf(source: QuerySource): number {
  return 'seed' in source ? (source.seed ?? 1) : 1;
}
