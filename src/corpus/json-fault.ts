/** Where a text stops being JSON: offset in UTF-16 units, and what was expected there. */
export interface JsonFault {
  readonly offset: number;
  readonly message: string;
}

const whitespace = new Set([' ', '\t', '\n', '\r']);
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/**
 * Finds the first fault of a text that JSON.parse refused (whose own message gives no position for short texts on Node 20).
 * Iterative, so that deep nesting cannot overflow the stack. @returns undefined for valid JSON (RFC 8259).
 */
export function findJsonFault(text: string): JsonFault | undefined {
  const open: ('[' | '{')[] = [];
  let at = 0;
  let expect = 'value' as 'value' | 'value-or-close' | 'key' | 'key-or-close' | 'comma-or-close' | 'end';
  const fault = (expected: string, offset = at): JsonFault => {
    const found = offset >= text.length ? 'the end' : JSON.stringify(String.fromCodePoint(text.codePointAt(offset)!));
    return { offset, message: `expected ${expected}, found ${found}` };
  };
  const skip = (): void => {
    while (at < text.length && whitespace.has(text[at]!)) at += 1;
  };
  const afterValue = (): void => {
    expect = open.length === 0 ? 'end' : 'comma-or-close';
  };
  for (;;) {
    skip();
    const char = text[at];
    if (expect === 'end') return at >= text.length ? undefined : fault('the end');
    if (expect === 'comma-or-close') {
      const inObject = open.at(-1) === '{';
      if (char === ',') {
        at += 1;
        expect = inObject ? 'key' : 'value';
      } else if (char === (inObject ? '}' : ']')) {
        at += 1;
        open.pop();
        afterValue();
      } else return fault(inObject ? '"," or "}"' : '"," or "]"');
      continue;
    }
    if (expect === 'key' || expect === 'key-or-close') {
      if (char === '}' && expect === 'key-or-close') {
        at += 1;
        open.pop();
        afterValue();
        continue;
      }
      if (char !== '"') return fault('a key in double quotes');
      const end = stringEnd(text, at);
      if (typeof end !== 'number') return end;
      at = end;
      skip();
      if (text[at] !== ':') return fault('":"');
      at += 1;
      expect = 'value';
      continue;
    }
    if (char === ']' && expect === 'value-or-close') {
      at += 1;
      open.pop();
      afterValue();
    } else if (char === '{' || char === '[') {
      at += 1;
      open.push(char);
      expect = char === '{' ? 'key-or-close' : 'value-or-close';
    } else if (char === '"') {
      const end = stringEnd(text, at);
      if (typeof end !== 'number') return end;
      at = end;
      afterValue();
    } else {
      const word = ['true', 'false', 'null'].find((candidate) => text.startsWith(candidate, at));
      number.lastIndex = at;
      const digits = word === undefined ? number.exec(text)?.[0] : undefined;
      const length = (word ?? digits ?? '').length;
      if (length === 0) return fault('a value');
      at += length;
      afterValue();
    }
  }
}

/** Offset after the closing quote of the string at `start`, or its fault. */
function stringEnd(text: string, start: number): number | JsonFault {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at + 1;
    if (code < 0x20) return { offset: at, message: `control character ${JSON.stringify(text[at])} inside a string, expected it escaped` };
    if (code !== 0x5c) continue;
    at += 1;
    const escape = text[at];
    if (escape === 'u') {
      if (!/^[0-9a-fA-F]{4}$/.test(text.slice(at + 1, at + 5))) return { offset: at - 1, message: `expected four hex digits after \\u` };
      at += 4;
    } else if (escape === undefined || !'"\\/bfnrt'.includes(escape)) {
      return { offset: at - 1, message: `unknown escape ${JSON.stringify(text.slice(at - 1, at + 1))} inside a string` };
    }
  }
  return { offset: text.length, message: `expected the closing quote of the string that begins at column ${start + 1}, found the end` };
}
