export const helpText = `Funnelscope: which prefix of a Matryoshka embedding to search, how many candidates to keep, and what that costs and loses.

  bench     measure the ladder, funnels and the exact baseline; write a report
  tune      bench, and look for the schedule that meets --tune (default recall=0.99)
  train     an adapter for embeddings not trained for prefixes, or a static model (train --help)
  models    list the models that can be used; models download ID [DTYPE], models remove ID
  cache     list the cached embeddings and their size; cache clear [KEY…]
  samples   list the bundled sample corpora

bench [options]        writes OUT/report.json, report.html, report.md, ladder.csv, funnels.csv
  --corpus PATH|sample:NAME      JSONL, JSON, CSV, TSV, TXT (.gz, .zst too), Parquet, Arrow, Markdown, HTML, PDF, a folder of them, a BEIR folder
  --read text=COLUMN,…           how to read it: text=, title=, id=, format=, encoding=, delimiter=, header=yes|no, chunk=CHARS, overlap=CHARS
  --queries PATH|N               a query file, or N queries (the corpus' own, else N held-out rows)
  --qrels PATH                   relevance judgements for the queries
  --model ID|DIR|URL#MODEL       a model id, a folder, or a server (http://127.0.0.1:11434/v1#nomic-embed-text; key in FUNNELSCOPE_API_KEY,
                                 for OpenAI in OPENAI_API_KEY); default: the bundled starter
  --dtype fp32|fp16|int8|…       number format of the weights (default: fp32, the reference)
  --document-prompt, --query-prompt TEXT     instead of the model's own
  --estimate                     only say what an API would cost at most; nothing is sent
  --vectors X.npy                rows are documents, instead of text (.npy, .fvecs, .bvecs, .fbin, .u8bin, Parquet, Arrow, ann-benchmarks HDF5, a VectorDBBench folder)
  --query-vectors Q.npy          rows are queries (default: those the data brings, N of them with --queries N; else N held-out rows)
  --neighbours G.ivecs           true neighbours of the query vectors, to be checked
  --adapter FILE                 turn all vectors by an adapter (train adapter)
  --store embedded|http://host:port     where to search (a Milvus address; https:// for TLS; token, or user:password, in FUNNELSCOPE_MILVUS_TOKEN)
  --database NAME, --timeout MS  of that Milvus
  --collection NAME              explore a collection of that Milvus where it is; it is only read. Queries: N of its rows, or texts with --model
  --id-field F --title-field F --text-field F       what its fields are (default: the key, and a guess by name; '' for none)
  --vector-field F               its whole embeddings (default: the longest vector field)
  --prefix-field F|COLLECTION/F  a field that holds a prefix of them, to search in place; may be repeated
  --rows N                       a sample of N rows, searched embedded only
  --copies                       load prefixes beside the collection, and measure on those instead of in place
  --head flat|hnsw|ivf_flat|…    index of the head search
  --head-precision f32|f16|int8|binary|pq4
  --head-params M=16,ef=128      build and search parameters of the index
  --rerank auto|server|fetch|local      how a Milvus funnel re-ranks
  --dims 16,32,64,…              prefixes of the ladder (default: the trained ones, or halvings)
  --k 10                         neighbours wanted
  --schedule "64:512,768:10"     a funnel, dims:keep a stage, or two-stage, tutorial, mrl-paper; may be repeated
  --tune recall=0.99[,p95=MS][,memory=SIZE][,stages=N]
  --experiments candidates,size,order,compression,matryoshka|all
                                 matryoshka: can this model be truncated? OUT/adapter.fsa is what it recommends
  --latency-queries 200          queries timed one at a time
  --threads 1                    threads of a search in the embedded store
  --vector-memory SIZE           vectors beyond this lie in a temporary file (default: three fifths of the memory)
  --seed N                       everything drawn at random is drawn from this
  --dump-neighbours              the answers' row numbers in report.json
  --out DIR                      default: out
`;
