import type { FullSpec } from './spec.ts';

/** A string in Python or JavaScript: JSON's escapes mean the same in both. */
export function stringLiteral(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A quoted SQL identifier. */
export function sqlName(text: string): string {
  return `"${text.replaceAll('\0', '').replaceAll('"', '""')}"`;
}

/** Text for a line comment: nothing in it can end the line, whatever a reader takes for an end. */
export function commentText(text: string): string {
  return text.replace(/[\s\u0085]+/gu, ' ').replace(/\p{Cc}/gu, '').trim();
}

/** Words of the head as a reader knows them, for a comment. */
function headWords(spec: FullSpec): string {
  return spec.head.index === 'flat' ? 'exact head search' : `${spec.head.index} head search`;
}

/** What the file does and what it was measured to do, as comment lines with the given mark. */
export function headerLines(spec: FullSpec, product: string, mark: string): string {
  const { about } = spec;
  const lines = [
    `Funnel search ${spec.scheduleText} with ${product}: ${headWords(spec)} on the first ${spec.stages[0]!.dims} of ${spec.dims} dimensions, then exact re-ranking.`,
    ...(about?.corpus === undefined && about?.model === undefined ? [] : [`Chosen with Funnelscope on ${about.corpus ?? 'the corpus'}, embeddings of ${about.model ?? 'the model'}.`]),
    ...(about?.measured === undefined ? [] : [`Measured there: ${about.measured}.`]),
    ...(about?.documentPrompt === undefined || about.documentPrompt === '' ? [] : [`Documents were embedded with ${JSON.stringify(about.documentPrompt)} before their text.`]),
    ...(about?.queryPrompt === undefined || about.queryPrompt === '' ? [] : [`Queries must be embedded with ${JSON.stringify(about.queryPrompt)} before their text.`]),
    ...(spec.head.precision === 'f32' ? [] : [`It was measured with ${spec.head.precision} numbers in the head search.`]),
  ];
  return lines.map((line) => `${mark} ${commentText(line)}`).join('\n');
}

/**
 * The `main` of a generated Python file, `load documents.npy | search queries.npy`.
 * @param client the expression that connects; @param beforeSearch lines of `main` between loading and searching, each ended by a newline.
 */
export function pythonMain({ fileName, isText, client, beforeSearch = '' }: { readonly fileName: string; readonly isText: boolean; readonly client: string; readonly beforeSearch?: string }): string {
  return `def main():
    if len(sys.argv) < 3 or sys.argv[1] not in ("load", "search"):
        sys.exit("usage: ${fileName} load documents.npy${isText ? ' ids.txt' : ''} | search queries.npy")
    vectors = np.load(sys.argv[2])
    if vectors.ndim != 2 or vectors.shape[1] != DIMS:
        sys.exit(f"{sys.argv[2]}: shape {vectors.shape}, expected rows x {DIMS}")
    client = ${client}
    if sys.argv[1] == "load":
${isText ? `        with open(sys.argv[3], encoding="utf-8") as lines:
            load(client, vectors, lines.read().splitlines())` : '        load(client, vectors)'}
        return
${beforeSearch}    for query in vectors:
        print(json.dumps(funnel_search(client, query)))


if __name__ == "__main__":
    main()
`;
}
