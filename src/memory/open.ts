import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { MemorySpec } from '../protocol.ts';
import { createDelayedStore } from './delayed.ts';
import { createInMemoryStore } from './in-memory.ts';
import { openLmdbStore } from './lmdb.ts';
import type { MemoryStore } from './memory-store.ts';
import { createRepeatableStore } from './repeatable.ts';

/**
 * Opens the store a scenario asks for, as slow as it asks for.
 *
 * @param options.directory Where LMDB keeps its files; not touched by the in-memory store.
 * @throws {TroupeError} `STORE_UNAVAILABLE` or `STORE_BUSY` for the directory.
 */
export async function openStore(
  spec: MemorySpec,
  options: { directory: string; clock: Clock; random: Random },
): Promise<MemoryStore> {
  const { clock, random } = options;
  const store = await openKind(spec, options.directory, clock);
  const immediate = spec.latency.kind === 'constant' && spec.latency.ms === 0;
  // The delay goes outside: it passes in virtual time, which stands still while the disk is waited for.
  return immediate ? store : createDelayedStore(store, spec.latency, clock, random);
}

async function openKind(spec: MemorySpec, directory: string, clock: Clock): Promise<MemoryStore> {
  if (spec.store === 'in-memory') return createInMemoryStore();
  const store = await openLmdbStore(directory);
  return clock.kind === 'virtual' ? createRepeatableStore(store, clock, spec.durability) : store;
}
