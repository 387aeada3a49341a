import { UserError } from '../../base/errors.ts';
import { commentText, headerLines, sqlName } from './literals.ts';
import { headParams, type FullSpec, type GeneratedCode } from './spec.ts';

/** pgvector indexes at most this many dimensions of 16-bit numbers. */
const mostIndexedDims = 4000;
const mostEfSearch = 1000;

/** SQL for PostgreSQL with pgvector: table, index on the head's prefix, and the funnel as a function of nested candidate sets. */
export function pgvectorCode(spec: FullSpec): GeneratedCode {
  const table = sqlName(spec.collection);
  const id = sqlName(spec.idField);
  const column = sqlName(spec.embeddingColumn ?? 'embedding');
  const idType = spec.idType === 'text' ? 'text' : 'bigint';
  const head = headSql(spec, column);
  const isExact = head.index === undefined;
  const taken = [spec.idField, spec.embeddingColumn];
  const distanceName = taken.includes('distance') ? 'funnel_distance' : 'distance';
  const similarity = spec.idField === 'similarity' ? 'cosine' : 'similarity';

  const stages = spec.stages.map((stage, index) => {
    const isHead = index === 0;
    const form = isHead && !isExact ? `::halfvec(${stage.dims})` : '';
    const left = prefixSql(column, stage.dims, spec.dims, form);
    const right = prefixSql('$1', stage.dims, spec.dims, form);
    return { name: `stage${index + 1}`, from: isHead ? table : `stage${index}`, distance: `${left} <=> ${right}`, keep: stage.keep };
  });
  const ctes = stages.map(
    ({ name, from, distance, keep }) => `  ${name} AS MATERIALIZED (
    SELECT ${id}, ${column}, ${distance} AS ${distanceName}
    FROM ${from}
    ORDER BY ${distanceName}
    LIMIT ${keep}
  )`,
  );
  const last = stages[stages.length - 1]!;
  const settings = head.settings.map((setting) => `\n  SET ${setting}`).join('');
  const code = `${headerLines(spec, 'pgvector', '--')}
--
-- Needs pgvector 0.8 or newer. <=> is the cosine distance: it divides by the lengths of what it compares, so every prefix is
-- normalised again by itself.
--
--   INSERT INTO ${commentText(table)} VALUES (1, '[0.1,0.2,…]');
--   SELECT * FROM ${commentText(sqlName(`${spec.collection}_funnel`))}('[0.1,0.2,…]', ${spec.k});
CREATE EXTENSION IF NOT EXISTS vector;

CREATE TABLE IF NOT EXISTS ${table} (
  ${id} ${idType} PRIMARY KEY,
  ${column} vector(${spec.dims}) NOT NULL
);

${
  isExact
    ? `-- The head search was measured exact: it reads every row. With many rows an index is faster and loses a little; then also
-- write ::halfvec(${spec.stages[0]!.dims}) after both prefixes of stage1, or the index is not used.
-- CREATE INDEX ON ${commentText(table)} USING hnsw ((${commentText(prefixSql(column, spec.stages[0]!.dims, spec.dims, `::halfvec(${spec.stages[0]!.dims})`))}) halfvec_cosine_ops);`
    : `-- Serves stage1 only: its expression must stay the same as there.
${head.index}`
}

CREATE OR REPLACE FUNCTION ${sqlName(`${spec.collection}_funnel`)}(vector, integer DEFAULT ${spec.k})
RETURNS TABLE (${id} ${idType}, ${similarity} double precision)
LANGUAGE sql STABLE${settings} AS $funnel$
WITH
${ctes.join(',\n')}
SELECT ${id}, 1 - ${distanceName}
FROM ${last.name}
ORDER BY ${distanceName}
LIMIT $2
$funnel$;
`;
  if (code.split('$funnel$').length !== 3) throw new UserError('code/name', 'a name contains $funnel$, which ends the function here', { hint: 'choose another name' });
  return { code, language: 'sql', fileName: 'funnel_pgvector.sql' };
}

/** The expression of a prefix; the whole column where the prefix is all of it. */
function prefixSql(vector: string, dims: number, fullDims: number, form: string): string {
  return dims === fullDims ? `${vector}${form}` : `subvector(${vector}, 1, ${dims})${form}`;
}

interface HeadSql {
  readonly index?: string;
  readonly settings: readonly string[];
}

/** The index of the head search in pgvector's terms: a graph or inverted lists over 16-bit prefixes; nothing for an exact one. */
function headSql(spec: FullSpec, column: string): HeadSql {
  const { dims, keep } = spec.stages[0]!;
  if (spec.head.index === 'flat') return { settings: [] };
  if (dims > mostIndexedDims) throw new UserError('code/dims', `pgvector indexes at most ${mostIndexedDims} dimensions, the head search has ${dims}`);
  const { build, search } = headParams(spec);
  const table = sqlName(spec.collection);
  const name = sqlName(indexName(spec.collection, dims));
  const target = `((${prefixSql(column, dims, spec.dims, `::halfvec(${dims})`)}) halfvec_cosine_ops)`;
  if (spec.head.index.startsWith('ivf') || spec.head.index === 'scann') {
    return {
      index: `CREATE INDEX IF NOT EXISTS ${name} ON ${table} USING ivfflat ${target} WITH (lists = ${Math.min(32_768, build['nlist'] ?? 1000)});`,
      settings: [`ivfflat.probes = ${search['nprobe'] ?? 10}`, 'ivfflat.iterative_scan = relaxed_order'],
    };
  }
  const m = Math.min(100, Math.max(2, build['M'] ?? 16));
  const ef = Math.min(1000, Math.max(2 * m, build['efConstruction'] ?? 200));
  return {
    index: `CREATE INDEX IF NOT EXISTS ${name} ON ${table} USING hnsw ${target} WITH (m = ${m}, ef_construction = ${ef});`,
    settings: [
      `hnsw.ef_search = ${Math.min(mostEfSearch, Math.max(search['ef'] ?? 64, keep))}`,
      // Beyond what one pass of the graph may return it goes on where it stopped.
      ...(keep > mostEfSearch ? ['hnsw.iterative_scan = strict_order'] : []),
    ],
  };
}

/** PostgreSQL cuts names to 63 bytes: cut here, so that the index is not taken for the table. */
function indexName(collection: string, dims: number): string {
  const encoder = new TextEncoder();
  let start = collection;
  while (encoder.encode(start).length > 48) start = [...start].slice(0, -1).join('');
  return `${start}_head_${dims}`;
}
