/**
 * Looks at the page headers of one column chunk before the chunk is decoded: hyparquet takes what they say for granted, and where a damaged header lacks the length of
 * the levels it reads the same byte for ever.
 * Headers are Thrift structs in the compact protocol (apache/thrift, thrift-compact-protocol.md); PageHeader is defined in apache/parquet-format, parquet.thrift.
 * @param bytes from the chunk's first page on
 * @param valueCount values of the chunk: what follows its last page is not looked at
 * @throws Error saying what is wrong with which page
 */
export function checkPages(bytes: Uint8Array, valueCount: number): void {
  const reader: Reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  for (let page = 1, values = 0; values < valueCount && reader.offset < bytes.length; page += 1) {
    const header = readStruct(reader, 0);
    const size = header.get(3);
    if (!isCount(size) || reader.offset + size > bytes.length) throw new Error(`page ${page} of a column does not fit into it`);
    const kind = header.get(1);
    if (kind === DATA || kind === DATA_V2) {
      const own = header.get(kind === DATA ? 5 : 8);
      const count = own instanceof Map ? own.get(1) : undefined;
      if (!(own instanceof Map) || !isCount(count)) throw new Error(`page ${page} of a column does not say how many values it has`);
      values += count;
      const [definitions, repetitions] = kind === DATA_V2 ? [own.get(5), own.get(6)] : [0, 0];
      if (!isCount(definitions) || !isCount(repetitions) || definitions + repetitions > size) throw new Error(`page ${page} of a column has levels that do not fit into it`);
    }
    reader.offset += size;
  }
}

const DATA = 0;
const DATA_V2 = 3;
const MOST_DEPTH = 8;

interface Reader {
  readonly view: DataView;
  offset: number;
}

type Fields = Map<number, number | Fields | undefined>;

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Integers and structs by field number; other values are passed over. */
function readStruct(reader: Reader, depth: number): Fields {
  if (depth > MOST_DEPTH) throw new Error('a page header is nested too deep');
  const fields: Fields = new Map();
  let field = 0;
  for (;;) {
    const head = reader.view.getUint8(reader.offset++);
    if (head === 0) return fields;
    const delta = head >> 4;
    field = delta === 0 ? zigzag(reader) : field + delta;
    fields.set(field, readValue(reader, head & 15, depth));
  }
}

function readValue(reader: Reader, type: number, depth: number): number | Fields | undefined {
  switch (type) {
    case 1: // true
    case 2: // false: the value is in the type
      return undefined;
    case 3:
      reader.offset += 1;
      return undefined;
    case 4:
    case 5:
    case 6:
      return zigzag(reader);
    case 7:
      reader.offset += 8;
      return undefined;
    case 8: {
      const size = varint(reader);
      reader.offset += size;
      return undefined;
    }
    case 12:
      return readStruct(reader, depth + 1);
    default:
      throw new Error(`a page header has a value of type ${type}, which none has`);
  }
}

function zigzag(reader: Reader): number {
  const value = varint(reader);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

/** Up to 2^63 in a number: what is beyond 2^53 is no count that could be true. */
function varint(reader: Reader): number {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = reader.view.getUint8(reader.offset++);
    value += (byte & 127) * factor;
    if (byte < 128) return value;
    if (factor > 2 ** 63) throw new Error('a page header has a number without end');
  }
}
