import type { Clock } from '../base/clock.ts';
import { TroupeError } from '../base/errors.ts';
import { NOTE_KEY_MAX_CHARS, NOTE_TEXT_MAX_CHARS } from '../base/limits.ts';
import type { MemoryStore } from '../memory/memory-store.ts';
import type { Notes } from '../tools/tool.ts';
import { NoteCollections } from './note-collections.ts';

/** What all agents of a store note in common; goes with the store. */
const collections = new WeakMap<MemoryStore, NoteCollections>();

/**
 * What an agent can note, and read of what it or others have noted, in this run.
 *
 * Made for each call that asks for it: what is read of the store is kept beside the store, not here.
 *
 * @param options.clock The run's.
 * @param options.isOutside Whoever notes works outside of that clock, which waits for it: it does not wait on the clock in turn.
 * Default false.
 * @returns `remember` rejects with `TOOL_ARGUMENTS` for a key or text that is empty or too long, `TOO_MANY` if there are as
 * many notes as there may be, `STORE_FAILED`.
 */
export function createNotes(
  store: MemoryStore,
  options: { readonly run: string; readonly agent: string; readonly clock: Clock; readonly isOutside?: boolean },
): Notes {
  const { run, agent, clock, isOutside = false } = options;
  const isEager = clock.kind === 'virtual';
  const known = collections.get(store) ?? new NoteCollections(store.outside ?? store, { isEager });
  const writer = isOutside ? (store.outside ?? store) : store;
  const wait = <T>(work: Promise<T>): Promise<T> => (isOutside ? work : clock.external(work));
  collections.set(store, known);
  const ownerOf = (shared: boolean): string => (shared ? '' : agent);
  return {
    async remember(key, text, { shared = false } = {}) {
      assertLength(key, 'its key', key, NOTE_KEY_MAX_CHARS);
      assertLength(key, 'its text', text, NOTE_TEXT_MAX_CHARS);
      const owner = ownerOf(shared);
      const note = { key, text, agent, at: clock.elapsed() };
      // What is there is read outside of the clock, which is held for it; writing may take time on it.
      await wait(known.all(run, owner));
      await known.add(run, owner, note, () => writer.putNote(run, owner, note));
    },
    all: async ({ shared = false } = {}) => wait(known.all(run, ownerOf(shared))),
  };
}

/** Tools of one's own may note anything. */
function assertLength(key: string, what: string, text: string, max: number): void {
  const state =
    typeof text !== 'string' ? 'is no text' : text.length === 0 ? 'is empty' : `has more than ${max} characters`;
  if (typeof text === 'string' && text.length > 0 && text.length <= max) return;
  throw new TroupeError('TOOL_ARGUMENTS', `Cannot remember "${String(key).slice(0, 100)}": ${what} ${state}`);
}
