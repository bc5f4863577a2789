import { PATH_MAX_CHARS, TOOL_RESULT_MAX_BYTES } from '../../base/limits.ts';
import type { BuiltinToolSpec } from '../../protocol.ts';
import { cutText } from '../content.ts';
import { resolveFolder } from '../files/resolve-folder.ts';
import type { Tool, ToolOptions } from '../tool.ts';

/** A long page; a model that needs more asks for it. */
const DEFAULT_MAX_BYTES = 65_536;
/** Room in the result for what it has besides the text: its keys and the path. */
const FRAME_BYTES = 16_384;

/**
 * Reads text files of one folder and nothing else: `{ path, bytes, truncated, text }`; `bytes` is the size of the whole file.
 *
 * @throws {TroupeError} `SCENARIO_INVALID` if the folder does not exist.
 */
export async function createReadFile(name: string, spec: BuiltinToolSpec, options: ToolOptions): Promise<Tool> {
  const folder = options.folder(await resolveFolder(name, spec.folder));
  return {
    name,
    description: spec.description ?? 'Reads a text file by its path, relative to the folder this tool is made for.',
    parameters: {
      type: 'object',
      properties: {
        path: { type: 'string', minLength: 1, maxLength: PATH_MAX_CHARS },
        max_bytes: { type: 'integer', minimum: 1, maximum: TOOL_RESULT_MAX_BYTES, default: DEFAULT_MAX_BYTES },
      },
      required: ['path'],
      additionalProperties: false,
    },
    timeoutMs: spec.timeoutMs,
    effects: spec.effects ?? 'none',
    external: true,
    async execute(args) {
      const path = String(args.path);
      const file = await folder.read(path, typeof args.max_bytes === 'number' ? args.max_bytes : DEFAULT_MAX_BYTES);
      const text = cutText(file.text, TOOL_RESULT_MAX_BYTES - FRAME_BYTES);
      return { path, bytes: file.bytes, truncated: file.truncated || text.length < file.text.length, text };
    },
  };
}
