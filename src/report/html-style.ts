/** The style sheet of report.html: light and dark by the system's choice, light on paper. Colours are Okabe–Ito's, darkened on white until text in them reads. */
const light = `
  --paper: #ffffff; --ink: #1b1f23; --soft: #57606a; --faint: #6b747d; --hair: #e3e6ea; --line: #c3c9d0; --wash: #f6f7f8;
  --s0: #0069a8; --s1: #b94a00; --s2: #00785a; --s3: #96487a; --s4: #7d5c00; --s5: #4f5b66;
`;

const dark = `
  --paper: #14171a; --ink: #e4e7ea; --soft: #a5adb5; --faint: #8c959e; --hair: #282d32; --line: #434a52; --wash: #1b1f23;
  --s0: #56b4e9; --s1: #f0913a; --s2: #2cc295; --s3: #dd95be; --s4: #e0c341; --s5: #a9b4bf;
`;

export const reportStyle = `
:root { color-scheme: light dark; ${light} }
@media (prefers-color-scheme: dark) { :root { ${dark} } }
* { box-sizing: border-box; }
html { background: var(--paper); -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 40px 32px 64px; max-width: 1072px; color: var(--ink); background: var(--paper);
  font: 15px/1.55 -apple-system, "Segoe UI", Roboto, Inter, "Noto Sans", "Liberation Sans", Arial, sans-serif;
  font-variant-numeric: tabular-nums lining-nums;
}
header { border-bottom: 1px solid var(--line); padding-bottom: 20px; }
.brand { color: var(--soft); font-size: 13px; }
h1 { font-size: 26px; line-height: 1.25; font-weight: 600; letter-spacing: -0.01em; margin: 4px 0 8px; overflow-wrap: anywhere; }
h2 { font-size: 18px; line-height: 1.3; font-weight: 600; margin: 0 0 6px; }
h3 { font-size: 15px; font-weight: 600; margin: 28px 0 6px; }
p { margin: 0 0 8px; }
.facts { color: var(--soft); font-size: 13px; margin: 0; overflow-wrap: anywhere; }
section { margin-top: 52px; }
.lead, .note, .warnings { max-width: 76ch; }
.lead { font-size: 16px; overflow-wrap: anywhere; }
.note { color: var(--soft); font-size: 13.5px; overflow-wrap: anywhere; margin: 6px 0 0; }
.notes { margin-top: 12px; }
.answer { margin-top: 28px; }
.answer .first { font-size: 20px; line-height: 1.45; max-width: 68ch; margin-bottom: 8px; overflow-wrap: anywhere; }
.findings { margin: 20px 0 0; padding-left: 18px; max-width: none; columns: 2; column-gap: 48px; }
.findings li { margin: 0 0 8px; overflow-wrap: anywhere; break-inside: avoid; }
.findings li::marker { color: var(--faint); }
.nobr { white-space: nowrap; }
.warnings { margin: 24px 0 0; padding: 10px 16px; border-left: 3px solid var(--s1); background: var(--wash); font-size: 13.5px; overflow-wrap: anywhere; }
.warnings p { margin: 2px 0; }
.figures { display: grid; grid-template-columns: 1fr 1fr; gap: 8px 24px; align-items: start; }
figure { margin: 20px 0 0; min-width: 0; grid-column: 1 / -1; }
figure.half { grid-column: auto; }
figcaption { font-size: 13.5px; font-weight: 600; margin-bottom: 4px; overflow-wrap: anywhere; }
.chart { display: block; width: 100%; height: auto; overflow: visible; font-size: 12px; }
.chart text { fill: var(--ink); font-family: inherit; }
.chart .tick { fill: var(--soft); font-size: 11.5px; }
.chart .tick.strong { fill: var(--ink); font-weight: 600; }
.chart .axis, .chart .key { fill: var(--soft); font-size: 11.5px; }
.chart .value { font-size: 11.5px; }
.chart .value.own, .chart .name { fill: var(--c); }
.chart .name { font-size: 12px; font-weight: 600; }
.chart .value.strong { font-weight: 600; }
.chart .value.faint { fill: var(--faint); }
.chart .note { fill: var(--soft); font-size: 11.5px; }
.chart .readout { font-size: 12px; font-weight: 600; }
.c0 { --c: var(--s0); } .c1 { --c: var(--s1); } .c2 { --c: var(--s2); } .c3 { --c: var(--s3); } .c4 { --c: var(--s4); } .c5 { --c: var(--s5); }
.beaten { --c: var(--faint); }
.grid { stroke: var(--hair); } .base { stroke: var(--line); } .stub { stroke: var(--line); }
.trained { fill: var(--ink); }
.line { fill: none; stroke: var(--c); stroke-width: 2; stroke-linejoin: round; }
.line.dashed { stroke-dasharray: 6 4; }
.band { fill: var(--c); opacity: 0.14; }
.whisker { fill: none; stroke: var(--c); stroke-width: 1.25; opacity: 0.75; }
.dot { fill: var(--c); stroke: var(--paper); stroke-width: 1.25; }
.dot.hollow { fill: var(--paper); stroke: var(--c); stroke-width: 1.75; }
.beaten .dot { opacity: 0.75; } .beaten .whisker { opacity: 0.35; }
.frontier { fill: none; stroke: var(--c); stroke-width: 1.5; opacity: 0.55; }
.reference { stroke: var(--soft); stroke-dasharray: 2 3; }
.leader { stroke: var(--faint); stroke-width: 0.75; }
.hit { fill: transparent; }
.rule { stroke: var(--line); } .rule, .readout { visibility: hidden; }
.column:hover .rule, .column:hover .readout { visibility: visible; }
.chart:has(.column:hover) .heading { visibility: hidden; }
.point:hover .dot { stroke: var(--ink); }
.bar { fill: var(--c); } .bar.whole { fill: var(--line); } .slope { fill: var(--c); opacity: 0.1; }
.chart .count { font-size: 12.5px; } .chart .what { fill: var(--soft); font-size: 12.5px; } .chart .alive { font-size: 12.5px; font-weight: 600; }
.cell { fill: var(--c); } .chart .cell-value { font-size: 11.5px; }
.stairs { fill: none; stroke: var(--ink); stroke-width: 1.75; } .iso .dot { fill: var(--ink); } .iso0 .stairs { stroke-dasharray: 2 3; } .iso1 .stairs { stroke-dasharray: 6 3; }
details { margin-top: 6px; font-size: 13px; }
summary { color: var(--soft); cursor: pointer; width: fit-content; padding: 2px 0; }
summary:focus-visible { outline: 2px solid var(--s0); outline-offset: 2px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 12.5px; margin: 6px 0 12px; }
caption { text-align: left; color: var(--soft); padding-bottom: 4px; }
th { font-weight: 600; color: var(--soft); border-bottom: 1px solid var(--line); text-align: left; vertical-align: bottom; }
th, td { padding: 3px 18px 3px 0; white-space: nowrap; }
td { border-bottom: 1px solid var(--hair); }
th:last-child, td:last-child { padding-right: 0; }
.right { text-align: right; }
table.method { width: 100%; } table.method td { white-space: normal; overflow-wrap: anywhere; vertical-align: top; } table.method td:first-child { color: var(--soft); white-space: nowrap; }
pre { margin: 0; padding: 12px 16px; background: var(--wash); border: 1px solid var(--hair); font: 12.5px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
dl { margin: 0; font-size: 13.5px; columns: 2; column-gap: 48px; } dl div { break-inside: avoid; padding-bottom: 10px; } dt { font-weight: 600; } dd { margin: 0; color: var(--soft); }
footer { margin-top: 56px; padding-top: 16px; border-top: 1px solid var(--line); color: var(--soft); font-size: 13px; }
@media (min-width: 1500px) { body { max-width: 1240px; } }
@media (max-width: 760px) { .findings, dl { columns: 1; } body { padding: 24px 16px; } .figures { grid-template-columns: 1fr; } .chart { min-width: 560px; } figure { overflow-x: auto; } }
@media print {
  :root { color-scheme: light; ${light} }
  @page { size: A4; margin: 14mm 14mm 16mm; }
  html, body { background: #fff; }
  body { padding: 0; max-width: none; font-size: 10.5pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  section { margin-top: 26pt; }
  h2, h3, .lead, figcaption, summary { break-after: avoid; }
  figure > svg, figcaption, table, tr, li, .warnings, .lead, .note, pre { break-inside: avoid; }
  .figures { display: block; } figure { margin-top: 10pt; } figure.half { display: inline-block; width: 48.5%; vertical-align: top; } figure.half + figure.half { margin-left: 2%; }
  h2 + .lead + .figures { break-before: avoid; } table { break-before: avoid; } caption { break-after: avoid; }
  .column .readout, .column .rule { display: none; }
  details::details-content { content-visibility: visible; display: block; height: auto; }
  summary { list-style: none; } summary::-webkit-details-marker { display: none; }
  table { font-size: 8.5pt; } th, td { padding-right: 10pt; }
}
`;
