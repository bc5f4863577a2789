import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { SOURCE_FILE_MAX_BYTES } from '../base/limits.ts';

/**
 * A file's size and, if it has at most `SOURCE_FILE_MAX_BYTES` and is UTF-8 without NUL, its text.
 *
 * @param path Not followed if it is a link.
 * @throws If it cannot be read.
 */
export async function readText(path: string): Promise<{ readonly bytes: number; readonly text?: string }> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { size: bytes } = await handle.stat();
    if (bytes > SOURCE_FILE_MAX_BYTES) return { bytes };
    const content = Buffer.alloc(bytes);
    let length = 0;
    // It may have become shorter; what is added from now on is not read.
    for (let read = -1; read !== 0 && length < bytes; length += read) {
      read = (await handle.read(content, length, bytes - length, length)).bytesRead;
    }
    const text = toText(content.subarray(0, length));
    return { bytes: length, ...(text !== undefined && { text }) };
  } finally {
    await handle.close();
  }
}

function toText(content: Buffer): string | undefined {
  if (content.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    return undefined;
  }
}
