import { z } from 'zod';
import { reportSchema } from '../contract/report.ts';
import { writeJson } from './json.ts';

/** docs/report.schema.json: report.json as JSON Schema 2020-12, made from the schema the program itself checks with. */
export function reportSchemaJson(): string {
  const schema = z.toJSONSchema(reportSchema, { target: 'draft-2020-12', io: 'output', reused: 'ref', override: ({ jsonSchema }) => withoutAccidents(jsonSchema) });
  const named = { $schema: schema.$schema, title: 'funnelscope-report/1', description: 'report.json of a Funnelscope run. Additive changes keep the number; unknown keys are to be ignored.', ...schema };
  return `${writeJson(named, '')}\n`;
}

/** Readers must take reports with more keys than they know; the bounds of a whole number in JavaScript say nothing about a report. */
function withoutAccidents(schema: Record<string, unknown>): void {
  if (schema['additionalProperties'] === false) delete schema['additionalProperties'];
  if (schema['minimum'] === Number.MIN_SAFE_INTEGER) delete schema['minimum'];
  if (schema['maximum'] === Number.MAX_SAFE_INTEGER) delete schema['maximum'];
}
