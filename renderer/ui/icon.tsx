import type { ReactElement } from 'react';

/** Paths on a 16 × 16 grid, drawn with a 1.5 px line. */
const paths = {
  corpus: 'M3 2.5h7l3 3v8H3z M10 2.5v3h3 M5.5 8.5h5 M5.5 11h5',
  model: 'M8 1.8 14 5v6l-6 3.2L2 11V5z M2 5l6 3.2L14 5 M8 8.2v6',
  tradeoffs: 'M2.5 2v11.5H14 M4.5 11c2-.5 2-5 4.5-5.5s3 0 4.5-2.5',
  funnel: 'M2 3h12L9.5 8.5v4L6.5 14V8.5z',
  inspect: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10z M10.8 10.8 14 14',
  connection: 'M8 6.5c3.3 0 5.5-1 5.5-2.3S11.3 2 8 2 2.5 3 2.5 4.2 4.7 6.5 8 6.5z M2.5 4.2v7.5C2.5 13 4.7 14 8 14s5.5-1 5.5-2.3V4.2 M2.5 8c0 1.300 2.200 2.300 5.500 2.300s5.500-1 5.500-2.300',
  reports: 'M3 2h10v12H3z M5.500 11V8 M8 11V5 M10.500 11V6.500',
  menu: 'M2.500 4h11 M2.500 8h11 M2.500 12h11',
  close: 'm3.500 3.500 9 9 M12.500 3.500l-9 9',
  check: 'm3 8.500 3.200 3.200L13 4.800',
  down: 'm4 6 4 4 4-4',
  up: 'm4 10 4-4 4 4',
  left: 'M10 4 6 8l4 4',
  right: 'm6 4 4 4-4 4',
  plus: 'M8 3v10 M3 8h10',
  minus: 'M3 8h10',
  undo: 'M5.500 3 2.500 6l3 3 M2.500 6h7a4 4 0 0 1 0 8H7',
  redo: 'm10.500 3 3 3-3 3 M13.500 6h-7a4 4 0 0 0 0 8H9',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10z M10.800 10.800 14 14',
  warning: 'M8 2.200 14.500 13.500h-13z M8 6.500v3.500 M8 11.800v.2',
  info: 'M8 14.200A6.200 6.200 0 1 0 8 1.800a6.200 6.200 0 0 0 0 12.400z M8 7.300v4 M8 4.700v.2',
  copy: 'M5.500 5.500h8v8h-8z M10.500 5.500v-3h-8v8h3',
  download: 'M8 2v8 M4.700 7 8 10.300 11.300 7 M2.500 13.500h11',
  table: 'M2 3h12v10H2z M2 6.500h12 M2 9.800h12 M6.500 3v10',
  chart: 'M2.500 2v11.500H14 M5 10l3-3 2 2 3.500-4',
  more: 'M3.500 8h.01 M8 8h.01 M12.500 8h.01',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6z M8 1.500v1.500 M8 13v1.500 M1.500 8H3 M13 8h1.500 M3.400 3.400l1 1 M11.600 11.600l1 1 M3.400 12.600l1-1 M11.600 4.400l1-1',
  moon: 'M13.500 9.700A6 6 0 0 1 6.300 2.500a6 6 0 1 0 7.200 7.200z',
  screen: 'M1.800 2.500h12.400v8.500H1.800z M5.500 14h5 M8 11v3',
  help: 'M8 14.200A6.200 6.200 0 1 0 8 1.800a6.200 6.200 0 0 0 0 12.400z M6 6.300c0-1.200.9-2 2-2s2 .8 2 1.800c0 1.400-2 1.600-2 3 M8 11.500v.2',
  folder: 'M1.800 3.500h4.500L8 5.300h6.200v7.700H1.800z',
  trash: 'M3 4.500h10 M6 4.500v-2h4v2 M4.300 4.500l.5 9h6.400l.5-9',
  code: 'M5.500 4.500 2 8l3.500 3.500 M10.500 4.500 14 8l-3.500 3.500',
  play: 'M4.500 2.800v10.400L13 8z',
  stop: 'M4 4h8v8H4z',
  sidebar: 'M2 3h12v10H2z M6 3v10',
  compare: 'M2.500 4h8 M2.500 8h11 M2.500 12h5',
} as const;

export type IconName = keyof typeof paths;

/** Decoration next to words: hidden from screen readers. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }): ReactElement {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth={name === 'more' ? 2.2 : 1.4} strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
