import type { Clock } from '../../base/clock.ts';
import type { Note, NotesToolSpec } from '../../protocol.ts';
import { NoteIndexes } from '../search/note-index.ts';
import type { Tool } from '../tool.ts';

const DEFAULT_LIMIT = 5;
const MAX_LIMIT = 20;
const QUERY_MAX_CHARS = 1_000;

/**
 * Finds what was noted: `{ count, notes: [{ key, text, agent }] }`, best first; for an empty query the newest.
 *
 * It waits for the store alone, which holds virtual time by itself while a disk is waited for. A search has a slice of the
 * event loop of its own, since nothing else runs meanwhile.
 */
export function createRecall(name: string, spec: NotesToolSpec): Tool {
  const { shared } = spec;
  const indexes = new NoteIndexes();
  return {
    name,
    description: spec.description ?? `Finds facts that were noted before${shared ? ', by any agent' : ''}.`,
    parameters: {
      type: 'object',
      properties: {
        query: { type: 'string', description: 'Words to look for; "" for the newest.', maxLength: QUERY_MAX_CHARS },
        limit: { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT },
      },
      required: ['query'],
      additionalProperties: false,
    },
    timeoutMs: spec.timeoutMs,
    effects: spec.effects ?? 'none',
    external: false,
    async execute(args, { agent, memory, clock }) {
      const query = String(args.query);
      const limit = typeof args.limit === 'number' ? args.limit : DEFAULT_LIMIT;
      const all = await memory.all({ shared });
      const found =
        query.trim() === ''
          ? all.slice(-limit).reverse()
          : await inSlice(clock, () => indexes.search(shared ? '' : agent, all, query, limit));
      return { count: found.length, notes: found.map(({ key, text, agent }: Note) => ({ key, text, agent })) };
    },
  };
}

function inSlice<T>(clock: Clock, work: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    clock.defer(() => {
      try {
        resolve(work());
      } catch (error) {
        reject(error);
      }
    });
  });
}
