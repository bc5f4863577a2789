import { TroupeError } from '../../base/errors.ts';
import { FILE_WRITE_MAX_BYTES, PATH_MAX_CHARS } from '../../base/limits.ts';
import type { BuiltinToolSpec } from '../../protocol.ts';
import { resolveFolder } from '../files/resolve-folder.ts';
import type { Tool, ToolOptions } from '../tool.ts';

/**
 * Writes text files of one folder and nothing else: `{ path, bytes }` when the whole file is on disk.
 *
 * Made again it leaves the same file, so its effects are `idempotent`; adding to a file is the work of `append-line`. In a
 * rehearsal nothing is written, but the tools of the same folder find it.
 *
 * @throws {TroupeError} `SCENARIO_INVALID` if the folder does not exist.
 */
export async function createWriteFile(name: string, spec: BuiltinToolSpec, options: ToolOptions): Promise<Tool> {
  const folder = options.folder(await resolveFolder(name, spec.folder));
  return {
    name,
    description:
      spec.description ??
      'Writes a whole text file by its path, relative to the folder this tool is made for; folders on the way are made.',
    parameters: {
      type: 'object',
      properties: {
        path: { type: 'string', minLength: 1, maxLength: PATH_MAX_CHARS },
        text: { type: 'string', description: 'All that the file shall hold.', maxLength: FILE_WRITE_MAX_BYTES },
        mode: {
          type: 'string',
          enum: ['replace', 'create'],
          default: 'replace',
          description: '"create" fails if there is such a file with another text.',
        },
      },
      required: ['path', 'text'],
      additionalProperties: false,
    },
    timeoutMs: spec.timeoutMs,
    effects: spec.effects ?? 'idempotent',
    external: true,
    async execute(args, { signal }) {
      const path = String(args.path);
      const text = String(args.text);
      const bytes = Buffer.byteLength(text);
      if (bytes > FILE_WRITE_MAX_BYTES) {
        throw new TroupeError(
          'TOOL_ARGUMENTS',
          `Cannot write ${bytes} bytes: the limit is ${FILE_WRITE_MAX_BYTES}; use several files`,
        );
      }
      await folder.write(path, text, args.mode === 'create' ? 'create' : 'replace', signal);
      return { path, bytes };
    },
  };
}
