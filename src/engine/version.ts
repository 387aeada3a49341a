import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The product's version, from its package.json; the packaged app carries one beside its resources. */
export function versionOf(resourcesDir: string): string {
  for (const file of [join(resourcesDir, 'package.json'), join(resourcesDir, 'app', 'package.json')]) {
    try {
      const told = JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown; version?: unknown };
      if (told.name === 'funnelscope' && typeof told.version === 'string') return told.version;
    } catch {
      continue;
    }
  }
  return process.env['FUNNELSCOPE_VERSION'] ?? '0.1.0';
}
