/** A remark of the engine as a sentence of its own: a capital in front, a full stop behind. */
export function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}

/** A sentence of the engine, its numbers never parted from their units at the end of a line. */
export function unbroken(text: string): string {
  return text.replace(/(\d) (?=(%|ms|s|µs|KiB|MiB|GiB|dims)(?![\p{L}]))/gu, '$1\u202f').replace(/([≈±]) (?=\d)/g, '$1\u202f');
}
