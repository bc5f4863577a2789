import type { BuiltinToolSpec } from '../../protocol.ts';
import { resolveFolder } from '../files/resolve-folder.ts';
import { buildSearchIndex } from '../search/build-search-index.ts';
import type { Tool } from '../tool.ts';

const DEFAULT_LIMIT = 5;
const MAX_LIMIT = 20;
const QUERY_MAX_CHARS = 1_000;

/**
 * Full-text search over the Markdown and text files of a folder: `[{ title, path, score, excerpt }]`, best first.
 *
 * The index is built before the run starts: at the first call, how soon the disk answers would decide which agent gets
 * its results first, and all who came meanwhile would search in the same moment. A search takes a millisecond or two in
 * which nothing else runs, so each has a slice of the event loop of its own.
 *
 * @throws {TroupeError} `SCENARIO_INVALID` if the folder does not exist.
 */
export async function createSearch(name: string, spec: BuiltinToolSpec): Promise<Tool> {
  const index = await buildSearchIndex(await resolveFolder(name, spec.folder));
  return {
    name,
    description: spec.description ?? 'Searches a folder of documents and returns the sections that fit best.',
    parameters: {
      type: 'object',
      properties: {
        query: { type: 'string', description: 'Words to look for.', minLength: 1, maxLength: QUERY_MAX_CHARS },
        limit: { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT },
      },
      required: ['query'],
      additionalProperties: false,
    },
    timeoutMs: spec.timeoutMs,
    effects: spec.effects ?? 'none',
    external: false,
    execute(args, { clock }) {
      const query = String(args.query);
      const limit = typeof args.limit === 'number' ? args.limit : DEFAULT_LIMIT;
      return new Promise((resolve, reject) => {
        clock.defer(() => {
          try {
            resolve(index.search(query, limit));
          } catch (error) {
            reject(error);
          }
        });
      });
    },
  };
}
