import { memo, useCallback, useEffect, useMemo, useRef } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { Area, CartesianGrid, ComposedChart, Line, ReferenceLine, Tooltip, XAxis, YAxis, useActiveTooltipLabel } from 'recharts';
import type { DotItemDotProps } from 'recharts';
import { samePlain } from '../state/same-plain.ts';
import { useInTurn, useSecondTurn } from '../state/turn.ts';
import { ChartFrame } from './chart-frame.tsx';
import { EndLabels, endLabelWidth } from './end-labels.tsx';
import { Mark } from './mark.tsx';
import type { Series } from './series.ts';
import { tableOf } from './table-data.ts';
import { ChartTooltip } from './tooltip.tsx';

export interface Axis {
  readonly label: string;
  readonly scale: 'log' | 'linear';
  readonly ticks: readonly number[];
  format(value: number): string;
}

export interface SeriesChartProps {
  readonly title: ReactNode;
  readonly plainTitle: string;
  readonly fileName: string;
  readonly series: readonly Series[];
  readonly x: Axis;
  readonly y: Axis;
  /** What low and high are: the interval's ends or a band's. */
  readonly bandWords: { readonly low: string; readonly high: string };
  readonly height: number;
  /** Values of x that carry a mark of their own (prefixes the model was trained for). */
  readonly markedX?: readonly number[] | undefined;
  readonly selectedX?: number | undefined;
  readonly onSelectX?: (x: number) => void;
  /** Lines across the chart at a y, with a label. */
  readonly lines?: readonly { readonly y: number; readonly label: string }[];
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
  /** Charts with the same id show their hover together. */
  readonly syncId?: string;
  /** How exactly a value is written in tooltip and table; the axis may be coarser. */
  formatValue(value: number): string;
}

type Row = Readonly<Record<string, number | readonly [number, number] | undefined>>;

/** Lines with intervals against a log or linear axis. Hover shows every series at that x; a click (or Enter) selects it. */
export function SeriesChart(props: SeriesChartProps): ReactElement {
  const { series, x, y, bandWords, height, markedX, selectedX, lines, syncId, plainTitle, formatValue, onSelectX } = props;
  const latest = useRef(onSelectX);
  useEffect(() => {
    latest.current = onSelectX;
  });
  const select = useCallback((at: number) => latest.current?.(at), []);
  // What is drawn: it follows in its turn, and only when it is another picture.
  const figure = useInTurn<Figure>({ series, x, y, bandWords, height, markedX, selectedX, lines, syncId, plainTitle, formatValue, isSelectable: onSelectX !== undefined }, samePlain);
  const table = tableOf(series, { x: x.label, ...bandWords }, x.format, formatValue);
  return (
    <ChartFrame title={props.title} plainTitle={plainTitle} note={props.note} table={table} fileName={props.fileName} actions={props.actions} tableHeight={height}>
      <SeriesFigure figure={figure} onSelect={select} />
    </ChartFrame>
  );
}

type Figure = Pick<SeriesChartProps, 'series' | 'x' | 'y' | 'bandWords' | 'height' | 'markedX' | 'selectedX' | 'lines' | 'syncId' | 'plainTitle' | 'formatValue'> & { readonly isSelectable: boolean };

const none: readonly Series[] = [];

