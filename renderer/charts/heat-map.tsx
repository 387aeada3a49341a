import { memo, useMemo, useState } from 'react';
import type { KeyboardEvent, ReactElement, ReactNode } from 'react';
import type { HeatMap as HeatMapData } from '../../src/contract/tuning.ts';
import { count, dimension, percent, percentTick } from '../format/number.ts';
import { shortCount } from '../format/unit.ts';
import { ChartFrame } from './chart-frame.tsx';
import { columnOf, heatBounds, heatColor, keepTicks } from './heat-scale.ts';
import { useWidth } from './use-width.ts';

const left = 44;
const right = 12;
const top = 18;
const bottom = 34;
/** Pixels from one tick of the keep axis to the next, at least. */
const tickRoom = 40;

interface Cell {
  readonly row: number;
  readonly column: number;
}

/** Recall of every two-stage funnel dims:keep → full. A click (or Enter) takes the cell as the first stage. */
export function HeatMap({
  data,
  rowHeight,
  current,
  fullDims,
  selectedDims,
  k,
  title,
  note,
  onPick,
}: {
  readonly data: HeatMapData;
  readonly rowHeight: number;
  /** The first stage of the schedule at hand. */
  readonly current?: { readonly dims: number; readonly keep: number } | undefined;
  readonly fullDims: number;
  readonly selectedDims?: number | undefined;
  readonly k: number;
  readonly title: ReactNode;
  readonly note?: ReactNode;
  readonly onPick: (dims: number, keep: number) => void;
}): ReactElement {
  const [box, width] = useWidth<HTMLDivElement>();
  const [cursor, setCursor] = useState<Cell | undefined>(undefined);
  // The shortest prefix at the bottom, as on an axis.
  const rows = useMemo(() => data.dims.map((dims, index) => ({ dims, index })).sort((a, b) => b.dims - a.dims), [data]);
  const { keeps } = data;
  const plotWidth = Math.max(0, width - left - right);
  const cellWidth = plotWidth / Math.max(1, keeps.length);
  const height = top + rows.length * rowHeight + bottom;
  const xOf = (keep: number): number => left + (columnOf(keeps, keep) + 0.5) * cellWidth;
  const yOf = (row: number): number => top + row * rowHeight;
  const recallAt = (cell: Cell): number => data.recall[rows[cell.row]?.index ?? -1]?.[cell.column] ?? Number.NaN;
  const pick = (cell: Cell): void => {
    const row = rows[cell.row];
    const keep = keeps[cell.column];
    if (row !== undefined && keep !== undefined) onPick(row.dims, keep);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Record<string, readonly [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const move = moves[event.key];
    if (move !== undefined) {
      const from = cursor ?? startCell(rows, keeps, current);
      setCursor({ row: clamp(from.row + move[0], rows.length), column: clamp(from.column + move[1], keeps.length) });
    } else if ((event.key === 'Enter' || event.key === ' ') && !event.ctrlKey && !event.metaKey && cursor !== undefined) pick(cursor);
    else if (event.key === 'Escape' && cursor !== undefined) setCursor(undefined);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const pointed = cursor === undefined ? undefined : { dims: rows[cursor.row]?.dims ?? 0, keep: keeps[cursor.column] ?? 0, recall: recallAt(cursor) };

  return (
    <ChartFrame
      title={title}
      plainTitle="Recall by head prefix and keep"
      fileName="heat-map"
      table={{
        columns: [{ name: 'dims \\ keep', isNumeric: true, format: dimension }, ...keeps.map((keep) => ({ name: count(keep), isNumeric: true, format: percent }))],
        rows: [...rows].reverse().map((row) => [row.dims, ...keeps.map((_, column) => data.recall[row.index]?.[column] ?? null)]),
      }}
      note={note}
    >
      <div
        ref={box}
        className="heat-map"
        tabIndex={0}
        role="application"
        aria-label={`Heat map: recall at ${k} of the funnel dims:keep then ${fullDims}:${k}. Arrow keys move, Enter takes the cell as the first stage.`}
        onKeyDown={onKeyDown}
        onBlur={() => setCursor(undefined)}
        onPointerLeave={() => setCursor(undefined)}
      >
        <svg className="figure" width={width} height={height} role="img" aria-label="Heat map" onClick={() => cursor !== undefined && pick(cursor)}>
          <Cells rows={rows} keeps={keeps} data={data} cellWidth={cellWidth} rowHeight={rowHeight} onPoint={setCursor} />
          {rows.map((row, index) => (
            <text key={row.dims} x={left - 6} y={yOf(index) + rowHeight / 2 + 4} textAnchor="end" fontSize={11} fontWeight={row.dims === selectedDims ? 700 : 400} fill={row.dims === selectedDims ? 'var(--text)' : 'var(--text-3)'}>
              {row.dims}
            </text>
          ))}
          <text x={left - 6} y={12} textAnchor="end" fontSize={11} fill="var(--text-3)">
            dims
          </text>
          {keepTicks(keeps, xOf, tickRoom).map((keep) => (
            <g key={keep}>
              <line x1={xOf(keep)} x2={xOf(keep)} y1={yOf(rows.length)} y2={yOf(rows.length) + 3} stroke="var(--edge)" />
              <text x={xOf(keep)} y={yOf(rows.length) + 15} textAnchor="middle" fontSize={11} fill="var(--text-3)">
                {shortCount(keep)}
              </text>
            </g>
          ))}
          <text x={width - right} y={yOf(rows.length) + 29} textAnchor="end" fontSize={11} fill="var(--text-3)">
            keep (candidates passed to the full dimension)
          </text>
          {data.isoRecall.map((line) => (
            <IsoLine key={line.level} level={line.level} points={rows.map((row, index) => ({ keep: line.keeps[row.index] ?? null, y: yOf(index) + rowHeight / 2 }))} xOf={xOf} rowHeight={rowHeight} />
          ))}
          {current === undefined ? null : <CurrentMark x={xOf(current.keep)} y={yOf(rows.findIndex((row) => row.dims === current.dims)) + rowHeight / 2} isShown={rows.some((row) => row.dims === current.dims)} />}
          {cursor === undefined ? null : <rect className="screen-only no-pointer" x={left + cursor.column * cellWidth} y={yOf(cursor.row)} width={cellWidth} height={rowHeight} fill="none" stroke="var(--text)" strokeWidth={1.5} />}
        </svg>
        <div className="heat-foot">
          <Legend />
          <span className="num" aria-live="polite">
            {pointed === undefined ? <span className="muted">A click takes a cell as the first stage.</span> : `${pointed.dims}:${count(pointed.keep)} → ${percent(pointed.recall)}`}
          </span>
        </div>
      </div>
    </ChartFrame>
  );
}

/** A drag moves the mark over the cells many times a second; they themselves stay. */
const Cells = memo(function Cells({
  rows,
  keeps,
  data,
  cellWidth,
  rowHeight,
  onPoint,
}: {
  readonly rows: readonly { readonly dims: number; readonly index: number }[];
  readonly keeps: readonly number[];
  readonly data: HeatMapData;
  readonly cellWidth: number;
  readonly rowHeight: number;
  readonly onPoint: (cell: Cell) => void;
}): ReactElement {
  return (
    <g>
      {rows.map((row, rowIndex) =>
        keeps.map((keep, column) => (
          <rect
            key={`${row.dims}:${keep}`}
            x={left + column * cellWidth}
            y={top + rowIndex * rowHeight}
            width={Math.max(0, cellWidth - 1)}
            height={rowHeight - 1}
            fill={heatColor(data.recall[row.index]?.[column] ?? 0)}
            onPointerEnter={() => onPoint({ row: rowIndex, column })}
          />
        )),
      )}
    </g>
  );
});

/** The smallest keep that reaches a level, from prefix to prefix; its name stands where it begins. */
function IsoLine({ level, points, xOf, rowHeight }: { readonly level: number; readonly points: readonly { readonly keep: number | null; readonly y: number }[]; readonly xOf: (keep: number) => number; readonly rowHeight: number }): ReactElement | null {
  const known = points.filter((point): point is { keep: number; y: number } => point.keep !== null);
  if (known.length === 0) return null;
  const first = known[0]!;
  const last = known[known.length - 1]!;
  const path = known.map((point, index) => `${index === 0 ? 'M' : 'L'}${xOf(point.keep).toFixed(1)},${point.y.toFixed(1)}`).join('');
  const ends = `M${xOf(first.keep)},${first.y - rowHeight / 2}V${first.y}${path.replace('M', 'L')}V${last.y + rowHeight / 2}`;
  return (
    <g className="no-pointer">
      <path d={ends} fill="none" stroke="var(--ground)" strokeWidth={3.5} strokeOpacity={0.7} />
      <path d={ends} fill="none" stroke="var(--heat-line)" strokeWidth={1.25} strokeDasharray={level >= 0.99 ? undefined : level >= 0.95 ? '5 2' : '2 2'} />
      <text x={xOf(first.keep)} y={first.y - rowHeight / 2 - 4} textAnchor="middle" fontSize={11} fontWeight={600} fill="var(--text)">
        {percentTick(level)}
      </text>
    </g>
  );
}

function CurrentMark({ x, y, isShown }: { readonly x: number; readonly y: number; readonly isShown: boolean }): ReactElement | null {
  if (!isShown) return null;
  return (
    <g className="no-pointer">
      <circle cx={x} cy={y} r={7} fill="none" stroke="var(--ground)" strokeWidth={4} />
      <circle cx={x} cy={y} r={7} fill="var(--ground)" fillOpacity={0.65} stroke="var(--text)" strokeWidth={2} />
    </g>
  );
}

function Legend(): ReactElement {
  return (
    <span className="heat-legend">
      <span className="muted">recall</span>
      {Array.from({ length: heatBounds.length + 1 }, (_, bin) => (
        <span key={bin} className="heat-key">
          <span className="heat-swatch" style={{ background: `var(--heat-${bin + 1})` }} />
          {bin < heatBounds.length ? <span className="heat-bound">{percentTick(heatBounds[bin]!).replace(/\u202f%$/, '')}</span> : null}
        </span>
      ))}
      <span className="muted heat-unit">%</span>
    </span>
  );
}

function startCell(rows: readonly { readonly dims: number }[], keeps: readonly number[], current: { readonly dims: number; readonly keep: number } | undefined): Cell {
  if (current === undefined) return { row: rows.length - 1, column: 0 };
  const row = rows.findIndex((one) => one.dims === current.dims);
  return { row: row < 0 ? rows.length - 1 : row, column: clamp(Math.round(columnOf(keeps, current.keep)), keeps.length) };
}

function clamp(index: number, length: number): number {
  return Math.min(length - 1, Math.max(0, index));
}
