import type { FileHandle } from 'node:fs/promises';
import { explain, Refusal } from './explain.ts';
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
    return await explain('read', path, async () =>
      toFileText(await readHead(handle, Math.min(maxBytes, bytes)), bytes),
    );
  } finally {
    await handle.close();
  }
}

/**
 * The text of a file's beginning.
 *
 * @param head Its first bytes.
 * @param bytes Size of the whole file; if that is more, half a character at the end of `head` is left out.
 * @throws {Refusal} If it is no text.
 */
export function toFileText(head: Uint8Array, bytes: number): FileText {
  const truncated = head.length < bytes;
  if (head.includes(0)) throw new Refusal('it is not UTF-8 text');
  try {
    return { bytes, truncated, text: new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: truncated }) };
  } catch {
    throw new Refusal('it is not UTF-8 text');
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
