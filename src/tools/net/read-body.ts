import { pipeline, type Readable, type Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { TroupeError } from '../../base/errors.ts';
import { TOOL_RESULT_MAX_BYTES } from '../../base/limits.ts';

/** The beginning of a body, decompressed. */
export interface BodyHead {
  /** Of the body, as far as it was read. */
  readonly bytes: number;
  /** At most twice a result's size: as UTF-16 every other byte of a text can be nothing. */
  readonly head: Buffer;
  /** True: there is more than the head. */
  readonly isCut: boolean;
}

const HEAD_MAX_BYTES = 2 * TOOL_RESULT_MAX_BYTES;

/** An empty body is said to be compressed too; as in browsers, the end may be missing, which HTTP watches by itself. */
const LENIENT = { finishFlush: constants.Z_SYNC_FLUSH };

const DECOMPRESSORS: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip(LENIENT),
  'x-gzip': () => createGunzip(LENIENT),
  deflate: () => createInflate(LENIENT),
  br: () => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH }),
};

/** What `readBody` can decompress, as a request says it. */
export const ACCEPTED_ENCODINGS = 'gzip, deflate, br';

/**
 * Reads a body up to a number of bytes, and destroys it if there are more. They are counted after decompression, which
 * goes no further than it is read, so that a small body cannot become a large one.
 *
 * @param encoding The `content-encoding`; empty: none.
 * @throws {TroupeError} `TOOL_FAILED` if the encoding is not known, with the reason alone. What the stream fails with.
 */
export async function readBody(body: Readable, encoding: string, maxBytes: number): Promise<BodyHead> {
  const head: Buffer[] = [];
  let bytes = 0;
  let kept = 0;
  let isCut = false;
  for await (const chunk of decompress(body, encoding) as AsyncIterable<Buffer>) {
    const piece = chunk.subarray(0, Math.min(chunk.length, maxBytes - bytes));
    bytes += piece.length;
    const keep = piece.subarray(0, HEAD_MAX_BYTES - kept);
    if (keep.length > 0) head.push(keep);
    kept += keep.length;
    isCut ||= keep.length < chunk.length;
    if (piece.length < chunk.length) break;
  }
  return { bytes, head: Buffer.concat(head), isCut };
}

function decompress(body: Readable, encoding: string): Readable {
  const name = encoding.trim().toLowerCase();
  if (name === '' || name === 'identity') return body;
  const create = Object.hasOwn(DECOMPRESSORS, name) ? DECOMPRESSORS[name] : undefined;
  if (create === undefined) {
    throw new TroupeError('TOOL_FAILED', `it is compressed by other means than ${ACCEPTED_ENCODINGS}`);
  }
  // Whatever ends one ends the other; the reader hears why from the last.
  return pipeline(body, create(), () => undefined);
}
