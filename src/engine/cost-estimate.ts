import type { ApiUsage, CostEstimate } from '../contract/dataset.ts';
import type { ModelCard } from '../embedding/embedder.ts';
import { estimateCost } from '../embedding/token-estimate.ts';

type Texts = Parameters<typeof estimateCost>[0];
type Priced = Pick<ModelCard, 'documentPrompt' | 'queryPrompt' | 'dollarsPerMillionTokens'>;

/** What embedding documents and queries through an API will cost. Texts that lie in the cache are not taken off: it is the most there is to pay. */
export function estimateEmbedding(documents: Texts, queries: Texts, model: Priced): CostEstimate {
  const parts = [estimateCost(documents, model.documentPrompt, model.dollarsPerMillionTokens), estimateCost(queries, model.queryPrompt, model.dollarsPerMillionTokens)];
  const sum = (of: (part: CostEstimate) => number): number => parts.reduce((total, part) => total + of(part), 0);
  return {
    textCount: sum((part) => part.textCount),
    tokenCount: sum((part) => part.tokenCount),
    ...(model.dollarsPerMillionTokens === undefined ? {} : { dollars: sum((part) => part.dollars ?? 0) }),
  };
}

/** Before the run: "about 1.2 million tokens in 34,886 texts go to …, at most about $0.15". */
export function describeEstimate({ textCount, tokenCount, dollars }: CostEstimate, name: string): string {
  return `about ${tokens(tokenCount)} in ${textCount.toLocaleString('en-US')} texts go to ${name}${dollars === undefined ? '; it has no price in the catalogue' : `, at most about ${money(dollars)}`}; texts in the cache are not sent again`;
}

/** After it. */
export function describeUsage({ textCount, tokenCount, requestCount, retryCount, isExact, dollars }: ApiUsage, name: string): string {
  const count = `${isExact ? '' : 'about '}${tokens(tokenCount)} in ${textCount.toLocaleString('en-US')} texts`;
  return `sent to ${name}: ${count}, ${requestCount} requests, ${retryCount} of them repeated${dollars === undefined ? '' : `; ${money(dollars)}${isExact ? '' : ' by estimate'}`}`;
}

function tokens(count: number): string {
  return count >= 1e6 ? `${(count / 1e6).toFixed(2)} million tokens` : `${Math.round(count).toLocaleString('en-US')} tokens`;
}

function money(dollars: number): string {
  return dollars < 0.01 ? `$${dollars.toFixed(4)}` : `$${dollars.toFixed(2)}`;
}
