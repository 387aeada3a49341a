declare const markup: unique symbol;

/** HTML or SVG that is safe to put into a document: made by `element` and `escapeText` only. */
export type Markup = string & { readonly [markup]: true };

/** Attribute values; undefined leaves the attribute out. Numbers are written with at most two decimals, enough for a pixel. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

const empty = new Set(['meta', 'br', 'hr', 'col', 'path', 'line', 'rect', 'circle', 'polygon', 'polyline']);

/** Text between tags. Characters that HTML forbids are replaced; a number and its unit are kept on one line. */
export function escapeText(text: string): Markup {
  return withoutControls(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/(?<=\d) (?=(?:%|ms|µs|s|B|KiB|MiB|GiB|TiB|dims)(?![\w]))/g, '\u00a0') as Markup;
}

/** The value of an attribute in double quotes. */
function escapeAttribute(text: string): string {
  return withoutControls(text).replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** JSON for a script element that is not executed: `<`, `>`, `&` and the line separators are escaped, so no text can close the element. */
export function escapeJsonForScript(json: string): Markup {
  return json.replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`) as Markup;
}

function withoutControls(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}

/** An element. Names of tags and attributes come from this program, never from data. */
export function element(name: string, attributes: Attributes, ...children: readonly (Markup | undefined)[]): Markup {
  const written = Object.entries(attributes)
    .filter((entry): entry is [string, string | number] => entry[1] !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? pixel(value) : escapeAttribute(value)}"`)
    .join('');
  const inner = join(children);
  if (empty.has(name) && inner === '') return `<${name}${written}${svgOnly.has(name) ? '/' : ''}>` as Markup;
  return `<${name}${written}>${inner}</${name}>` as Markup;
}

const svgOnly = new Set(['path', 'line', 'rect', 'circle', 'polygon', 'polyline']);

/** An element that holds one piece of text. */
export function textElement(name: string, attributes: Attributes, text: string): Markup {
  return element(name, attributes, escapeText(text));
}

/** Pieces of markup one after the other. */
export function join(parts: readonly (Markup | undefined)[], between = ''): Markup {
  return parts.filter((part) => part !== undefined).join(between) as Markup;
}

/** A number for an attribute: at most two decimals. */
export function pixel(value: number): string {
  return String(Math.round(value * 100) / 100);
}
