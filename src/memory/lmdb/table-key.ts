/** A key as LMDB's tables here have it: a run, or a run, an agent and a number; for ranges a part of that, or bytes. */
export type TableKey = string | readonly (string | number | Uint8Array)[];

/** Between the parts of a key. */
const SEPARATOR = 0;
/** Before a text that begins like something else, or is empty. */
const TEXT = 27;
/** Longer texts are written as they are. */
const ESCAPED_CHARS = 64;
/** A positive number: its 64 bits after half a byte of mark. */
const NUMBER_BYTES = 9;
const NUMBER_MARK = 0x10;
const NUMBER_MARK_END = 0x18;
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @returns The bytes that lmdb makes of a key; their order is the order of the keys. */
export function encodeKey(key: TableKey): Buffer {
  const parts = typeof key === 'string' ? [key] : key;
  const separated = parts.flatMap((part, place) => {
    const bytes = encodePart(part);
    return place === 0 ? [bytes] : [Buffer.of(SEPARATOR), bytes];
  });
  return Buffer.concat(separated);
}

/** @returns The parts of a key; undefined if it is none of ours. */
export function decodeKey(bytes: Buffer): string | (string | number)[] | undefined {
  const parts: (string | number)[] = [];
  for (let at = 0; at < bytes.length; at++) {
    const first = bytes[at] ?? 0;
    const isNumber = first >= NUMBER_MARK && first < NUMBER_MARK_END;
    const end = isNumber ? at + NUMBER_BYTES : findEnd(bytes, at);
    const part = end > bytes.length ? undefined : isNumber ? readNumber(bytes, at) : readText(bytes, at, end);
    if (part === undefined) return undefined;
    parts.push(part);
    // A separator has something behind it.
    if (end < bytes.length && (bytes[end] !== SEPARATOR || end === bytes.length - 1)) return undefined;
    at = end;
  }
  const [only] = parts;
  return parts.length === 1 && typeof only === 'string' ? only : parts;
}

function encodePart(part: string | number | Uint8Array): Uint8Array {
  if (typeof part === 'number') return writeNumber(part);
  if (typeof part !== 'string') return part;
  const first = part.length === 0 || part.charCodeAt(0) <= TEXT ? [Buffer.of(TEXT)] : [];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped
  const escaped = part.length < ESCAPED_CHARS ? part.replace(/[\0-\x04]/g, '\x04$&') : part;
  return Buffer.concat([...first, Buffer.from(escaped)]);
}

function findEnd(bytes: Buffer, from: number): number {
  let end = from;
  while (end < bytes.length && bytes[end] !== SEPARATOR) end++;
  return end;
}

function readText(bytes: Buffer, from: number, end: number): string | undefined {
  const start = bytes[from] === TEXT ? from + 1 : from;
  try {
    const text = UTF_8.decode(bytes.subarray(start, end));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is one
    return text.replace(/\x04([\x01-\x04])/g, '$1');
  } catch {
    return undefined;
  }
}

/** The bits of the number, moved down by four behind the mark. */
function writeNumber(value: number): Buffer {
  const bits = Buffer.alloc(8);
  bits.writeDoubleBE(value);
  const bytes = Buffer.alloc(NUMBER_BYTES);
  for (let i = 0; i < bits.length; i++) {
    const byte = bits[i] ?? 0;
    bytes[i] = (bytes[i] ?? 0) | (byte >> 4);
    bytes[i + 1] = (byte & 0x0f) << 4;
  }
  bytes[0] = (bytes[0] ?? 0) | NUMBER_MARK;
  return bytes;
}

function readNumber(bytes: Buffer, from: number): number {
  const bits = Buffer.alloc(8);
  for (let i = 0; i < bits.length; i++) {
    bits[i] = ((bytes[from + i] ?? 0) << 4) | ((bytes[from + i + 1] ?? 0) >> 4);
  }
  return bits.readDoubleBE();
}