const SeriesFigure = memo(function SeriesFigure({ figure, onSelect }: { readonly figure: Figure; readonly onSelect: (x: number) => void }): ReactElement {
  const { x, y, height, selectedX, markedX = [], lines = [] } = figure;
  const series = useSecondTurn() ? figure.series : none;
  const rows = useMemo(() => rowsOf(series), [series]);
  const hovered = useRef<number | undefined>(undefined);
  const isPointed = useRef(false);
  const point = (isHere: boolean) => (): void => {
    isPointed.current = isHere;
  };
  const right = endLabelWidth(figure.series);
  const spread = x.scale === 'log' ? 1.12 : 1;
  const domain: [number, number] = [(x.ticks[0] ?? 1) / spread, (x.ticks[x.ticks.length - 1] ?? 2) * spread];
  const select = (): void => {
    if (hovered.current !== undefined) onSelect(hovered.current);
  };

  return (
    <div
      onKeyDown={(event) => {
        if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) select();
      }}
      onPointerEnter={point(true)}
      onPointerLeave={point(false)}
      onFocus={point(true)}
      onBlur={point(false)}
      style={{ height }}
    >
      <ComposedChart
        responsive
        style={{ width: '100%', height: '100%', cursor: figure.isSelectable ? 'pointer' : 'default' }}
        data={rows as Row[]}
        margin={{ top: 8, right, bottom: 4, left: 0 }}
        syncId={figure.syncId}
        syncMethod="value"
        onClick={select}
        title={figure.plainTitle}
        desc={describe(figure)}
      >
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="x"
          type="number"
          scale={x.scale}
          domain={domain}
          ticks={[...x.ticks]}
          interval="preserveStartEnd"
          minTickGap={6}
          tickLine={false}
          axisLine={{ stroke: 'var(--edge)' }}
          height={22}
          tick={(tick: { x: number | string; y: number | string; payload: { value: number } }) => (
            <XTick x={Number(tick.x)} y={Number(tick.y)} text={x.format(tick.payload.value)} isMarked={markedX.includes(tick.payload.value)} isSelected={tick.payload.value === selectedX} />
          )}
        />
        <YAxis
          type="number"
          scale={y.scale}
          domain={[y.ticks[0] ?? 0, y.ticks[y.ticks.length - 1] ?? 1]}
          ticks={[...y.ticks]}
          interval={0}
          tickLine={false}
          axisLine={false}
          width={yAxisWidth(y)}
          tick={{ fill: 'var(--text-3)', fontSize: 11 }}
          tickFormatter={(value: number) => y.format(value)}
        />
        {lines.map((line) => (
          <ReferenceLine key={line.label} y={line.y} stroke="var(--edge)" strokeDasharray="2 3" label={{ value: line.label, position: 'insideBottomLeft', fill: 'var(--text-3)', fontSize: 11 }} />
        ))}
        {selectedX === undefined ? null : <ReferenceLine x={selectedX} stroke="var(--text-2)" strokeWidth={1} />}
        {series.map((one) => (
          <Area key={`${one.key} band`} dataKey={`${one.key} band`} type="linear" stroke="none" fill={one.style.color} fillOpacity={one.isStale === true ? 0.06 : 0.16} isAnimationActive={false} activeDot={false} dot={false} connectNulls tooltipType="none" />
        ))}
        {series.map((one) => (
          <Line
            key={one.key}
            dataKey={one.key}
            name={one.label}
            type="linear"
            stroke={one.style.color}
            strokeWidth={1.75}
            strokeDasharray={one.isEstimate === true ? '4 3' : undefined}
            strokeOpacity={one.isStale === true ? 0.5 : 1}
            isAnimationActive={false}
            connectNulls
            dot={(dot: DotItemDotProps) => <SeriesDot key={`${one.key}-${dot.index}`} dot={dot} series={one} />}
            activeDot={false}
          />
        ))}
        <EndLabels series={series} />
        <ActiveX into={hovered} />
        <Tooltip
          isAnimationActive={false}
          // Over the title row: the readout never hides what it reads.
          position={{ y: -34 }}
          allowEscapeViewBox={{ x: false, y: true }}
          cursor={{ stroke: 'var(--edge)', strokeWidth: 1, strokeDasharray: '2 2' }}
          content={({ active, label }) => (active && typeof label === 'number' ? <ChartTooltip x={label} xLabel={x.label} formatX={x.format} formatY={figure.formatValue} series={series} bandWords={figure.bandWords} plotLeft={yAxisWidth(y)} isMarked={markedX.includes(label)} isCompact={figure.syncId !== undefined && !isPointed.current} /> : null)}
        />
      </ComposedChart>
    </div>
  );
});

function rowsOf(series: readonly Series[]): readonly Row[] {
  const xs = [...new Set(series.flatMap((one) => one.points.map((point) => point.x)))].sort((a, b) => a - b);
  return xs.map((x) => {
    const row: Record<string, number | readonly [number, number] | undefined> = { x };
    for (const one of series) {
      const point = one.points.find((candidate) => candidate.x === x);
      if (point === undefined) continue;
      row[one.key] = point.y;
      if (point.low !== undefined || point.high !== undefined) row[`${one.key} band`] = [point.low ?? point.y, point.high ?? point.y];
    }
    return row;
  });
}

function SeriesDot({ dot, series }: { readonly dot: DotItemDotProps; readonly series: Series }): ReactElement | null {
  if (dot.cx === undefined || dot.cy === undefined || dot.value === undefined || dot.value === null) return null;
  const { x } = dot.payload as { readonly x: number };
  if (series.points.some((point) => point.x === x && point.isJoint === true)) return null;
  return (
    <g opacity={series.isStale === true ? 0.5 : 1}>
      <Mark shape={series.style.shape} x={dot.cx} y={dot.cy} color={series.style.color} isHollow={series.isEstimate === true} />
    </g>
  );
}

/** Remembers which x the pointer or the arrow keys are on. */
function ActiveX({ into }: { readonly into: { current: number | undefined } }): null {
  const label = useActiveTooltipLabel();
  into.current = typeof label === 'number' ? label : undefined;
  return null;
}

function XTick({ x, y, text, isMarked, isSelected }: { readonly x: number; readonly y: number; readonly text: string; readonly isMarked: boolean; readonly isSelected: boolean }): ReactElement {
  return (
    <g>
      {isMarked ? <path d={`M${x - 3.5},${y - 2}h7l-3.500,-5z`} fill="var(--text-3)" /> : <line x1={x} x2={x} y1={y - 8} y2={y - 4} stroke="var(--edge)" />}
      <text x={x} y={y + 9} textAnchor="middle" fontSize={11} fontWeight={isSelected ? 700 : 400} fill={isSelected ? 'var(--text)' : 'var(--text-3)'}>
        {text}
      </text>
    </g>
  );
}

function yAxisWidth(y: Axis): number {
  return Math.max(...y.ticks.map((tick) => y.format(tick).length), 2) * 6.8 + 12;
}

/** The chart in one sentence, for those who do not see it. */
function describe(props: Figure): string {
  return props.series
    .map((one) => {
      const first = one.points[0];
      const last = one.points[one.points.length - 1];
      if (first === undefined || last === undefined) return `${one.label}: no values.`;
      return `${one.label}: from ${props.formatValue(first.y)} at ${props.x.format(first.x)} to ${props.formatValue(last.y)} at ${props.x.format(last.x)} (${props.x.label}).`;
    })
    .join(' ');
}
