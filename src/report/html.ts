import { createHash } from 'node:crypto';
import { formatDate } from '../base/format.ts';
import type { Report } from '../contract/report.ts';
import { reportDocument, type ReportDocument } from './document.ts';
import { reportStyle } from './html-style.ts';
import { checkedReport, writeJson } from './json.ts';
import { element, escapeJsonForScript, escapeText, textElement, type Markup } from './markup.ts';
import type { Figure, Section, Table } from './section.ts';
import { methodTable } from './sections/method.ts';
import { notPayingSentence, sizeWords } from './sentences.ts';
import { storeResults } from './store-results.ts';

/**
 * report.html: one file that needs nothing else and runs no script. Its own content policy allows its one style sheet (by hash) and nothing
 * more, so that no text from a corpus could load or run anything even if it were not escaped. The data is there as JSON,
 * without the dumped neighbours.
 */
export function reportHtml(report: Report): string {
  const document = reportDocument(report);
  const style = reportStyle as Markup;
  const head = element(
    'head',
    {},
    element('meta', { charset: 'utf-8' }),
    element('meta', { 'http-equiv': 'Content-Security-Policy', content: contentPolicy(style) }),
    element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    element('meta', { name: 'referrer', content: 'no-referrer' }),
    textElement('title', {}, `${document.title} · Funnelscope`),
    element('style', {}, style),
  );
  const body = element(
    'body',
    {},
    headerOf(report, document),
    element('main', {}, answerOf(report, document), ...document.sections.map(sectionOf), methodOf(report, document)),
    textElement('footer', {}, 'Made by Funnelscope. Estimates and projections are hollow and dashed in every picture; all else was measured.'),
    element('script', { type: 'application/json', id: 'report' }, escapeJsonForScript(writeJson(checkedReport(withoutNeighbours(report)), ''))),
  );
  return `<!doctype html>\n${element('html', { lang: 'en' }, head, body)}\n`;
}

function contentPolicy(style: string): string {
  const hash = createHash('sha256').update(style).digest('base64');
  return `default-src 'none'; style-src 'sha256-${hash}'; script-src 'none'; base-uri 'none'; form-action 'none'`;
}

function headerOf(report: Report, document: ReportDocument): Markup {
  const { model, store } = report;
  return element(
    'header',
    {},
    textElement('div', { class: 'brand' }, 'Funnelscope report'),
    textElement('h1', {}, document.title),
    textElement('p', { class: 'facts' }, [sizeWords(report), `${model.dims} dims`, `k = ${report.k}`, `${store.label}, ${store.head.index} ${store.head.precision}`, formatDate(report.createdAt)].join(' · ')),
  );
}

/** The first finding large, the others as a list, warnings below. */
function answerOf(report: Report, document: ReportDocument): Markup {
  // What does not pay is no answer by itself: the best that does stands beside it.
  const large = document.findings[0] === notPayingSentence(storeResults(report)[0]!) ? 2 : 1;
  const others = document.findings.slice(large);
  return element(
    'section',
    { class: 'answer', 'aria-label': 'What it means' },
    ...document.findings.slice(0, large).map((sentence) => prose('p', 'first', sentence)),
    others.length === 0 ? undefined : element('ul', { class: 'findings' }, ...others.map((sentence) => prose('li', undefined, sentence))),
    report.warnings.length === 0 ? undefined : element('div', { class: 'warnings' }, ...report.warnings.map((warning) => prose('p', undefined, warning))),
  );
}

function sectionOf(section: Section): Markup {
  return element(
    'section',
    { id: section.id },
    textElement('h2', {}, section.title),
    prose('p', 'lead', section.lead),
    element('div', { class: 'figures' }, ...section.figures.map(figureOf)),
    section.notes.length === 0 ? undefined : element('div', { class: 'notes' }, ...section.notes.map((note) => prose('p', 'note', note))),
  );
}

/** A sentence whose numbers stay on one line with their intervals. */
function prose(name: string, className: string | undefined, text: string): Markup {
  const parts = text.split(/(\d[\d.,]* ?%? ?\([\d.,]+–[\d.,]+\))/);
  return element(name, { class: className }, ...parts.map((part, index) => (index % 2 === 1 ? textElement('span', { class: 'nobr' }, part) : escapeText(part))));
}

/** A picture and, folded, its tables; tables without a picture stand open. */
function figureOf(figure: Figure): Markup {
  const tables = element('div', { class: 'scroll' }, ...figure.tables.map((table) => tableOf(table)));
  return element(
    'figure',
    { class: figure.half ? 'half' : undefined },
    figure.caption === undefined ? undefined : textElement('figcaption', {}, figure.caption),
    figure.chart?.(),
    figure.chart === undefined ? tables : element('details', {}, textElement('summary', {}, figure.tables.length > 1 ? 'Tables' : 'Table'), tables),
  );
}

function tableOf(table: Table, className?: string): Markup {
  const alignOf = (index: number): string | undefined => (table.columns[index]?.align === 'right' ? 'right' : undefined);
  return element(
    'table',
    { class: className },
    className === undefined ? textElement('caption', {}, table.caption) : undefined,
    className === undefined ? element('thead', {}, element('tr', {}, ...table.columns.map((column, index) => textElement('th', { scope: 'col', class: alignOf(index) }, column.title)))) : undefined,
    element('tbody', {}, ...table.rows.map((row) => element('tr', {}, ...row.map((cell, index) => textElement('td', { class: alignOf(index) }, cell))))),
  );
}

function methodOf(report: Report, document: ReportDocument): Markup {
  return element(
    'section',
    { id: 'method' },
    textElement('h2', {}, 'How this was measured'),
    tableOf(methodTable(report), 'method'),
    textElement('h3', {}, 'The same run again'),
    textElement('pre', {}, report.command),
    textElement('h3', {}, 'What the words mean'),
    element('dl', {}, ...document.definitions.map(([term, text]) => element('div', {}, textElement('dt', {}, term), textElement('dd', {}, text)))),
  );
}

/** Neighbour lists are for programs; report.json has them. */
function withoutNeighbours(report: Report): Report {
  const bare = <Entry extends { neighbours?: number[][] | undefined }>(entries: readonly Entry[]): Entry[] => entries.map((entry) => ({ ...entry, neighbours: undefined }));
  return {
    ...report,
    ladder: bare(report.ladder),
    funnels: bare(report.funnels),
    otherStores: report.otherStores?.map((store) => ({ ...store, ladder: bare(store.ladder), funnels: bare(store.funnels) })),
  };
}
