import { memo, useCallback, useEffect, useRef } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { CartesianGrid, Scatter, ScatterChart, Tooltip, XAxis, YAxis, usePlotArea, useXAxisScale, useYAxisScale } from 'recharts';
import { percent, percentTick } from '../format/number.ts';
import { duration, durationTick } from '../format/unit.ts';
import { samePlain } from '../state/same-plain.ts';
import { useInTurn } from '../state/turn.ts';
import { ChartFrame } from './chart-frame.tsx';
import { isApart } from './end-labels.tsx';
import type { Box } from './end-labels.tsx';
import { Mark } from './mark.tsx';
import { logTicks, shareTicks } from './scale.ts';
import type { SeriesStyle } from './series.ts';
import type { TableData } from './table-data.ts';

export interface FrontierPoint {
  readonly key: string;
  readonly label: string;
  readonly group: string;
  readonly kind: 'prefix' | 'funnel' | 'baseline';
  readonly style: SeriesStyle;
  readonly latencyMs: number;
  readonly p95Ms?: number | undefined;
  readonly recall: number;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  readonly isEstimate: boolean;
  readonly isOnFrontier: boolean;
  readonly isSelected?: boolean;
}

/** Recall against time: up and to the left is better. The line joins what no other setting beats in both. */
export function FrontierChart({
  points,
  height,
  title,
  plainTitle,
  note,
  onSelect,
  actions,
}: {
  readonly points: readonly FrontierPoint[];
  readonly height: number;
  readonly title: ReactNode;
  readonly plainTitle: string;
  readonly note?: ReactNode;
  readonly onSelect?: (point: FrontierPoint) => void;
  readonly actions?: ReactNode;
}): ReactElement {
  const usable = points.filter((point) => point.latencyMs > 0);
  const latest = useRef(onSelect);
  useEffect(() => {
    latest.current = onSelect;
  });
  const select = useCallback((point: FrontierPoint) => latest.current?.(point), []);
  const figure = useInTurn<Figure>({ points: usable, height, plainTitle, isSelectable: onSelect !== undefined }, samePlain);
  const lowest = recallTicks(usable)[0] ?? 0;
  return (
    <ChartFrame title={title} plainTitle={plainTitle} fileName="frontier" table={tableOfPoints(usable)} tableHeight={height} actions={actions} note={<>Time of a query: the mark at p50, the whisker to p95. {lowest > 0 ? `Recall axis starts at ${percentTick(lowest)}. ` : ''}{note}</>}>
      <FrontierFigure figure={figure} onSelect={select} />
    </ChartFrame>
  );
}

interface Figure {
  readonly points: readonly FrontierPoint[];
  readonly height: number;
  readonly plainTitle: string;
  readonly isSelectable: boolean;
}

function recallTicks(points: readonly FrontierPoint[]): readonly number[] {
  return shareTicks(points.map((point) => point.low ?? point.recall));
}

