import { unreachable } from '../../base/errors.ts';
import { milvusNodeCode } from './milvus-node.ts';
import { pgvectorCode } from './pgvector.ts';
import { pymilvusCode } from './pymilvus.ts';
import { qdrantCode } from './qdrant.ts';
import { fullSpec, type CodeSpec, type CodeTarget, type GeneratedCode } from './spec.ts';

/**
 * A program that runs the schedule on the user's own database: it makes the collection, loads embeddings and searches, with the names given.
 * @throws UserError when the schedule does not fit, or the target could not take a name or a size.
 */
export function generateCode(target: CodeTarget, spec: CodeSpec): GeneratedCode {
  const full = fullSpec(spec);
  switch (target) {
    case 'pymilvus':
      return pymilvusCode(full);
    case 'milvus-node':
      return milvusNodeCode(full);
    case 'pgvector':
      return pgvectorCode(full);
    case 'qdrant':
      return qdrantCode(full);
    default:
      return unreachable(target);
  }
}
