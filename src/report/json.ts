import { reportSchema, type Report } from '../contract/report.ts';

/**
 * report.json: every key in the order of the schema, records in the order they were given, lists of numbers on one line.
 * Equal reports give equal bytes.
 * @throws Error naming the first path that is not `funnelscope-report/1`: a NaN or an infinity never becomes `null` silently.
 */
export function reportJson(report: Report): string {
  return `${writeJson(checkedReport(report), '')}\n`;
}

/** The report with the schema's keys only, in the schema's order. */
export function checkedReport(report: Report): Report {
  const checked = reportSchema.safeParse(report);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0];
  throw new Error(`report.json: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a report'}`);
}

/** JSON with two spaces of indent; lists of numbers stay on one line. Throws on what JSON has no word for. */
export function writeJson(value: unknown, indent: string): string {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error(`${String(value)} has no place in JSON`);
    return JSON.stringify(value);
  }
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    if (value.every((item) => typeof item === 'number')) return `[${value.map((item) => writeJson(item, inner)).join(', ')}]`;
    return `[\n${value.map((item) => inner + writeJson(item, inner)).join(',\n')}\n${indent}]`;
  }
  if (typeof value === 'object') {
    const lines = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => `${inner}${JSON.stringify(key)}: ${writeJson(item, inner)}`);
    return lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n${indent}}`;
  }
  throw new Error(`${typeof value} has no place in JSON`);
}
