import type { CostEstimate } from '../contract/dataset.ts';

/**
 * About how many tokens a text is for the usual byte-pair tokenizers, without running one: four Latin characters a token, one for each
 * character of scripts that are written without spaces, two for other alphabets; never fewer than the words there are.
 */
export function estimateTokens(text: string): number {
  let quarters = 0;
  let words = 0;
  let inWord = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const isSpace = code === 32 || (code >= 9 && code <= 13);
    if (!isSpace && !inWord) words += 1;
    inWord = !isSpace;
    quarters += code < 0x250 ? 1 : code < 0x2e80 ? 2 : 4;
  }
  return Math.max(words, Math.ceil(quarters / 4));
}

/** What embedding texts through an API will cost, before it is done. */
export function estimateCost(texts: { readonly length: number; at(row: number): string | undefined }, prompt: string, dollarsPerMillionTokens: number | undefined): CostEstimate {
  let tokenCount = 0;
  for (let row = 0; row < texts.length; row += 1) tokenCount += estimateTokens(prompt + (texts.at(row) ?? ''));
  return { textCount: texts.length, tokenCount, dollars: dollarsPerMillionTokens === undefined ? undefined : (tokenCount / 1e6) * dollarsPerMillionTokens };
}
