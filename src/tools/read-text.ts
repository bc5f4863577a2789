import type { FileHandle } from 'node:fs/promises';
import { TroupeError } from '../base/errors.ts';
import { openInside } from './open-inside.ts';

/** The beginning of a text file. */
export interface FileText {
  /** Of the whole file. */
  readonly bytes: number;
  /** True: there is more. */
  readonly truncated: boolean;
  readonly text: string;
}

/**
 * Reads the beginning of a UTF-8 file inside a folder.
 *
 * @param root Absolute, and its own real path.
 * @param path Relative to it.
 * @param maxBytes A character cut in two at the end is left out.
 * @throws {TroupeError} `TOOL_FAILED` as `openInside`, or if the file is no text.
 */
export async function readText(root: string, path: string, maxBytes: number): Promise<FileText> {
  const { handle, bytes } = await openInside(root, path);
  try {
    const head = await readHead(handle, Math.min(maxBytes, bytes));
    const truncated = head.length < bytes;
    const text = decode(head, truncated);
    if (text === undefined) {
      throw new TroupeError('TOOL_FAILED', `Cannot read ${JSON.stringify(path.slice(0, 200))}: it is not UTF-8 text`);
    }
    return { bytes, truncated, text };
  } finally {
    await handle.close();
  }
}

/** One read may give less than asked for. */
async function readHead(handle: FileHandle, size: number): Promise<Buffer> {
  const buffer = Buffer.alloc(size);
  let length = 0;
  while (length < size) {
    const { bytesRead } = await handle.read(buffer, length, size - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

/** @param isCut The last character may be incomplete, and is then left out. */
function decode(bytes: Uint8Array, isCut: boolean): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut });
  } catch {
    return undefined;
  }
}
