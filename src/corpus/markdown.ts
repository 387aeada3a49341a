import type { Section } from './chunking.ts';

/** Cuts Markdown into sections at its headings (ATX and Setext), outside code fences; front matter is left out. */
export function markdownSections(text: string): readonly Section[] {
  const lines = withoutFrontMatter(text).split(/\r\n|\n|\r/);
  const sections: Section[] = [];
  const path: { level: number; title: string }[] = [];
  let body: string[] = [];
  let fence: string | undefined;
  const close = (): void => {
    const content = body.join('\n').trim();
    if (content !== '') sections.push({ headings: path.map(({ title }) => title), text: content });
    body = [];
  };
  const open = (level: number, title: string): void => {
    close();
    while (path.length > 0 && path.at(-1)!.level >= level) path.pop();
    path.push({ level, title });
  };
  for (const line of lines) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== undefined) {
      if (mark !== undefined && mark[0] === fence[0] && mark.length >= fence.length) fence = undefined;
      body.push(line);
      continue;
    }
    const heading = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/.exec(line);
    const underline = /^ {0,3}(=+|-{2,})[ \t]*$/.exec(line)?.[1];
    const above = body.at(-1)?.trim() ?? '';
    if (heading !== null) open(heading[1]!.length, heading[2] ?? '');
    else if (underline !== undefined && above !== '' && !/^[-*+>|]|^\d+[.)]\s/.test(above) && (body.length === 1 || body.at(-2)!.trim() === '')) {
      body.pop();
      open(underline.startsWith('=') ? 1 : 2, above);
    } else {
      fence = mark;
      body.push(line);
    }
  }
  close();
  return sections;
}

function withoutFrontMatter(text: string): string {
  const match = /^---\r?\n[\s\S]*?\r?\n---[ \t]*(?:\r?\n|$)/.exec(text);
  return match === null ? text : text.slice(match[0].length);
}
