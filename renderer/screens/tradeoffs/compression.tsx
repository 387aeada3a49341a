import type { ReactElement } from 'react';
import type { CompressionResult } from '../../../src/contract/tuning.ts';
import { CompressionChart, formNames } from '../../charts/compression-chart.tsx';
import { percent } from '../../format/number.ts';
import { bytes } from '../../format/unit.ts';
import { useApp } from '../../state/app.ts';
import { useStore } from '../../state/store.ts';
import { Lead } from '../../ui/panel.tsx';
import { ExperimentView } from './experiment-view.tsx';

/** Cut dimensions, or cut bits? */
export function Compression(): ReactElement {
  const app = useApp();
  const remote = useStore(app.work, (work) => work.compression);
  return (
    <ExperimentView
      experiment="compression"
      remote={remote}
      title="Fewer dimensions, or fewer bits?"
      explanation="A prefix is one way to make vectors small. This holds it against half precision, int8, one bit a dimension, product codes and PCA at equal bytes: alone, and as the head of a funnel that re-ranks at full dimension."
      button="Compare forms"
    >
      {(result) => (
        <div className="stack">
          <Sentence result={result} />
          <div className="pair">
            <CompressionChart result={result} height={300} asHead={false} />
            <CompressionChart result={result} height={300} asHead />
          </div>
        </div>
      )}
    </ExperimentView>
  );
}

/** At the size of the smallest plain prefix above a tenth: which form keeps most. */
function Sentence({ result }: { readonly result: CompressionResult }): ReactElement | null {
  const full = Math.max(...result.points.map((point) => point.bytesPerVector));
  const budget = full / 8;
  const fitting = result.points.filter((point) => point.bytesPerVector <= budget * 1.01);
  const best = fitting.reduce<CompressionResult['points'][number] | undefined>((winner, point) => (winner === undefined || point.recall.value > winner.recall.value ? point : winner), undefined);
  const plain = fitting.filter((point) => point.form === 'f32').reduce<CompressionResult['points'][number] | undefined>((winner, point) => (winner === undefined || point.recall.value > winner.recall.value ? point : winner), undefined);
  if (best === undefined) return null;
  return (
    <Lead>
      Within {bytes(budget)} a vector (1/8 of full), <strong>{formNames[best.form]}</strong> at {best.dims} dims keeps most: <strong>{percent(best.recall.value)}</strong>
      {plain === undefined || plain === best ? '' : `; a plain f32 prefix keeps ${percent(plain.recall.value)}`}.
    </Lead>
  );
}
