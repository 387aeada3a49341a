// The kernel's exports. Every pointer is an address in the imported memory; src/math/kernel.ts calls them.
export { scanF32, resolvePicked } from './scan';
export { addCandidateDots, orderCandidates, scoreCandidates, rankCandidates, scoreLists } from './rerank';
export { ingestRows, inverseNorms } from './ingest';
export { selectionStart, selectionGuess, selectionFinish } from './select';
export { sweepChunk } from './sweep';
export { packRows, takeRows } from './pack';
export { quantiseInt8, quantiseBits, quantiseHalf } from './quantise';
export { scanInt8, scanHalf, scanBits } from './scan-codes';
export { scanProducts, gatherCentroids, encodeProducts } from './product';
export { guessChunk } from './sample';
export { collectChunk, joinPieces } from './collect';
export { rankRecords, settleLine } from './pool';