const FrontierFigure = memo(function FrontierFigure({ figure, onSelect }: { readonly figure: Figure; readonly onSelect: (point: FrontierPoint) => void }): ReactElement {
  const { points: usable, height, plainTitle } = figure;
  const ticksX = logTicks(Math.min(...usable.map((point) => point.latencyMs)) * 0.9, Math.max(...usable.map((point) => point.p95Ms ?? point.latencyMs)) * 1.1);
  const ticksY = recallTicks(usable);
  const rows = usable.map((point) => ({ ...point, x: point.latencyMs, y: point.recall }));
  return (
    <div style={{ height }}>
      <ScatterChart responsive style={{ width: '100%', height: '100%' }} margin={{ top: 12, right: 24, bottom: 4, left: 0 }} title={plainTitle} desc={describe(usable)}>
        <CartesianGrid stroke="var(--line)" />
        <XAxis
          dataKey="x"
          type="number"
          scale="log"
          domain={[ticksX[0] ?? 0.01, ticksX[ticksX.length - 1] ?? 10]}
          ticks={[...ticksX]}
          tickLine={false}
          axisLine={{ stroke: 'var(--edge)' }}
          tick={{ fill: 'var(--text-3)', fontSize: 11 }}
          tickFormatter={(value: number) => durationTick(value)}
          height={24}
        />
        <YAxis dataKey="y" type="number" domain={[ticksY[0] ?? 0, 1]} ticks={[...ticksY]} tickLine={false} axisLine={false} width={48} tick={{ fill: 'var(--text-3)', fontSize: 11 }} tickFormatter={(value: number) => percentTick(value)} />
        <Underlay points={usable} />
        <Scatter
          data={rows}
          isAnimationActive={false}
          shape={(props: { cx?: number; cy?: number; payload?: unknown }) => {
            const point = props.payload as FrontierPoint | undefined;
            if (point === undefined || props.cx === undefined || props.cy === undefined) return <g />;
            return (
              <g className={figure.isSelectable ? 'clickable' : undefined}>
                <circle cx={props.cx} cy={props.cy} r={12} fill="transparent" />
                {point.isSelected === true ? <circle cx={props.cx} cy={props.cy} r={8} fill="none" stroke="var(--text)" strokeWidth={1.5} /> : null}
                <Mark shape={shapeOf(point)} x={props.cx} y={props.cy} color={point.style.color} isHollow={point.isEstimate} size={point.kind === 'prefix' ? 3.5 : 4.5} />
              </g>
            );
          }}
          onClick={(item: { payload?: unknown }) => {
            if (item.payload !== undefined) onSelect(item.payload as FrontierPoint);
          }}
        />
        <Overlay points={usable} />
        <Tooltip
          isAnimationActive={false}
          cursor={false}
          content={({ active, payload }) => {
            const point = payload?.[0]?.payload as FrontierPoint | undefined;
            return active && point !== undefined ? <PointCard point={point} /> : null;
          }}
        />
      </ScatterChart>
    </div>
  );
});

/** Funnels are diamonds and the exact search a star on every store; prefixes keep the store's own mark. */
function shapeOf(point: FrontierPoint): SeriesStyle['shape'] {
  switch (point.kind) {
    case 'prefix':
      return point.style.shape;
    case 'funnel':
      return 'diamond';
    case 'baseline':
      return 'star';
  }
}

function PointCard({ point }: { readonly point: FrontierPoint }): ReactElement {
  return (
    <div className="chart-tooltip">
      <div className="chart-tooltip-title">
        {point.label} <span className="muted">· {point.group}{point.isEstimate ? ' · estimate' : ''}</span>
      </div>
      <table>
        <tbody>
          <tr>
            <td>recall</td>
            <td className="numeric">{percent(point.recall)}</td>
            <td className="muted">{point.low === undefined || point.high === undefined ? '' : `${percent(point.low)} – ${percent(point.high)}`}</td>
          </tr>
          <tr>
            <td>{point.isEstimate ? 'estimated time' : 'p50'}</td>
            <td className="numeric">{duration(point.latencyMs)}</td>
            <td className="muted">{point.p95Ms === undefined ? '' : `p95 ${duration(point.p95Ms)}`}</td>
          </tr>
        </tbody>
      </table>
    </div>
  );
}

/** Under the marks: the frontier as steps, and each point's reach to its p95. */
function Underlay({ points }: { readonly points: readonly FrontierPoint[] }): ReactElement | null {
  const x = useXAxisScale();
  const y = useYAxisScale();
  const plot = usePlotArea();
  if (x === undefined || y === undefined || plot === undefined) return null;
  const frontier = points.filter((point) => point.isOnFrontier).sort((a, b) => a.latencyMs - b.latencyMs);
  const steps = frontier.map((point, index) => {
    const px = x(point.latencyMs) ?? 0;
    const py = y(point.recall) ?? 0;
    return index === 0 ? `M${px},${py}` : `H${px}V${py}`;
  });
  return (
    <g>
      {points.map((point) => {
        const from = x(point.latencyMs);
        const to = point.p95Ms === undefined ? undefined : x(point.p95Ms);
        const at = y(point.recall);
        return from === undefined || to === undefined || at === undefined ? null : <line key={point.key} x1={from} x2={to} y1={at} y2={at} stroke={point.style.color} strokeOpacity={0.45} />;
      })}
      <path d={steps.join('')} fill="none" stroke="var(--edge)" strokeWidth={1.25} />
    </g>
  );
}

