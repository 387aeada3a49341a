import { headerLines, stringLiteral } from './literals.ts';
import { checkForMilvus, headParams, type FullSpec, type GeneratedCode } from './spec.ts';

/** An ES module on the Milvus Node SDK: makes the collection, loads embeddings from .npy, searches. */
export function milvusNodeCode(spec: FullSpec): GeneratedCode {
  checkForMilvus(spec);
  const { build, search } = headParams(spec);
  const isText = spec.idType === 'text';
  const collections = [...new Set(spec.stages.map((stage) => stage.collection))];
  const fieldsOf = (collection: string): string => spec.stages.filter((stage) => stage.collection === collection).map((stage) => `{ field: ${stringLiteral(stage.field)}, dims: ${stage.dims} }`).join(', ');
  const code = `${headerLines(spec, 'Milvus', '//')}
//
//   npm install @zilliz/milvus2-sdk-node
//   node funnel-milvus.mjs load documents.npy${isText ? ' ids.txt' : ''}   # float32 rows; ${isText ? 'one id a line' : 'the row number is the id'}
//   node funnel-milvus.mjs search queries.npy    # one JSON list of [id, cosine] a query
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { DataType, MilvusClient } from '@zilliz/milvus2-sdk-node';

const ADDRESS = ${stringLiteral(spec.address ?? 'http://localhost:19530')};
const ID = ${stringLiteral(spec.idField)};
const METRIC = ${stringLiteral(spec.metric)};
const DIMS = ${spec.dims};
const K = ${spec.k};

/** Each field holds that prefix, normalised again. */
const STAGES = [
${spec.stages.map((stage) => `  { dims: ${stage.dims}, keep: ${stage.keep}, collection: ${stringLiteral(stage.collection)}, field: ${stringLiteral(stage.field)} },`).join('\n')}
];
const COLLECTIONS = [
${collections.map((collection) => `  { collection: ${stringLiteral(collection)}, fields: [${fieldsOf(collection)}] },`).join('\n')}
];
const HEAD_INDEX = { index_type: ${stringLiteral(spec.head.index.toUpperCase())}, params: ${JSON.stringify(build)} };
const HEAD_SEARCH = ${JSON.stringify(search)};

/** The first dims dimensions, normalised again: without that every score is too small and ranks are wrong. */
export function prefix(vector, dims) {
  const cut = Array.from(vector.subarray ? vector.subarray(0, dims) : vector.slice(0, dims));
  const length = Math.hypot(...cut);
  return length > 0 ? cut.map((value) => value / length) : cut;
}

/** The SDK reports some failures by throwing and some in the answer's status. */
function checked(answer) {
  const status = answer.status ?? answer;
  if (status.error_code !== undefined && status.error_code !== 'Success') throw new Error(\`Milvus: \${status.error_code}: \${status.reason}\`);
  return answer;
}

/** Makes the collections that are not there yet: the head's field indexed as chosen, the others exact. */
export async function create(client) {
  for (const { collection, fields } of COLLECTIONS) {
    if (checked(await client.hasCollection({ collection_name: collection })).value) continue;
    checked(
      await client.createCollection({
        collection_name: collection,
        consistency_level: 'Strong',
        fields: [
          { name: ID, data_type: ${isText ? 'DataType.VarChar, max_length: 512' : 'DataType.Int64'}, is_primary_key: true, autoID: false },
          ...fields.map(({ field, dims }) => ({ name: field, data_type: DataType.FloatVector, dim: dims })),
        ],
      }),
    );
    for (const { field } of fields) {
      const isHead = collection === STAGES[0].collection && field === STAGES[0].field;
      const index = isHead ? HEAD_INDEX : { index_type: 'FLAT', params: {} };
      checked(await client.createIndex({ collection_name: collection, field_name: field, metric_type: METRIC, ...index }));
    }
  }
}

/** Writes every prefix of the vectors (arrays of DIMS numbers). Writing a row again replaces it. */
export async function load(client, vectors, ids = vectors.map((_, row) => row), batch = 1000) {
  await create(client);
  for (let start = 0; start < vectors.length; start += batch) {
    const part = vectors.slice(start, start + batch);
    for (const { collection, fields } of COLLECTIONS) {
      const data = part.map((vector, row) => ({ [ID]: ids[start + row], ...Object.fromEntries(fields.map(({ field, dims }) => [field, prefix(vector, dims)])) }));
      checked(await client.upsert({ collection_name: collection, data }));
    }
  }
}

/** The k nearest documents of one full-length query vector as [[id, cosine], …], best first. */
export async function funnelSearch(client, query, k = K) {
  let found = [];
  for (const [stage, { dims, keep, collection, field }] of STAGES.entries()) {
    const ids = found.map(([id]) => id);
    const answer = checked(
      await client.search({
        collection_name: collection,
        anns_field: field,
        data: prefix(query, dims),
        limit: stage === 0 ? keep : Math.min(keep, ids.length),
        filter: stage === 0 ? '' : \`\${ID} in \${JSON.stringify(ids)}\`,
        output_fields: [ID],
        metric_type: METRIC,
        params: stage === 0 ? HEAD_SEARCH : {},
      }),
    );
    found = answer.results.map((hit) => [${isText ? 'hit[ID]' : 'Number(hit[ID])'}, hit.score]);
    if (found.length === 0) break;
  }
  return found.slice(0, k);
}

/** The rows of a NumPy file of little-endian float32 in C order. */
async function readNpy(path) {
  const bytes = await readFile(path);
  const headerEnd = bytes[6] === 1 ? 10 + bytes.readUInt16LE(8) : 12 + bytes.readUInt32LE(8);
  const header = bytes.subarray(0, headerEnd).toString('latin1');
  const shape = /'shape': \\((\\d+), (\\d+)\\)/.exec(header);
  if (!header.includes("'<f4'") || header.includes("'fortran_order': True") || shape === null || Number(shape[2]) !== DIMS) {
    throw new Error(\`\${path}: expected float32 rows x \${DIMS} in C order\`);
  }
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset + headerEnd, bytes.byteOffset + headerEnd + Number(shape[1]) * DIMS * 4));
  return Array.from({ length: Number(shape[1]) }, (_, row) => values.subarray(row * DIMS, (row + 1) * DIMS));
}

async function main([what, path${isText ? ', idPath' : ''}]) {
  if (path === undefined || !['load', 'search'].includes(what)) throw new Error('usage: funnel-milvus.mjs load documents.npy${isText ? ' ids.txt' : ''} | search queries.npy');
  const vectors = await readNpy(path);
  const client = new MilvusClient({ address: ADDRESS, logLevel: 'warn' });
  await client.connectPromise;
  try {
    if (what === 'load') return await load(client, vectors${isText ? ", (await readFile(idPath, 'utf8')).split('\\n')" : ''});
    for (const { collection } of COLLECTIONS) checked(await client.loadCollectionSync({ collection_name: collection }));
    for (const query of vectors) console.log(JSON.stringify(await funnelSearch(client, query)));
  } finally {
    await client.closeConnection();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
`;
  return { code, language: 'javascript', fileName: 'funnel-milvus.mjs' };
}
