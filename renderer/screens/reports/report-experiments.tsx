import type { ReactElement } from 'react';
import type { Report } from '../../../src/contract/report.ts';
import { CompressionChart } from '../../charts/compression-chart.tsx';
import { MatryoshkaChart } from '../../charts/matryoshka-chart.tsx';
import { OrderChart } from '../../charts/order-chart.tsx';
import { CandidatesTrendChart, SizeTrendChart } from '../../charts/size-trend-chart.tsx';
import { useApp } from '../../state/app.ts';
import { selectDims } from '../../state/measuring-steps.ts';
import { useStore } from '../../state/store.ts';
import { Panel } from '../../ui/panel.tsx';

/** What else the report holds, as far as it was run. */
export function ReportExperiments({ report }: { readonly report: Report }): ReactElement {
  const app = useApp();
  const selectedDims = useStore(app.session, (session) => session.selectedDims);
  const onSelectDims = (dims: number): void => selectDims(app, dims);
  const shared = { height: 240, trainedDims: report.model.trainedDims, selectedDims, onSelectDims };
  return (
    <>
      {report.candidatesNeeded === undefined || report.candidatesNeeded.length === 0 ? null : (
        <Panel title="Candidates needed">
          <Sentences of={report.candidatesNeeded.map((one) => one.sentence)} />
        </Panel>
      )}
      {report.tuning === undefined ? null : (
        <Panel title="Tuning">
          <Sentences of={[report.tuning.verdict]} />
        </Panel>
      )}
      {report.matryoshka === undefined ? null : (
        <Panel title="Is this model made for truncation?">
          <div className="stack">
            <Sentences of={report.matryoshka.verdict.sentences} />
            <MatryoshkaChart findings={report.matryoshka} {...shared} />
          </div>
        </Panel>
      )}
      {report.sizeTrend === undefined ? null : (
        <div className="pair">
          <SizeTrendChart trend={report.sizeTrend} height={240} />
          <CandidatesTrendChart trend={report.sizeTrend} height={240} />
        </div>
      )}
      {report.order === undefined ? null : <OrderChart order={report.order} {...shared} />}
      {report.compression === undefined ? null : (
        <div className="pair">
          <CompressionChart result={report.compression} height={240} asHead={false} />
          <CompressionChart result={report.compression} height={240} asHead />
        </div>
      )}
    </>
  );
}

function Sentences({ of }: { readonly of: readonly string[] }): ReactElement {
  return (
    <ul className="sentences">
      {of.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}
