const views = new WeakSet<readonly string[]>();

/** Texts that are read when they are asked for, looking like an array: all that arrays can do works, slowly. Nothing is kept. */
export function arrayView(texts: { readonly length: number; at(row: number): string }): readonly string[] {
  const rowOf = (key: string | symbol): number => (typeof key === 'string' && /^(0|[1-9]\d*)$/.test(key) ? Number(key) : -1);
  const view = new Proxy<string[]>([], {
    get(target, key) {
      if (key === 'length') return texts.length;
      const row = rowOf(key);
      return row < 0 ? (Reflect.get(target, key) as unknown) : row < texts.length ? texts.at(row) : undefined;
    },
    has: (target, key) => {
      const row = rowOf(key);
      return row < 0 ? Reflect.has(target, key) : row < texts.length;
    },
    set: () => false,
    deleteProperty: () => false,
    defineProperty: () => false,
  });
  views.add(view);
  return view;
}

/** Some of the rows of `texts`, in the order given. A view of a view, so that texts beyond memory stay there; otherwise an array. */
export function pickTexts(texts: readonly string[], rows: ArrayLike<number>): readonly string[] {
  if (views.has(texts)) return arrayView({ length: rows.length, at: (index) => texts[rows[index]!]! });
  return Array.from(rows, (row) => texts[row]!);
}
