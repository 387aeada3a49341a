import { headerLines, pythonMain, stringLiteral } from './literals.ts';
import { checkForMilvus, headParams, type FullSpec, type GeneratedCode } from './spec.ts';

/** A Python program on pymilvus: makes the collection, loads embeddings from .npy, searches. */
export function pymilvusCode(spec: FullSpec): GeneratedCode {
  checkForMilvus(spec);
  const { build, search } = headParams(spec);
  const isText = spec.idType === 'text';
  const collections = [...new Set(spec.stages.map((stage) => stage.collection))];
  const fieldsOf = (collection: string): string => spec.stages.filter((stage) => stage.collection === collection).map((stage) => `${stringLiteral(stage.field)}: ${stage.dims}`).join(', ');
  const dict = (values: Readonly<Record<string, number>>): string => `{${Object.entries(values).map(([name, value]) => `${stringLiteral(name)}: ${value}`).join(', ')}}`;
  const code = `${headerLines(spec, 'Milvus', '#')}
#
#   pip install pymilvus numpy
#   python funnel_milvus.py load documents.npy${isText ? ' ids.txt' : ''}   # float32 rows; ${isText ? 'one id a line' : 'the row number is the id'}
#   python funnel_milvus.py search queries.npy    # one JSON list of [id, cosine] a query
import json
import sys

import numpy as np
from pymilvus import DataType, MilvusClient

ADDRESS = ${stringLiteral(spec.address ?? 'http://localhost:19530')}
ID = ${stringLiteral(spec.idField)}
METRIC = ${stringLiteral(spec.metric)}
DIMS = ${spec.dims}
K = ${spec.k}

# dims, keep, collection, vector field: each field holds that prefix, normalised again.
STAGES = [
${spec.stages.map((stage) => `    (${stage.dims}, ${stage.keep}, ${stringLiteral(stage.collection)}, ${stringLiteral(stage.field)}),`).join('\n')}
]
COLLECTIONS = {
${collections.map((collection) => `    ${stringLiteral(collection)}: {${fieldsOf(collection)}},`).join('\n')}
}
HEAD_INDEX = {"index_type": ${stringLiteral(spec.head.index.toUpperCase())}, "params": ${dict(build)}}
HEAD_SEARCH = ${dict(search)}


def prefix(vectors, dims):
    """The first dims dimensions, normalised again: without that every score is too small and ranks are wrong."""
    cut = np.asarray(vectors, dtype=np.float32)[..., :dims]
    lengths = np.linalg.norm(cut, axis=-1, keepdims=True)
    return cut / np.where(lengths > 0, lengths, 1)


def create(client):
    """Makes the collections that are not there yet: the head's field indexed as chosen, the others exact."""
    for collection, fields in COLLECTIONS.items():
        if client.has_collection(collection):
            continue
        schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field(ID, ${isText ? 'DataType.VARCHAR, max_length=512' : 'DataType.INT64'}, is_primary=True)
        indexes = client.prepare_index_params()
        for field, dims in fields.items():
            schema.add_field(field, DataType.FLOAT_VECTOR, dim=dims)
            is_head = (collection, field) == STAGES[0][2:]
            index = HEAD_INDEX if is_head else {"index_type": "FLAT", "params": {}}
            indexes.add_index(field_name=field, metric_type=METRIC, **index)
        client.create_collection(collection, schema=schema, index_params=indexes, consistency_level="Strong")


def load(client, vectors, ids=None, batch=1000):
    """Writes every prefix of the vectors (rows x DIMS). Writing a row again replaces it."""
    create(client)
    ids = range(len(vectors)) if ids is None else ids
    for start in range(0, len(vectors), batch):
        part = vectors[start : start + batch]
        for collection, fields in COLLECTIONS.items():
            columns = {field: prefix(part, dims) for field, dims in fields.items()}
            rows = [
                {ID: ids[start + row], **{field: column[row].tolist() for field, column in columns.items()}}
                for row in range(len(part))
            ]
            client.upsert(collection, rows)


def funnel_search(client, query, k=K):
    """The k nearest documents of one full-length query vector as [(id, cosine)], best first."""
    ids = None
    found = []
    for stage, (dims, keep, collection, field) in enumerate(STAGES):
        hits = client.search(
            collection,
            data=[prefix(query, dims).tolist()],
            anns_field=field,
            limit=keep if ids is None else min(keep, len(ids)),
            filter="" if ids is None else f"{ID} in {json.dumps(ids, ensure_ascii=False)}",
            output_fields=[ID],
            search_params={"metric_type": METRIC, "params": HEAD_SEARCH if stage == 0 else {}},
        )[0]
        found = [(hit["entity"][ID], hit["distance"]) for hit in hits]
        ids = [found_id for found_id, _ in found]
        if not ids:
            return []
    return found[:k]


${pythonMain({ fileName: 'funnel_milvus.py', isText, client: 'MilvusClient(uri=ADDRESS)', beforeSearch: '    for collection in COLLECTIONS:\n        client.load_collection(collection)\n' })}`;
  return { code, language: 'python', fileName: 'funnel_milvus.py' };
}
