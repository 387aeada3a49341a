import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { reportSchemaJson } from '../src/report/schema-json.ts';

// Writes docs/report.schema.json from the contract's schema.
const file = fileURLToPath(new URL('../docs/report.schema.json', import.meta.url));
writeFileSync(file, reportSchemaJson());
console.log(file);
