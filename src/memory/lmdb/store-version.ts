import type { Damage } from './damage.ts';
import { decodeRecord, encodeRecord } from './record.ts';

/** How runs and batches lie in a data directory. Another number means another way. */
export const STORE_LAYOUT = 1;

/** Where the record of the version is. */
export const VERSION_TABLE = 'store';
export const VERSION_KEY = 'version';

export function encodeVersion(): Buffer {
  return encodeRecord({ layout: STORE_LAYOUT });
}

/**
 * Checks that a data directory is of a version that is known here.
 *
 * @param record Of the version; undefined in a directory from before there was one, which is of version 1.
 * @throws {Error} With both versions and what to do as its message, or that the record is damaged.
 */
export function assertVersion(record: Uint8Array | undefined): void {
  if (record === undefined) return;
  const { layout } = decodeVersion(record);
  if (layout === STORE_LAYOUT) return;
  const is = Number(layout) > STORE_LAYOUT ? 'a newer' : 'an older';
  throw new Error(
    `its memory is of version ${JSON.stringify(layout)}, and this troupe knows version ${STORE_LAYOUT} alone; ` +
      `open it with ${is} troupe, or begin a new one with --data`,
  );
}

/** The same for those who only read: a record that is damaged is told, since every other record has a layout too. */
export function checkVersion(record: Uint8Array | undefined, onDamage: (damage: Damage) => void): void {
  try {
    if (record !== undefined) decodeVersion(record);
  } catch (error) {
    onDamage({ problem: (error as Error).message });
    return;
  }
  assertVersion(record);
}

function decodeVersion(record: Uint8Array): { readonly layout?: unknown } {
  try {
    return decodeRecord(record) as { readonly layout?: unknown };
  } catch (error) {
    throw new Error(`the record of its version cannot be read: ${(error as Error).message}`);
  }
}
