import Ajv from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { reportSchema } from '../../src/contract/report.ts';
import { reportJson } from '../../src/report/json.ts';
import { reportSchemaJson } from '../../src/report/schema-json.ts';
import { fixtureReport, plainReport } from '../fixtures/report.ts';

const schemaFile = new URL('../../docs/report.schema.json', import.meta.url);

/** The same report with the keys of every object in the opposite order. */
function reversed<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(reversed) as Value;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).reverse().map(([key, item]) => [key, reversed(item)])) as Value;
}

describe('report.json', () => {
  it.each([
    ['full', fixtureReport],
    ['plain', plainReport],
  ])('holds the %s report, as the schema reads it back', (_, report) => {
    expect(reportSchema.parse(JSON.parse(reportJson(report)))).toEqual(reportSchema.parse(report));
  });

  it('has the schema’s key order whatever order the keys came in', () => {
    const bare = { ...fixtureReport, definitions: {}, otherStores: undefined };
    expect(reportJson(reversed(bare))).toBe(reportJson(bare));
  });

  it('names the place of a number that JSON cannot hold', () => {
    const [first, ...rest] = fixtureReport.ladder;
    const broken = { ...fixtureReport, ladder: [{ ...first!, recall: { value: Number.NaN, low: 0, high: 1 } }, ...rest] };
    expect(() => reportJson(broken)).toThrow('ladder.0.recall.value');
  });

  it('writes each list of neighbours on one line', () => {
    const [first, ...rest] = fixtureReport.ladder;
    const dumped = { ...fixtureReport, ladder: [{ ...first!, neighbours: [[3, 1, 2], []] }, ...rest] };
    expect(reportJson(dumped)).toContain('[3, 1, 2],\n');
  });
});

describe('docs/report.schema.json', () => {
  it('is the schema of the contract', () => {
    expect(readFileSync(schemaFile, 'utf8'), 'run scripts/report-schema.ts').toBe(reportSchemaJson());
  });

  it('accepts reports and refuses others', () => {
    const validate = new Ajv({ strict: false }).compile(JSON.parse(readFileSync(schemaFile, 'utf8')) as object);
    expect(validate(JSON.parse(reportJson(fixtureReport))), JSON.stringify(validate.errors)).toBe(true);
    expect(validate(JSON.parse(reportJson(plainReport)))).toBe(true);
    expect(validate({ ...(JSON.parse(reportJson(plainReport)) as object), unknownKey: 1 })).toBe(true);
    expect(validate({ ...(JSON.parse(reportJson(plainReport)) as object), k: 'ten' })).toBe(false);
    expect(validate({ ...(JSON.parse(reportJson(plainReport)) as object), schema: 'funnelscope-report/2' })).toBe(false);
  });
});
