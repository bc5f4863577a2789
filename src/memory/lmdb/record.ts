import { crc32 } from 'node:zlib';

/** First byte of every record; another number means another layout. */
const STORE_VERSION = 1;
/** The version, then the CRC-32 of all the rest with zeros in its own place, big-endian. */
const HEADER_BYTES = 5;
const HEADER_CRC = crc32(Uint8Array.of(STORE_VERSION, 0, 0, 0, 0));

/**
 * JSON, not MessagePack: it costs the same here (5 to 8 us for a turn of 700 bytes), keeps every key as it is, `__proto__`
 * too, and can be read with any tool. MessagePack is a fifth smaller.
 *
 * @returns Version, checksum and JSON in UTF-8, in memory that nothing else writes to.
 */
export function encodeRecord(value: unknown): Buffer {
  const text = JSON.stringify(value);
  const record = Buffer.allocUnsafe(HEADER_BYTES + Buffer.byteLength(text));
  record[0] = STORE_VERSION;
  record.writeUInt32BE(0, 1);
  record.write(text, HEADER_BYTES);
  record.writeUInt32BE(crc32(record), 1);
  return record;
}

/**
 * @param record What `encodeRecord` returned.
 * @returns The value; its strings are copies, so `record` may be reused.
 * @throws {Error} With the state as its message, if the bytes are not those that were written.
 */
export function decodeRecord(record: Uint8Array): unknown {
  return JSON.parse(checkRecord(record).toString('utf8'));
}

/**
 * Checks a record without decoding it: a tenth of the time.
 *
 * @returns The JSON in it, in the same memory.
 * @throws {Error} With the state as its message, if the bytes are not those that were written.
 */
export function checkRecord(record: Uint8Array): Buffer {
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.byteLength);
  if (bytes.length <= HEADER_BYTES) throw new Error(`it is cut off after ${bytes.length} bytes`);
  if (bytes[0] !== STORE_VERSION) throw new Error(`it has layout ${bytes[0]}, and only ${STORE_VERSION} is known here`);
  const content = bytes.subarray(HEADER_BYTES);
  if (crc32(content, HEADER_CRC) !== bytes.readUInt32BE(1)) {
    throw new Error('it is damaged, its checksum does not match');
  }
  return content;
}
