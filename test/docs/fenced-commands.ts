import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** One command of a fenced `sh` block, and why it is not run here, if it is not. */
export interface FencedCommand {
  readonly file: string;
  readonly line: number;
  readonly command: string;
  readonly notRun: string | undefined;
}

export function documents(): readonly string[] {
  const inDocs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
  return ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...inDocs.map((name) => `docs/${name}`).sort()];
}

/** A line `<!-- not run: REASON -->` before the block leaves it out. */
export function fencedCommands(file: string): readonly FencedCommand[] {
  const commands: FencedCommand[] = [];
  let isInside = false;
  let notRun: string | undefined;
  let before = '';
  readFileSync(join(root, file), 'utf8').split('\n').forEach((text, index) => {
    if (text.startsWith('```')) {
      isInside = !isInside && text.trim() === '```sh';
      if (isInside) notRun = /^<!-- not run: (.+) -->$/.exec(before)?.[1];
    } else if (isInside && text.trim() !== '') {
      commands.push({ file, line: index + 1, command: text.replace(/\s+#\s.*$/, ''), notRun });
    }
    before = text;
  });
  return commands;
}
