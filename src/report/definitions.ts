/** How each number of a report is defined, by its name there. Written into every report. */
export function definitions(k: number, withQrels: boolean): Readonly<Record<string, string>> {
  return {
    'true neighbours': `The exact ${k} nearest documents of a query by cosine similarity at full dimension, found by comparing with every document.`,
    prefix: 'The first d dimensions of an embedding, normalised again to length 1.',
    [`recall@${k}`]:
      `|returned ∩ true neighbours| / ${k}, averaged over queries. A returned document whose full-dimension similarity is within 1e-6 of the ${k}-th true neighbour's ` +
      'counts as found, so ties and duplicated documents cost nothing. It says what a shorter search loses against exact search, not how good the model is.',
    survival: 'The share of the true neighbours still among the candidates after a stage, counted like recall. Survival after the last stage is the recall of the funnel before it is cut to k.',
    latency:
      'Time of single queries from one client, in milliseconds: p50, p95 and p99 over the measured queries after a warm-up, all configurations interleaved so that drift touches them alike. ' +
      'It covers the search, not the embedding of the query.',
    qps: 'Queries a second of one client: 1 / mean latency. Not a throughput under load.',
    confidence: '95 % interval of the mean by bootstrap over queries (seeded). It says how far another sample of queries would move the number; not what another corpus would.',
    'bytes per vector': 'What the head search keeps of one vector in its number format. Total: what the index of the head search takes for the whole corpus.',
    speedup: 'Median latency of exact full-dimension search / median latency of the funnel. A funnel pays when the difference is beyond noise.',
    frontier: 'The configurations that no other measured one beats in both recall and median latency.',
    ...(withQrels ? relevanceDefinitions(k) : {}),
  };
}

function relevanceDefinitions(k: number): Readonly<Record<string, string>> {
  return {
    [`IR recall@${k}`]: `Relevant documents among the first ${k} / all relevant documents of the query, by the qrels. The same word as recall@${k} and another quantity.`,
    [`nDCG@${k}`]: `Discounted gain of the first ${k} / the best there can be; linear gain rel / log2(rank + 1) as in trec_eval.`,
    [`MRR@${k}`]: `1 / rank of the first relevant document among the first ${k}, 0 without one.`,
    [`MAP@${k}`]: `Mean over the relevant documents among the first ${k} of the precision at their rank, divided by min(${k}, relevant documents).`,
    retention: `nDCG@${k} at a prefix / nDCG@${k} at full dimension, both of plain search.`,
  };
}
