/** Documents in order; a row number is a document's identity inside the engine. Columns of equal length. */
export interface Corpus {
  readonly name: string;
  readonly ids: readonly string[];
  /** Empty strings where a document has no title; undefined where the corpus has none at all. */
  readonly titles?: readonly string[] | undefined;
  readonly texts: readonly string[];
  /** sha256 over ids, titles and texts in order, hex: the identity of the content. */
  readonly contentHash: string;
  readonly stats: CorpusStats;
  /** The documents' vectors come with it: one without a text is a document all the same. */
  readonly isEmbedded?: boolean | undefined;
}

export interface CorpusStats {
  readonly count: number;
  readonly emptyCount: number;
  /** Rows whose text (and title) equals an earlier row's. */
  readonly duplicateCount: number;
  readonly format: string;
  readonly encoding?: string | undefined;
  readonly sizeBytes: number;
  readonly warnings: readonly string[];
}

/** Graded relevance by query row: document row → grade (an int, > 0 is relevant). */
export type Qrels = readonly ReadonlyMap<number, number>[];

/** Queries in order, with or without qrels. */
export interface QuerySet {
  readonly name: string;
  readonly ids: readonly string[];
  readonly texts: readonly string[];
  readonly qrels?: Qrels | undefined;
  /**
   * Held-out rows: the documents that the queries were made of. They stay in the corpus' numbering but must not be searched,
   * so the engine removes them before embedding.
   */
  readonly heldOutRows?: Int32Array | undefined;
  /** The queries are the documents' titles: documents are embedded without theirs. */
  readonly hidesTitles?: boolean | undefined;
  readonly warnings?: readonly string[] | undefined;
  readonly contentHash: string;
}

/** Queries that have at least one relevant document. */
export function judgedCount(querySet: QuerySet | undefined): number {
  return querySet?.qrels?.filter((grades) => [...grades.values()].some((grade) => grade > 0)).length ?? 0;
}

/** What is embedded of a document: its title, if any, then its text. */
export function documentText(corpus: Corpus, row: number): string {
  const title = corpus.titles?.[row] ?? '';
  const text = corpus.texts[row] ?? '';
  return title === '' ? text : text === '' ? title : `${title}\n${text}`;
}

/** What is embedded of every document, without a second copy of the corpus in memory. */
export function documentTexts(corpus: Corpus): { readonly length: number; at(row: number): string } {
  return { length: corpus.ids.length, at: (row) => documentText(corpus, row) };
}