/** Names beside the marks: those on the frontier and selected ones, where there is room. */
function Overlay({ points }: { readonly points: readonly FrontierPoint[] }): ReactElement | null {
  const x = useXAxisScale();
  const y = useYAxisScale();
  const plot = usePlotArea();
  if (x === undefined || y === undefined || plot === undefined) return null;
  const marks = points.map((point) => ({ x: x(point.latencyMs) ?? 0, y: y(point.recall) ?? 0 }));
  const taken: Box[] = marks.map((mark) => ({ left: mark.x - 5, right: mark.x + 5, top: mark.y - 5, bottom: mark.y + 5 }));
  const labels: ReactElement[] = [];
  const order = points.map((point, index) => ({ point, at: marks[index]! })).sort((a, b) => rank(a.point) - rank(b.point) || b.point.recall - a.point.recall);
  for (const { point, at } of order) {
    const width = point.label.length * 6.3;
    const box = [
      { left: at.x + 9, top: at.y + 2 },
      { left: at.x + 9, top: at.y - 15 },
      { left: at.x - 9 - width, top: at.y - 15 },
      { left: at.x - 9 - width, top: at.y + 2 },
      { left: at.x - width / 2, top: at.y + 8 },
    ]
      .map(({ left, top }) => ({ left, right: left + width, top, bottom: top + 13 }))
      .find((one) => one.left >= plot.x && one.right <= plot.x + plot.width + 20 && one.bottom <= plot.y + plot.height && one.top >= plot.y - 12 && taken.every((other) => isApart(one, other)));
    if (box === undefined) continue;
    taken.push(box);
    labels.push(
      <text key={point.key} x={box.left} y={box.top + 10} fontSize={11} fill="var(--text-2)" className="no-pointer">
        {point.label}
      </text>,
    );
  }
  return <g>{labels}</g>;
}

function rank(point: FrontierPoint): number {
  if (point.isSelected === true) return 0;
  if (point.kind === 'baseline') return 1;
  return point.isOnFrontier ? 2 : 3;
}

function tableOfPoints(points: readonly FrontierPoint[]): TableData {
  return {
    columns: [
      { name: 'setting', isNumeric: false },
      { name: 'on', isNumeric: false },
      { name: 'time', isNumeric: false },
      { name: 'recall', isNumeric: true, format: percent },
      { name: 'low', isNumeric: true, format: percent },
      { name: 'high', isNumeric: true, format: percent },
      { name: 'p50 ms', isNumeric: true, format: durationTick },
      { name: 'p95 ms', isNumeric: true, format: durationTick },
      { name: 'frontier', isNumeric: false },
    ],
    rows: points.map((point) => [point.label, point.group, point.isEstimate ? 'estimate' : 'measured', point.recall, point.low ?? null, point.high ?? null, point.latencyMs, point.p95Ms ?? null, point.isOnFrontier ? 'yes' : '']),
  };
}

function describe(points: readonly FrontierPoint[]): string {
  return points.map((point) => `${point.label} on ${point.group}: recall ${percent(point.recall)} at ${duration(point.latencyMs)}${point.isEstimate ? ' (estimate)' : ''}.`).join(' ');
}

/** Marks the points that no other one beats in both recall and time. */
export function markFrontier(points: readonly Omit<FrontierPoint, 'isOnFrontier'>[]): readonly FrontierPoint[] {
  return points.map((point) => ({
    ...point,
    isOnFrontier: !points.some(
      (other) => other !== point && other.latencyMs <= point.latencyMs && other.recall >= point.recall && (other.latencyMs < point.latencyMs || other.recall > point.recall),
    ),
  }));
}
