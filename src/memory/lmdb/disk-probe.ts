import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { assertSpace } from './reason.ts';

/** As much as a small transaction. */
const PROBE_BYTES = 64 * 1024;

/**
 * Checks that something can be written to a directory and reaches the disk: by a file that is removed again.
 *
 * @throws {Error} With the state as its message, or what the operating system says.
 */
export async function probeDisk(directory: string): Promise<void> {
  assertSpace(directory);
  const path = join(directory, 'probe.tmp');
  try {
    const file = await open(path, 'w');
    try {
      await file.writeFile(Buffer.alloc(PROBE_BYTES, 1));
      await file.sync();
    } finally {
      await file.close();
    }
  } finally {
    await rm(path, { force: true });
  }
}
