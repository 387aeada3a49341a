/**
 * Checks the metadata of an Arrow IPC file or stream before it is decoded: the decoder believes every length it reads, and would build lists of
 * billions of entries out of one damaged byte. Walks exactly what the decoder walks (format: Message.fbs, Schema.fbs, File.fbs).
 * @throws Error naming the part that reaches beyond the file.
 */
export function checkArrow(bytes: Uint8Array): void {
  const magic = [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31];
  const reader: Reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), budget: 200_000 };
  if (!magic.every((byte, at) => bytes[at] === byte)) return checkStream(reader);
  const at = bytes.length - 10;
  const length = at < 8 ? -1 : int32(reader, at, 'footer');
  if (length < 4 || length > at - 8) fail('footer');
  const footer = tableAt(reader, at - length, 'footer');
  const schema = footer.field(1);
  if (schema === 0) fail('schema');
  checkSchema(reader, tableAt(reader, schema, 'schema'));
  for (const index of [2, 3]) {
    vectorAt(reader, footer.field(index), 24, 'block list', (block) => {
      const offset = int64(reader, block, 'block');
      if (offset < 0 || offset > bytes.length) fail('block');
      checkMessage(reader, offset);
    });
  }
  checkPairs(reader, footer.field(4));
}

interface Reader {
  readonly view: DataView;
  /** Tables that may still be visited: shared offsets can make a small file describe endless trees. */
  budget: number;
}

interface FlatTable {
  /** Where the field's value stands; 0 when it is absent. */
  field(index: number): number;
}

function fail(part: string): never {
  throw new Error(`its ${part} reaches beyond the file`);
}

function within(reader: Reader, at: number, length: number, part: string): void {
  if (!(at >= 0 && length >= 0 && at + length <= reader.view.byteLength)) fail(part);
}

function int32(reader: Reader, at: number, part: string): number {
  within(reader, at, 4, part);
  return reader.view.getInt32(at, true);
}

function int64(reader: Reader, at: number, part: string): number {
  within(reader, at, 8, part);
  return Number(reader.view.getBigInt64(at, true));
}

/** The table that the offset at `at` points to. */
function tableAt(reader: Reader, at: number, part: string): FlatTable {
  if ((reader.budget -= 1) < 0) throw new Error('its metadata is endless');
  const position = at + int32(reader, at, part);
  const vtable = position - int32(reader, position, part);
  within(reader, vtable, 4, part);
  const size = reader.view.getUint16(vtable, true);
  within(reader, vtable, size, part);
  return {
    field(index) {
      const entry = 4 + 2 * index;
      if (entry + 2 > size) return 0;
      const offset = reader.view.getInt16(vtable + entry, true);
      if (offset === 0) return 0;
      within(reader, position + offset, 1, part);
      return position + offset;
    },
  };
}

/** Visits the entries of the vector that the offset at `at` points to. Nothing for an absent one. */
function vectorAt(reader: Reader, at: number, stride: number, part: string, visit: (entry: number) => void = () => undefined): number {
  if (at === 0) return 0;
  const base = at + int32(reader, at, part);
  const count = int32(reader, base, part);
  within(reader, base + 4, count < 0 ? -1 : count * stride, part);
  for (let index = 0; index < count; index += 1) visit(base + 4 + index * stride);
  return count;
}

function checkPairs(reader: Reader, at: number): void {
  vectorAt(reader, at, 4, 'metadata', (entry) => {
    const pair = tableAt(reader, entry, 'metadata');
    for (const index of [0, 1]) vectorAt(reader, pair.field(index), 1, 'metadata');
  });
}

function checkSchema(reader: Reader, schema: FlatTable): void {
  vectorAt(reader, schema.field(1), 4, 'list of columns', (entry) => checkField(reader, tableAt(reader, entry, 'column'), 0));
  checkPairs(reader, schema.field(2));
}

const unionType = 14;

function checkField(reader: Reader, field: FlatTable, depth: number): void {
  if (depth > 32) throw new Error('its columns are nested too deeply');
  vectorAt(reader, field.field(0), 1, 'column name');
  const typeAt = field.field(2);
  const type = field.field(3);
  if (typeAt !== 0 && type !== 0) {
    const details = tableAt(reader, type, 'column type');
    if (reader.view.getUint8(typeAt) === unionType) vectorAt(reader, details.field(1), 4, 'column type');
  }
  if (field.field(4) !== 0) {
    const dictionary = tableAt(reader, field.field(4), 'dictionary');
    if (dictionary.field(1) !== 0) tableAt(reader, dictionary.field(1), 'dictionary');
  }
  vectorAt(reader, field.field(5), 4, 'list of columns', (entry) => checkField(reader, tableAt(reader, entry, 'column'), depth + 1));
  checkPairs(reader, field.field(6));
}

function checkStream(reader: Reader): void {
  for (let at = 0; at + 4 <= reader.view.byteLength; ) {
    const next = checkMessage(reader, at);
    if (next === undefined) return;
    at = next;
  }
}

/** @returns where the next message begins; undefined at the end mark. */
function checkMessage(reader: Reader, start: number): number | undefined {
  let at = start;
  let length = int32(reader, at, 'message');
  at += 4;
  if (length === -1) {
    // A stream may simply stop after its last message.
    if (at + 4 > reader.view.byteLength) return undefined;
    length = int32(reader, at, 'message');
    at += 4;
  }
  if (length === 0) return undefined;
  within(reader, at, length, 'message');
  const message = tableAt(reader, at, 'message');
  const typeAt = message.field(1);
  const header = message.field(2);
  const type = typeAt === 0 ? 0 : reader.view.getUint8(typeAt);
  const bodyAt = at + length;
  const bodyLength = message.field(3) === 0 ? 0 : int64(reader, message.field(3), 'message');
  within(reader, bodyAt, bodyLength, 'message body');
  if (header !== 0) {
    if (type === 1) checkSchema(reader, tableAt(reader, header, 'schema'));
    else if (type === 2) {
      const batch = tableAt(reader, header, 'dictionary');
      if (batch.field(1) === 0) fail('dictionary');
      checkBatch(reader, tableAt(reader, batch.field(1), 'dictionary'), bodyLength);
    } else if (type === 3) checkBatch(reader, tableAt(reader, header, 'rows'), bodyLength);
  }
  return bodyAt + bodyLength;
}

function checkBatch(reader: Reader, batch: FlatTable, bodyLength: number): void {
  vectorAt(reader, batch.field(1), 16, 'list of columns');
  vectorAt(reader, batch.field(2), 16, 'list of buffers', (entry) => {
    const offset = int64(reader, entry, 'buffer');
    const length = int64(reader, entry + 8, 'buffer');
    if (!(offset >= 0 && length >= 0 && offset + length <= bodyLength)) fail('buffer');
  });
  if (batch.field(3) !== 0) tableAt(reader, batch.field(3), 'compression');
  vectorAt(reader, batch.field(4), 8, 'list of buffers');
}
