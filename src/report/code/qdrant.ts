import { showValue, UserError } from '../../base/errors.ts';
import { headerLines, pythonMain, stringLiteral } from './literals.ts';
import { headParams, type FullSpec, type GeneratedCode } from './spec.ts';

/** A Python program on Qdrant: one named vector a prefix, the funnel as one request of nested prefetches. */
export function qdrantCode(spec: FullSpec): GeneratedCode {
  checkNames(spec);
  const isText = spec.idType === 'text';
  const isExact = spec.head.index === 'flat';
  const { build, search } = headParams(spec);
  const graph = isExact ? '' : `, hnsw_config=models.HnswConfigDiff(m=${build['M'] ?? 16}, ef_construct=${build['efConstruction'] ?? 200})`;
  const headSearch = isExact ? 'models.SearchParams(exact=True)' : `models.SearchParams(hnsw_ef=${search['ef'] ?? Math.max(64, spec.stages[0]!.keep)})`;
  const code = `${headerLines(spec, 'Qdrant', '#')}
#
#   pip install qdrant-client numpy
#   python funnel_qdrant.py load documents.npy${isText ? ' ids.txt' : ''}   # float32 rows; ${isText ? 'one id a line' : 'the row number is the id'}
#   python funnel_qdrant.py search queries.npy    # one JSON list of [id, cosine] a query
import json
import sys
${isText ? 'import uuid\n' : ''}
import numpy as np
from qdrant_client import QdrantClient, models

ADDRESS = ${stringLiteral(spec.address ?? 'http://localhost:6333')}
COLLECTION = ${stringLiteral(spec.collection)}
${isText ? `ID = ${stringLiteral(spec.idField)}\n` : ''}DIMS = ${spec.dims}
K = ${spec.k}

# dims, keep, named vector: each holds that prefix, normalised again.
STAGES = [
${spec.stages.map((stage) => `    (${stage.dims}, ${stage.keep}, ${stringLiteral(stage.field)}),`).join('\n')}
]
HEAD_SEARCH = ${headSearch}


def prefix(vectors, dims):
    """The first dims dimensions, normalised again: without that every score is too small and ranks are wrong."""
    cut = np.asarray(vectors, dtype=np.float32)[..., :dims]
    lengths = np.linalg.norm(cut, axis=-1, keepdims=True)
    return cut / np.where(lengths > 0, lengths, 1)


def create(client):
    """Makes the collection when it is not there yet. Only the head's vector needs a graph: the others score a few candidates."""
    if client.collection_exists(COLLECTION):
        return
    head, *others = STAGES
    vectors = {head[2]: models.VectorParams(size=head[0], distance=models.Distance.COSINE${graph})}
    for dims, _, name in others:
        no_graph = models.HnswConfigDiff(m=0)
        vectors[name] = models.VectorParams(size=dims, distance=models.Distance.COSINE, hnsw_config=no_graph)
    client.create_collection(COLLECTION, vectors_config=vectors)


def load(client, vectors, ids=None, batch=1000):
    """Writes every prefix of the vectors (rows x DIMS). Writing a row again replaces it."""
    create(client)
    for start in range(0, len(vectors), batch):
        part = vectors[start : start + batch]
        columns = {name: prefix(part, dims) for dims, _, name in STAGES}
        points = [
            models.PointStruct(
${
  isText
    ? `                id=str(uuid.uuid5(uuid.NAMESPACE_URL, ids[start + row])),
                payload={ID: ids[start + row]},`
    : `                id=start + row if ids is None else ids[start + row],
                payload={},`
}
                vector={name: column[row].tolist() for name, column in columns.items()},
            )
            for row in range(len(part))
        ]
        client.upsert(COLLECTION, points, wait=True)


def funnel_search(client, query, k=K):
    """The k nearest documents of one full-length query vector as [(id, cosine)], best first. One request: each stage is the
    prefetch of the next."""
    prefetch = None
    for stage, (dims, keep, name) in enumerate(STAGES):
        prefetch = models.Prefetch(
            query=prefix(query, dims).tolist(),
            using=name,
            limit=keep,
            params=HEAD_SEARCH if stage == 0 else None,
            prefetch=prefetch,
        )
    answer = client.query_points(
        COLLECTION,
        query=prefetch.query,
        using=prefetch.using,
        search_params=prefetch.params,
        prefetch=prefetch.prefetch,
        limit=k,
        with_payload=${isText ? 'True' : 'False'},
    )
    return [(${isText ? 'point.payload[ID]' : 'point.id'}, point.score) for point in answer.points]


${pythonMain({ fileName: 'funnel_qdrant.py', isText, client: 'QdrantClient(url=ADDRESS)' })}`;
  return { code, language: 'python', fileName: 'funnel_qdrant.py' };
}

/** Qdrant keeps vectors in folders named after them. */
function checkNames(spec: FullSpec): void {
  const wrong = [spec.collection, ...spec.stages.map((stage) => stage.field)].find((name) => /[<>:"/\\|?*\p{Cc}]|^\.{0,2}$/u.test(name) || name.length > 200);
  if (wrong !== undefined) throw new UserError('code/name', `Qdrant takes no name ${showValue(wrong)}, expected up to 200 characters without < > : " / \\ | ? *`);
}
