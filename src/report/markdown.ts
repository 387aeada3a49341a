import type { Report } from '../contract/report.ts';
import { reportDocument } from './document.ts';
import type { Section, Table } from './section.ts';
import { methodTable } from './sections/method.ts';
import { sizeWords } from './sentences.ts';

/** report.md: the report's sentences and tables without its pictures. Names from the corpus cannot become markup. */
export function reportMarkdown(report: Report): string {
  const document = reportDocument(report);
  const blocks = [
    `# ${inline(document.title)}`,
    `${inline(sizeWords(report))}, k = ${report.k}, ${inline(report.store.label)}.`,
    '## What it means',
    document.findings.map((sentence) => `- ${inline(sentence)}`).join('\n'),
    ...(report.warnings.length === 0 ? [] : ['## Mind', report.warnings.map((warning) => `- ${inline(warning)}`).join('\n')]),
    ...document.sections.flatMap(sectionBlocks),
    '## How this was measured',
    tableBlock(methodTable(report)),
    '### The same run again',
    codeBlock(report.command, 'sh'),
    '### What the words mean',
    document.definitions.map(([term, text]) => `- **${inline(term)}**: ${inline(text)}`).join('\n'),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function sectionBlocks(section: Section): readonly string[] {
  return [
    `## ${inline(section.title)}`,
    inline(section.lead),
    ...section.figures.flatMap((figure) => [...(figure.caption === undefined ? [] : [`**${inline(figure.caption)}**`]), ...figure.tables.flatMap((table) => [`*${inline(table.caption)}*`, tableBlock(table)])]),
    ...section.notes.map(inline),
  ];
}

function tableBlock(table: Table): string {
  const row = (cells: readonly string[]): string => `| ${cells.map(inline).join(' | ')} |`;
  const rule = `|${table.columns.map((column) => (column.align === 'right' ? ' ---: ' : ' --- ')).join('|')}|`;
  return [row(table.columns.map((column) => column.title)), rule, ...table.rows.map(row)].join('\n');
}

/** Text on one line with everything that Markdown or HTML could take for markup escaped. */
export function inline(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_[\]<>|~]/g, (character) => `\\${character}`)
    .replace(/&(?=#?\w+;)/g, '&amp;')
    .replace(/^(\s*)([-+#>]|\d+[.)])(?=\s)/, '$1\\$2');
}

/** A fenced block whose fence is longer than any in the text. */
function codeBlock(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((match) => match[0].length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text.replace(/\s*[\r\n]+\s*/g, ' ')}\n${fence}`;
}
