import type { FileToolSpec } from '../../protocol.ts';
import type { Tool, ToolOptions } from '../tool.ts';

const LINES_MAX = 100;
const DEFAULT_LINES = 20;

/** Looks for lines of one file that hold a text: `{ count, lines }`, oldest first. */
export function createFindLines(name: string, spec: FileToolSpec, { lineFile }: Pick<ToolOptions, 'lineFile'>): Tool {
  const file = lineFile(spec.file);
  return {
    name,
    description: spec.description ?? 'Finds the lines that hold a text, in the file this tool is made for.',
    parameters: {
      type: 'object',
      properties: {
        text: { type: 'string', minLength: 1, maxLength: 1_000 },
        limit: { type: 'integer', minimum: 1, maximum: LINES_MAX, default: DEFAULT_LINES },
      },
      required: ['text'],
      additionalProperties: false,
    },
    timeoutMs: spec.timeoutMs,
    effects: spec.effects ?? 'none',
    external: true,
    async execute(args) {
      const lines = await file.find(String(args.text), typeof args.limit === 'number' ? args.limit : DEFAULT_LINES);
      return { count: lines.length, lines };
    },
  };
}
