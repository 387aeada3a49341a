import type { ReactElement } from 'react';
import type { Finding } from '../../../src/contract/dataset.ts';
import { sentence } from '../../format/sentence.ts';
import { Note } from '../../ui/note.tsx';

const tones = { error: 'bad', warning: 'warn', note: 'info' } as const;

/** What the lint found in the embeddings: each finding with what to do about it. */
export function LintList({ findings }: { readonly findings: readonly Finding[] }): ReactElement | null {
  if (findings.length === 0) return null;
  return (
    <section className="stack-tight" aria-label="Lint of the embeddings">
      {findings.map(({ code, severity, message, advice }) => (
        <Note key={`${code} ${message}`} tone={tones[severity]}>
          <p>{sentence(message)}</p>
          <p className="muted">{sentence(advice)}</p>
        </Note>
      ))}
    </section>
  );
}

/** The warnings that the lint does not say already. */
export function otherWarnings(warnings: readonly string[], findings: readonly Finding[]): readonly string[] {
  return warnings.filter((warning) => !findings.some(({ message }) => warning.startsWith(message)));
}
