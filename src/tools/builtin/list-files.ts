import { TroupeError } from '../../base/errors.ts';
import { LIST_MAX_DEPTH, LIST_MAX_ENTRIES, PATH_MAX_CHARS } from '../../base/limits.ts';
import type { BuiltinToolSpec } from '../../protocol.ts';
import { compileGlob } from '../files/compile-glob.ts';
import { resolveFolder } from '../files/resolve-folder.ts';
import type { Tool, ToolOptions } from '../tool.ts';

const DEFAULT_LIMIT = 200;
const PATTERN_MAX_CHARS = 200;

const everything = (): boolean => true;

/**
 * Lists what is in one folder and nothing else: `{ path, entries: [{ path, kind, bytes }], truncated }`, by name.
 *
 * `kind` is `file`, `folder` or `link`; links are not followed. `bytes` is there for files.
 *
 * @throws {TroupeError} `SCENARIO_INVALID` if the folder does not exist.
 */
export async function createListFiles(name: string, spec: BuiltinToolSpec, options: ToolOptions): Promise<Tool> {
  const folder = options.folder(await resolveFolder(name, spec.folder));
  return {
    name,
    description: spec.description ?? 'Lists the files and folders in the folder this tool is made for.',
    parameters: {
      type: 'object',
      properties: {
        path: {
          type: 'string',
          description: 'A folder inside.',
          minLength: 1,
          maxLength: PATH_MAX_CHARS,
          default: '.',
        },
        pattern: {
          type: 'string',
          description:
            'Only what fits: "*" any characters, "?" one, "**" any folders, "{a,b}" either. Without "/" it is for names ' +
            'in any folder, such as "*.md"; with "/" for paths, such as "src/**/*.ts".',
          minLength: 1,
          maxLength: PATTERN_MAX_CHARS,
        },
        depth: {
          type: 'integer',
          description: `Folders in each other to go down. Default 1, or ${LIST_MAX_DEPTH} if the pattern has a "/".`,
          minimum: 1,
          maximum: LIST_MAX_DEPTH,
        },
        limit: { type: 'integer', minimum: 1, maximum: LIST_MAX_ENTRIES, default: DEFAULT_LIMIT },
      },
      additionalProperties: false,
    },
    timeoutMs: spec.timeoutMs,
    effects: spec.effects ?? 'none',
    external: true,
    async execute(args, { signal }) {
      const { path = '.', pattern, limit = DEFAULT_LIMIT } = args as Arguments;
      const { depth = pattern?.includes('/') ? LIST_MAX_DEPTH : 1 } = args as Arguments;
      const isWanted = pattern === undefined ? everything : compileGlob(pattern);
      if (isWanted === undefined) {
        throw new TroupeError(
          'TOOL_ARGUMENTS',
          `Cannot use the pattern "${pattern}": its braces have too many alternatives`,
        );
      }
      const { entries, truncated } = await folder.list(path, { depth, limit, isWanted, signal });
      return { path, entries: [...entries], truncated };
    },
  };
}

/** As the parameters say. */
interface Arguments {
  readonly path?: string;
  readonly pattern?: string;
  readonly depth?: number;
  readonly limit?: number;
}
