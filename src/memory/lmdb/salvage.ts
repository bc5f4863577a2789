import type { Damage } from './damage.ts';
import type { Opened, WritableTable } from './environment.ts';
import { PageFile } from './page-file.ts';
import { type Entry, PageWalk } from './page-walk.ts';
import { SalvagedTable } from './salvaged-table.ts';
import { checkVersion, VERSION_KEY, VERSION_TABLE } from './store-version.ts';

/** What is whole of a damaged data file. */
export interface Salvaged {
  /** @returns An empty table if nothing of it is there. */
  table(name: string): SalvagedTable;
  close(): void;
}

/**
 * Reads a data file that LMDB must not open any more.
 *
 * The database before the last transaction is still there for the most part: what cannot be read of the last one is
 * taken from it.
 */
export function salvage(path: string): Salvaged {
  const file = new PageFile(path);
  try {
    const walks = file.metas(true).map((meta) => {
      const found: { readonly table: string; readonly entry: Entry }[] = [];
      const walk = new PageWalk(file, meta);
      walk.run((table, entry) => found.push({ table, entry }));
      return { latest: walk.latest, found };
    });
    const tables = new Map<string, Map<string, Entry>>();
    // The older first, so that the later one replaces what it has too.
    for (const { found } of walks.sort((a, b) => a.latest - b.latest)) {
      for (const { table, entry } of found) {
        const entries = tables.get(table) ?? new Map<string, Entry>();
        tables.set(table, entries.set(entry.key.toString('latin1'), entry));
      }
    }
    return {
      table: (name) => new SalvagedTable(file, [...(tables.get(name)?.values() ?? [])]),
      close: () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

/**
 * The same as an environment that can be read, and only that.
 *
 * @throws {Error} With the state as its message, if it is of another version.
 */
export function openSalvaged(path: string, onDamage: (damage: Damage) => void): Opened {
  const { table, close } = salvage(path);
  try {
    checkVersion(table(VERSION_TABLE).get(VERSION_KEY), onDamage);
  } catch (error) {
    close();
    throw error;
  }
  return {
    root: { on: () => {}, committed: Promise.resolve(true), resetReadTxn: () => {}, close: async () => close() },
    tables: {
      runs: toReadable(table('runs')),
      batches: toReadable(table('batches')),
      notes: toReadable(table('notes')),
    },
  };
}

function toReadable(table: SalvagedTable): WritableTable {
  const refuse = async (): Promise<never> => {
    throw new Error('it is damaged');
  };
  return {
    get: (key) => table.get(key),
    getRange: (options) => table.getRange(options),
    put: refuse,
    remove: refuse,
  };
}
